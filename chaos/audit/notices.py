"""I8: nobody is told twice, or told what did not happen."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from chaos.audit.evidence import Evidence, Notice, Seen, Violation
from domain.reservation.lifecycle import State

_I = "I8"
_ONCE = frozenset({"confirmed", "cancelled", "expired", "no_show", "unfulfilled"})
_ENDS = {"cancelled": State.CANCELLED, "expired": State.EXPIRED, "unfulfilled": State.UNFULFILLED}
"""Notices of an end, and the end they tell of."""
_HAPPENED = {
    "confirmed": "confirmed",
    "no_show": "not_arrived",
    "rerouted": "moved",
    "move_proposed": "move_proposed",
    "time_proposed": "time_proposed",
}
"""Notices of something in between, and the entry of the timeline that must stand for each."""


def nobody_is_told_wrong(evidence: Evidence) -> Iterator[Violation]:
    by_code: dict[str, list[Notice]] = defaultdict(list)
    for notice in evidence.notices:
        by_code[notice.code].append(notice)
    settlements = Counter(one.code for one in evidence.priced if one.posted)
    for code, notices in sorted(by_code.items()):
        one = evidence.listed.get(code)
        if one is None:
            yield _violation("told_of_nothing", code, sorted(notice.template for notice in notices))
            continue
        counts = Counter(notice.template for notice in notices)
        yield from _twice(code, counts, settlements[code])
        yield from _not_happened(code, counts, one.seen)
        if one.closed:
            yield from _wrong_receipt(code, notices, one.seen)


def _twice(code: str, counts: Counter[str], settlements: int) -> Iterator[Violation]:
    for template in sorted(_ONCE & counts.keys()):
        if counts[template] > 1:
            yield _violation("told_twice", code, {template: counts[template]})
    if counts["receipt"] > max(settlements, 1):
        yield _violation("told_twice", code, {"receipt": counts["receipt"], "settlements": settlements})


def _not_happened(code: str, counts: Counter[str], seen: Seen) -> Iterator[Violation]:
    for template, state in _ENDS.items():
        if counts[template] and seen.state != state:
            yield _violation("told_of_another_end", code, {"told": template, "state": seen.state})
    for template, entry in _HAPPENED.items():
        happened = len(seen.told_of(entry))
        if counts[template] > happened:
            detail = {"told": template, "times": counts[template], "happened": happened}
            yield _violation("told_what_did_not_happen", code, detail)


def _wrong_receipt(code: str, notices: list[Notice], seen: Seen) -> Iterator[Violation]:
    receipts = [notice for notice in notices if notice.template == "receipt"]
    if receipts and int(receipts[-1].parameters["charged"]["minor"]) != seen.captured:
        detail = {"told": receipts[-1].parameters, "captured": seen.captured}
        yield _violation("wrong_receipt", code, detail)


def _violation(what: str, code: str, detail: object) -> Violation:
    return Violation(invariant=_I, what=what, about=code, detail=detail)

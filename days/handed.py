"""What whoever bills walk-ins was told, against what really happened."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from chaos.audit.evidence import Violation
from days.found import Found, leg_told, wrong
from days.walk_ins import Handed


def walk_ins_are_handed_over(found: Found) -> Iterator[Violation]:
    """Each ended session that no reservation prices stands there, with its energy; and no other."""
    heard: dict[int, list[Handed]] = defaultdict(list)
    for one in found.heard:
        heard[one.session].append(one)
    flowed = {row.id: leg for leg, row in found.matched if row is not None}
    for row in found.sessions:
        told = heard.pop(row.id, [])
        yield from _told_rightly(row, told)
        stands = bool(told) and told[-1].is_bill
        if stands is not (row.reservation_code is None and row.ended_at is not None):
            yield wrong("walk_in_not_as_it_stands", row.transaction_id, [one.kind for one in told])
        leg = flowed.get(row.id)
        if not stands or leg is None:
            continue
        wh = told[-1].told["energy_wh"]
        if wh != leg.wh and not (leg.forgotten and wh <= leg.wh):
            yield wrong("walk_in_other_energy", leg.visit, {**leg_told(found, leg), "handed_wh": wh})
        if told[-1].told["admitted"] is not row.authorised:
            yield wrong("walk_in_not_as_it_stands", row.transaction_id, "admitted")
    for session, told in heard.items():
        yield wrong("walk_in_of_nobody", str(session), [one.kind for one in told])


def _told_rightly(row: Any, told: list[Handed]) -> Iterator[Violation]:
    """Each once, under the next revision, and only what is news."""
    if [one.revision for one in told] != list(range(1, len(told) + 1)):
        yield wrong("walk_in_revisions", row.transaction_id, [one.revision for one in told])
    for before, after in pairwise(told):
        if (before.kind, before.told) == (after.kind, after.told):
            yield wrong("walk_in_told_twice", row.transaction_id, after.revision)
    if told and not told[0].is_bill:
        yield wrong("walk_in_taken_back_before_told", row.transaction_id, told[0].told)

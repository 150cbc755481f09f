"""I3: every charger message that was answered is stored once, and every session with a code is priced."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.audit.evidence import Evidence, Seen, SessionRecord, Violation
from chaos.beliefs import Answered
from domain.money.lines import LineKind

_I = "I3"
_STARTED = frozenset({"transaction_started", "stranger_started"})
_ENDED = "transaction_ended"
_UNTOLD = (":superseded", ":inferred", ":reopened", ":ended_before")
"""Of an end that was concluded from a later start, and not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What an answered message said. `phase`: started, updated or ended; `transaction`: as our session names it."""

    charger_id: str
    phase: str
    transaction: str
    meter_wh: int | None


def messages_are_stored(evidence: Evidence) -> Iterator[Violation]:
    facts = [fact_of(answered) for answered in evidence.beliefs.answered]
    sessions = {(one.charger_id, one.transaction_id): one for one in evidence.sessions}
    started, ended = _counted(evidence)
    for fact in sorted(set(facts), key=lambda one: (one.charger_id, one.transaction, one.phase)):
        key = (fact.charger_id, fact.transaction)
        yield from _session_of(fact, sessions.get(key))
        if fact.phase == "ended" and ended[key] != 1:
            yield _violation("end_not_stored_once", fact, ended[key])
        if fact.phase == "started" and started[key] > 1:
            yield _violation("start_stored_again", fact, started[key])
    yield from _numbers_given_twice(evidence.beliefs.answered)
    for delivery in evidence.undelivered:
        yield Violation(invariant=_I, what="undelivered", about=delivery)


def sessions_are_priced(evidence: Evidence) -> Iterator[Violation]:
    """The energy that all sessions of a reservation took is the energy on its bill, and a line prices it."""
    metered: dict[str, int] = defaultdict(int)
    for session in evidence.sessions:
        if session.code and session.authorised:
            metered[session.code] += max(0, session.meter_last_wh - session.meter_start_wh)
    for code, energy_wh in sorted(metered.items()):
        one = evidence.listed.get(code)
        if one is None:
            yield Violation(invariant=_I, what="session_of_nobody", about=code, detail=energy_wh)
        elif one.closed:
            yield from _billed(evidence, code, energy_wh, one.stands)


def _billed(evidence: Evidence, code: str, energy_wh: int, seen: Seen) -> Iterator[Violation]:
    detail = {"state": seen.state, "metered_wh": energy_wh, "billed_wh": seen.energy_wh}
    if seen.energy_wh != energy_wh:
        what = "heard_after_pricing" if _heard_late(evidence, code) else "not_priced"
        yield Violation(invariant=_I, what=what, about=code, detail=detail)
    if energy_wh > 0 and all(line.kind != LineKind.ENERGY for line in seen.lines):
        yield Violation(invariant=_I, what="delivered_for_free", about=code, detail=detail)


def fact_of(answered: Answered) -> Fact:
    message, answer = answered.message, answered.answer
    match answered.action:
        case "StartTransaction":
            number, meter_wh, phase = str(answer["transactionId"]), int(message["meterStart"]), "started"
        case "StopTransaction":
            number, meter_wh, phase = str(message["transactionId"]), int(message["meterStop"]), "ended"
        case _:
            number, phase = str(message["transactionInfo"]["transactionId"]), message["eventType"].lower()
            return Fact(
                charger_id=answered.charger_id,
                phase=phase,
                transaction=number,
                meter_wh=_register(message),
            )
    return Fact(charger_id=answered.charger_id, phase=phase, transaction=number, meter_wh=meter_wh)


def _register(message: Mapping[str, Any]) -> int | None:
    """The last reading of a 2.x message that has one."""
    for reading in reversed(message.get("meterValue", [])):
        for sample in reading["sampledValue"]:
            if sample.get("measurand", "Energy.Active.Import.Register") == "Energy.Active.Import.Register":
                return int(float(sample["value"]))
    return None


def _session_of(fact: Fact, session: SessionRecord | None) -> Iterator[Violation]:
    if session is None:
        yield _violation("no_session", fact, None)
    elif fact.phase == "started" and fact.meter_wh not in (None, session.meter_start_wh):
        yield _violation("start_differs", fact, session.meter_start_wh)
    elif fact.phase == "ended" and not session.ended:
        yield _violation("end_not_in_session", fact, None)
    elif fact.phase == "ended" and fact.meter_wh not in (None, session.meter_last_wh):
        yield _violation("end_differs", fact, session.meter_last_wh)


def _counted(evidence: Evidence) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    started: Counter[tuple[str, str]] = Counter()
    ended: Counter[tuple[str, str]] = Counter()
    for event in evidence.events:
        key = (event.charger_id, event.transaction_id)
        if event.event_id.endswith(_UNTOLD):
            continue
        if event.kind in _STARTED:
            started[key] += 1
        elif event.kind == _ENDED:
            ended[key] += 1
    return started, ended


def _numbers_given_twice(answered: list[Answered]) -> Iterator[Violation]:
    """1.6: one number, one start. The same start sent again gets the same number."""
    starts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in answered:
        if one.action == "StartTransaction":
            starts[one.charger_id, str(one.answer["transactionId"])].add(one.message["timestamp"])
    for (charger_id, number), times in starts.items():
        if len(times) > 1:
            detail = sorted(times)
            yield Violation(
                invariant=_I, what="number_given_twice", about=f"{charger_id} {number}", detail=detail
            )


def _heard_late(evidence: Evidence, code: str) -> bool:
    priced_at = max((one.priced_at for one in evidence.priced if one.code == code), default=None)
    own = {(one.charger_id, one.transaction_id) for one in evidence.sessions if one.code == code}
    heard = [one.received_at for one in evidence.events if (one.charger_id, one.transaction_id) in own]
    return priced_at is not None and any(at > priced_at for at in heard)


def _violation(what: str, fact: Fact, found: object) -> Violation:
    about = f"{fact.charger_id} {fact.transaction}"
    return Violation(invariant=_I, what=what, about=about, detail={"said_wh": fact.meter_wh, "found": found})

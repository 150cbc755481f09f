"""Evidence as it would be after a good run: one driver charged, one did not come, one booking was declined.

Each helper changes one thing of it; what then speaks against which invariant is for the tests to say.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chaos.audit.evidence import (
    Entry,
    Event,
    Evidence,
    HoldRecord,
    Intent,
    Line,
    Listed,
    Notice,
    PaymentRecord,
    Priced,
    Running,
    Seen,
    SessionRecord,
)
from chaos.beliefs import Act, Answered, Authorised, Beliefs, Booking, Told, Trip

T0 = datetime(2026, 5, 4, 12, tzinfo=UTC)
CAME, STAYED_AWAY, REFUSED = "CAME-0000-0001", "AWAY-0000-0002", "NONE-0000-0003"
CHARGER = "north-1"


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def good() -> Evidence:
    """Nothing speaks against any invariant."""
    seen = {CAME: _completed(), STAYED_AWAY: _no_show(), REFUSED: _declined()}
    return Evidence(
        beliefs=_beliefs(),
        listed={code: Listed(seen=one, closed=True) for code, one in seen.items()},
        running={code: _finished(one) for code, one in seen.items()},
        holds=(_hold(1, CAME, 0), _hold(2, STAYED_AWAY, 40)),
        sessions=(session(),),
        events=(event("transaction_started"), event("transaction_ended")),
        priced=(_priced(CAME, "SETTLING"), _priced(STAYED_AWAY, "NO_SHOW")),
        payments=(_payment(CAME, 714), _payment(STAYED_AWAY, 500)),
        intents=(_intent(CAME, 714), _intent(STAYED_AWAY, 500)),
        ledger=(*_ledger_of_came(), *_ledger_of_stayed_away()),
        notices=(*_told(CAME, "confirmed", 714), *_told(STAYED_AWAY, "no_show", 500)),
        key_records={"key-1": CAME, "key-2": STAYED_AWAY, "key-3": REFUSED},
    )


def showing(evidence: Evidence, code: str, **changes: Any) -> Evidence:
    """The same with another view of one reservation, in its list and in its workflow."""
    one, workflow = evidence.listed[code], evidence.running[code]
    seen = replace(one.seen, **changes)
    running = replace(workflow, seen=seen, state_attribute=seen.state)
    return replace(
        evidence,
        listed={**evidence.listed, code: replace(one, seen=seen)},
        running={**evidence.running, code: running},
    )


def session(**changes: Any) -> SessionRecord:
    base = SessionRecord(
        charger_id=CHARGER,
        transaction_id="7",
        code=CAME,
        authorised=True,
        meter_start_wh=1000,
        meter_last_wh=5000,
        ended=True,
    )
    return replace(base, **changes)


def event(kind: str, **changes: Any) -> Event:
    base = Event(
        event_id=f"{CHARGER}:{kind}", kind=kind, charger_id=CHARGER, transaction_id="7", received_at=at(20)
    )
    return replace(base, **changes)


def line(kind: str, minor: int, cause: str = "driver") -> Line:
    return Line(kind=kind, cause=cause, minor=minor)


def _completed() -> Seen:
    return Seen(
        state="COMPLETED",
        start=at(0),
        end=at(30),
        lines=(line("reservation_fee", 300), line("session_fee", 100), line("energy", 200), line("tax", 114)),
        charge=714,
        captured=714,
        energy_wh=4000,
        timeline=(("confirmed", {}), ("arrived", {}), ("charging_started", {})),
    )


def _no_show() -> Seen:
    return Seen(
        state="NO_SHOW",
        start=at(40),
        end=at(60),
        ended_by="driver",
        lines=(line("no_show", 500),),
        charge=500,
        captured=500,
        timeline=(("confirmed", {}), ("not_arrived", {})),
    )


def _declined() -> Seen:
    return Seen(state="DECLINED", start=at(0), end=at(30), timeline=(("declined", {}),))


def _finished(seen: Seen) -> Running:
    return Running(status="COMPLETED", state_attribute=seen.state, attention_attribute=False, seen=seen)


def _hold(number: int, code: str, begins: float) -> HoldRecord:
    return HoldRecord(
        id=number, code=code, connector_id=1, begins=at(begins), ends=at(begins + 30), open=False
    )


def _priced(code: str, outcome: str) -> Priced:
    return Priced(code=code, step="settle", outcome=outcome, priced_at=at(35), posted=True)


def _payment(code: str, captured: int) -> PaymentRecord:
    return PaymentRecord(code=code, intent_id=f"pi-{code}", status="succeeded", captured=captured, refunded=0)


def _intent(code: str, received: int) -> Intent:
    return Intent(
        id=f"pi-{code}",
        code=code,
        status="succeeded",
        received=received,
        capturable=0,
        refunded=0,
        captures=1,
    )


def _entries(code: str, amounts: dict[str, int]) -> tuple[Entry, ...]:
    return tuple(
        Entry(transaction=f"{code}:settle", code=code, account=account, minor=minor)
        for account, minor in amounts.items()
    )


def _ledger_of_came() -> tuple[Entry, ...]:
    earned = {"revenue:reservation_fee": -300, "revenue:session_fee": -100, "revenue:energy": -200}
    return _entries(CAME, {"stripe_clearing": 714, "tax_payable": -114, **earned})


def _ledger_of_stayed_away() -> tuple[Entry, ...]:
    return _entries(STAYED_AWAY, {"stripe_clearing": 500, "revenue:no_show": -500})


def _told(code: str, template: str, charged: int) -> tuple[Notice, ...]:
    receipt = {"charged": {"minor": charged, "currency": "EUR"}}
    return (
        Notice(code=code, template=template, parameters={}),
        Notice(code=code, template="receipt", parameters=receipt),
    )


def _beliefs() -> Beliefs:
    beliefs = Beliefs()
    bookings = (("key-1", CAME, "confirmed"), ("key-2", STAYED_AWAY, "confirmed"))
    for key, code, outcome in (*bookings, ("key-3", REFUSED, "slot_unavailable")):
        beliefs.bookings[key] = Booking(key=key, driver="d", body={}, codes={code}, outcomes={outcome})
    beliefs.trips[CAME] = trip(CAME, 0)
    beliefs.trips[STAYED_AWAY] = trip(STAYED_AWAY, 40)
    beliefs.answered += [started(), stopped()]
    beliefs.authorised.append(shown(1))
    return beliefs


def trip(code: str, start: float) -> Trip:
    told = Told(
        at=at(start - 5),
        state="LOCKED",
        charger_id=CHARGER,
        start=at(start),
        end=at(start + 30),
        arrive_by=at(start + 10),
    )
    return Trip(code=code, key="", driver="d", card="CARD1", plan="card", site="north", told=[told])


def shown(seconds: float, *, accepted: bool = True) -> Authorised:
    return Authorised(at=at(seconds), charger_id=CHARGER, card="CARD1", accepted=accepted)


def done(verb: str, **slot: str) -> Act:
    return Act(at=at(1), verb=verb, status=200, **slot)


def started(timestamp: str = "2026-05-04T12:00:02Z") -> Answered:
    message = {"connectorId": 1, "idTag": "CARD1", "meterStart": 1000, "timestamp": timestamp}
    return _answered("StartTransaction", message, {"transactionId": 7})


def stopped(meter_wh: int = 5000) -> Answered:
    return _answered("StopTransaction", {"transactionId": 7, "meterStop": meter_wh}, {})


def _answered(action: str, message: dict[str, Any], answer: dict[str, Any]) -> Answered:
    return Answered(at=at(20), charger_id=CHARGER, action=action, message=message, answer=answer)

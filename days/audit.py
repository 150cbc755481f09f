"""After a day: what the records say against what really happened. Each invariant is a function; words are stable."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from chaos.audit.evidence import Evidence, Intent, Running, Violation
from chaos.audit.fees import no_fee_for_who_came, no_fee_with_our_cause
from chaos.audit.holds import holds_never_overlap
from chaos.audit.lists import lists_equal_workflows
from chaos.audit.money import books_are_of_the_outcome, ledger_balances, ledger_equals_the_provider
from chaos.audit.postgres import Records, seen_of
from days.day import Day
from days.people import Guest
from days.truth import Leg, Truth
from db.tables import ChargingSession
from domain.money.lines import LineKind
from domain.terms.policy import Policy


@dataclass(frozen=True, slots=True)
class Found:
    """All that is known of a day once it is over. `sessions`: rows of charging sessions."""

    day: Day
    evidence: Evidence
    sessions: list[Any]

    @property
    def truth(self) -> Truth:
        return self.day.truth


_ASKED_WITHIN = timedelta(seconds=150)
"""After so long a charger that never shows Available has been asked (ocpp_gateway.duties.lingering_cars)."""

Invariant = Callable[[Found], Iterator[Violation]]


async def audit(day: Day) -> list[Violation]:
    """Everything that is wrong."""
    found = Found(day, await _evidence(day), await _sessions(day))
    of_evidence = (
        holds_never_overlap,
        ledger_balances,
        ledger_equals_the_provider,
        books_are_of_the_outcome,
        no_fee_with_our_cause,
        no_fee_for_who_came,
        lists_equal_workflows,
    )
    wrong = [violation for invariant in of_evidence for violation in invariant(found.evidence)]
    return wrong + [violation for invariant in INVARIANTS for violation in invariant(found)]


async def _evidence(day: Day) -> Evidence:
    records = Records(day.sessions)
    listed = await records.listed()
    return Evidence(
        listed=listed,
        running=await _running(day),
        holds=await records.holds(),
        sessions=await records.sessions(),
        undelivered=await records.undelivered(),
        priced=await records.priced(),
        payments=await records.payments(),
        intents=tuple(one for one in await _intents(day) if one.code in listed),
        ledger=await records.ledger(),
        notices=await records.notices(),
    )


async def _running(day: Day) -> dict[str, Running]:
    running = {}
    for code, (over, view) in (await day.stage.shown()).items():
        seen = seen_of(view)
        status = "COMPLETED" if over else "RUNNING"
        running[code] = Running(
            status=status,
            state_attribute=seen.state,
            attention_attribute=bool(seen.needs_attention),
            seen=seen,
        )
    return running


async def _intents(day: Day) -> tuple[Intent, ...]:
    objects = await day.control.dump()
    refunded: dict[str, int] = defaultdict(int)
    for refund in objects["refunds"]:
        if refund.get("status") != "failed":
            refunded[refund["payment_intent"]] += refund["amount"]
    return tuple(
        Intent(
            id=intent["id"],
            code=(intent.get("metadata") or {}).get("reservation_code", ""),
            status=intent["status"],
            received=intent["amount_received"],
            capturable=intent["amount_capturable"],
            refunded=refunded[intent["id"]],
            captures=sum(
                1
                for charge in objects["charges"]
                if charge["payment_intent"] == intent["id"] and charge.get("captured")
            ),
        )
        for intent in objects["payment_intents"]
    )


async def _sessions(day: Day) -> list[Any]:
    async with day.engine.connect() as connection:
        rows = await connection.execute(select(ChargingSession.__table__).order_by(ChargingSession.id))
        return list(rows.all())


# --- everything ends ------------------------------------------------------------------------------------
def everything_ends(found: Found) -> Iterator[Violation]:
    for code, workflow in found.evidence.running.items():
        if workflow.status == "RUNNING":
            seen = workflow.seen
            yield _wrong("does_not_end", code, seen and (seen.state, seen.needs_attention))
    for hold in found.evidence.holds:
        if hold.open:
            yield _wrong("hold_left", hold.code, hold.id)
    for intent in found.evidence.intents:
        if intent.capturable:
            yield _wrong("authorisation_left", intent.code, intent.id)
    for delivery in found.evidence.undelivered:
        yield _wrong("undelivered", delivery)
    for row in found.sessions:
        if row.ended_at is None:
            yield _wrong("session_runs_on", row.transaction_id, row.charger_id)


# --- sessions and energy --------------------------------------------------------------------------------
def every_session_is_explained(found: Found) -> Iterator[Violation]:
    """What really flowed has a session of its own, with its energy."""
    rows = {id(row): row for row in found.sessions}
    for leg in found.truth.legs:
        row = _row_of(leg, list(rows.values()))
        if row is None:
            if leg.wh:
                yield _wrong("not_recorded", leg.visit, _told(leg))
            continue
        del rows[id(row)]
        told = row.meter_last_wh - row.meter_start_wh
        if told != leg.wh and not (leg.forgotten and told <= leg.wh):
            yield _wrong("other_energy", leg.visit, {**_told(leg), "recorded_wh": told})
    for row in rows.values():
        if row.meter_last_wh > row.meter_start_wh:
            yield _wrong(
                "nobody_charged", row.transaction_id, (row.charger_id, row.meter_last_wh - row.meter_start_wh)
            )


def _row_of(leg: Leg, rows: list[Any]) -> Any:
    """By the charger's own number for it; else by place and time."""
    here = [row for row in rows if row.charger_id == leg.charger]
    numbered = [row for row in here if leg.seen.id is not None and row.transaction_id == str(leg.seen.id)]
    if numbered:
        return min(numbered, key=lambda row: abs(row.started_at - leg.began))
    near = [row for row in here if abs(row.started_at - leg.began) < timedelta(minutes=3)]
    return min(near, key=lambda row: abs(row.started_at - leg.began), default=None)


def every_kwh_is_priced_once(found: Found) -> Iterator[Violation]:
    """Of a reservation: all its sessions' energy is on its bill, no more and no less."""
    energy: dict[str, int] = defaultdict(int)
    for row in found.sessions:
        if row.reservation_code:
            energy[row.reservation_code] += row.meter_last_wh - row.meter_start_wh
    for code, one in found.evidence.listed.items():
        if one.stands.energy_wh != energy[code]:
            detail = {"billed": one.stands.energy_wh, "sessions": energy[code], "state": one.seen.state}
            yield _wrong("energy_not_priced_once", code, detail)
    for code in energy.keys() - found.evidence.listed.keys():
        yield _wrong("session_of_no_reservation", code)


def nothing_refused_is_priced(found: Found) -> Iterator[Violation]:
    for row in found.sessions:
        if row.reservation_code and not row.authorised:
            yield _wrong("refused_and_priced", row.reservation_code, row.transaction_id)


# --- people ---------------------------------------------------------------------------------------------
def nobody_who_charged_is_a_no_show(found: Found) -> Iterator[Violation]:
    """Not at their own bay, nor anywhere else at the site that they had booked, while their slot was theirs."""
    policy = found.day.policy
    for guest, leg, seen in _legs_in_the_window(found, policy):
        if any(line.kind == LineKind.NO_SHOW for line in seen.lines):
            yield _wrong("no_show_fee_although_charged", guest.code, _told(leg))


def _legs_in_the_window(found: Found, policy: Policy) -> Iterator[tuple[Guest, Leg, Any]]:
    codes = {str(row.transaction_id): row.reservation_code for row in found.sessions}
    authorised = {str(row.transaction_id): row.authorised for row in found.sessions}
    for guest in found.day.guests.values():
        one = found.evidence.listed.get(guest.code)
        if one is None:
            continue
        seen = one.stands
        for leg in found.truth.legs:
            other = codes.get(str(leg.seen.id))
            in_window = seen.start - policy.early_start <= leg.began < seen.end
            if found.day.site_of(leg.charger) != guest.site:
                continue  # a walk-in there, whatever they have booked elsewhere
            if leg.driver != guest.driver or not leg.wh or not in_window or other not in (None, guest.code):
                continue
            if authorised.get(str(leg.seen.id), True):
                yield guest, leg, seen


def nobody_is_refused_at_their_own_bay(found: Found) -> Iterator[Violation]:
    """Unless the policy lets a driver charge once at a time, and they do elsewhere."""
    if found.day.policy.one_session_a_driver:
        return
    for code, charger, number, at, state in found.truth.refusals:
        yield _wrong("refused_at_own_bay", code, (f"{charger}/{number}", found.day.calendar.told(at), state))


def _never_says_free(found: Found) -> bool:
    return any(charger.plan.vendor == "never-free-again" for charger in found.day.chargers.values())


def no_overstay_for_who_has_left(found: Found) -> Iterator[Violation]:
    """Not more steps than the car really stood there, after slot and grace."""
    policy = found.day.policy.overstay
    for guest in found.day.guests.values():
        one = found.evidence.listed.get(guest.code)
        paid = sum(line.minor for line in one.stands.lines if line.kind == LineKind.OVERSTAY) if one else 0
        if one is None or not paid:
            continue
        over = timedelta(0)
        for name, _, _, came, left in found.truth.parked:
            if not _is_of(found, name, guest) or came > one.stands.end:
                continue
            begins = max(came, one.stands.end + policy.grace)
            over += max((left or begins) - begins, timedelta(0))
        learned_by_asking = _ASKED_WITHIN if _never_says_free(found) else timedelta(0)
        most = (over + found.day.stage.tolerance + learned_by_asking) // policy.step + 1 if over else 0
        if paid > most * policy.fee_per_step.minor:
            yield _wrong("overstay_although_gone", guest.code, {"paid": paid, "stood_over": str(over)})


def _is_of(found: Found, name: str, guest: Guest) -> bool:
    """The same driver's, or one's of the same group: they use each other's reservations."""
    other, drivers = found.day.guests[name], found.day.script.drivers
    groups = {drivers[one.visit.driver].group for one in (other, guest)}
    return other.driver == guest.driver or (len(groups) == 1 and groups != {""})


def no_fee_in_trouble(found: Found) -> Iterator[Violation]:
    """Who came to their bay in time and could not charge, because it was broken or dead, pays for no absence."""
    policy = found.day.policy
    for guest in found.day.guests.values():
        one = found.evidence.listed.get(guest.code)
        if one is None or all(line.kind != LineKind.NO_SHOW for line in one.stands.lines):
            continue
        begins, ends = one.stands.start, one.stands.start + policy.grace
        held = [hold for hold in found.evidence.holds if hold.code == guest.code]
        places = {found.day.places[hold.connector_id] for hold in held[-1:]}
        for outage in found.truth.outages:
            here = any(
                outage.charger == charger and outage.connector in (0, number) for charger, number in places
            )
            if here and outage.began <= begins and (outage.ended or ends) >= ends:
                yield _wrong(
                    "no_show_fee_in_trouble", guest.code, (outage.charger, outage.began, outage.ended)
                )


INVARIANTS: tuple[Invariant, ...] = (
    everything_ends,
    every_session_is_explained,
    every_kwh_is_priced_once,
    nothing_refused_is_priced,
    nobody_who_charged_is_a_no_show,
    nobody_is_refused_at_their_own_bay,
    no_overstay_for_who_has_left,
    no_fee_in_trouble,
)


def _told(leg: Leg) -> dict[str, Any]:
    return {
        "where": f"{leg.charger}/{leg.connector}",
        "began": _clock(leg.began),
        "ended": _clock(leg.ended),
        "wh": leg.wh,
        "id": leg.seen.id,
        "forgotten": leg.forgotten,
    }


def _clock(at: datetime | None) -> str:
    return "" if at is None else f"{at:%H:%M:%S}"


def _wrong(what: str, about: str, detail: object = None) -> Violation:
    return Violation(invariant="day", what=what, about=about, detail=detail)

"""What people were charged for, refused and given for nothing, against what really happened to them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from chaos.audit.evidence import Violation
from days.found import Found, leg_told, wrong
from days.people import Guest
from days.truth import Leg
from domain.facts.fact import code_of
from domain.facts.stay import StayOver
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State
from domain.terms.policy import Policy

_ASKED_WITHIN = timedelta(seconds=150)
"""After so long a charger that never shows Available has been asked (ocpp_gateway.duties.lingering_cars)."""


def nobody_who_charged_is_a_no_show(found: Found) -> Iterator[Violation]:
    """Not at their own bay, nor anywhere else at the site that they had booked, while their slot was theirs.

    A reservation that had closed before its charger told of them keeps its name, and is settled anew without the fee.
    """
    policy = found.day.policy
    for guest, leg, seen in _legs_in_the_window(found, policy):
        if any(line.kind == LineKind.NO_SHOW for line in seen.lines):
            yield wrong("no_show_fee_although_charged", guest.code, leg_told(found, leg))
        elif seen.state == State.NO_SHOW and found.evidence.listed[guest.code].followed is None:
            yield wrong("no_show_although_charged", guest.code, leg_told(found, leg))


def _legs_in_the_window(found: Found, policy: Policy) -> Iterator[tuple[Guest, Leg, Any]]:
    rows = {id(leg): row for leg, row in found.matched}
    for guest in found.day.guests.values():
        one = found.evidence.listed.get(guest.code)
        if one is None:
            continue
        seen = one.stands
        for leg in found.truth.legs:
            row = rows[id(leg)]
            other = None if row is None else row.reservation_code
            in_window = seen.start - policy.early_start <= leg.began < seen.end
            if found.day.site_of(leg.charger) != guest.site:
                continue  # a walk-in there, whatever they have booked elsewhere
            if leg.driver != guest.driver or not leg.wh or not in_window or other not in (None, guest.code):
                continue
            if row is None or row.authorised:
                yield guest, leg, seen


def nothing_of_theirs_is_free(found: Found) -> Iterator[Violation]:
    """What was let in at the bay of a reservation that was still under way is on its bill, and no walk-in's."""
    walk_ins = {id(leg) for leg, row in found.matched if row is not None and row.reservation_code is None}
    for guest, leg, seen in _legs_in_the_window(found, found.day.policy):
        held = {
            found.day.places[hold.connector_id] for hold in found.evidence.holds if hold.code == guest.code
        }
        over = _over_at(found, guest.code)
        kept = seen.state in (State.COMPLETED, State.NO_SHOW) and (over is None or leg.began < over)
        if _charges_already(found, guest.code, leg):
            continue  # it is another car of theirs
        if kept and (leg.charger, leg.connector) in held and id(leg) in walk_ins:
            yield wrong("free_although_theirs", guest.code, leg_told(found, leg))


def _charges_already(found: Found, code: str, leg: Leg) -> bool:
    """Under that reservation, when this one began elsewhere."""
    slack = found.day.stage.tolerance
    return any(
        row.reservation_code == code
        and row.started_at <= leg.began + slack
        and (row.ended_at is None or row.ended_at > leg.began + slack)
        for row in found.sessions
    )


def _over_at(found: Found, code: str) -> datetime | None:
    told = [entry.at for entry in found.views[code].timeline if entry.code == code_of(StayOver)]
    return told[0] if told else None


def no_more_minutes_than_they_charged(found: Found) -> Iterator[Violation]:
    """By the minute, and none twice: what flowed under the reservation, each leg rounded up."""
    legs = {row.id: leg for leg, row in found.matched if row is not None}
    per_minute = found.day.tariff.time_per_minute.minor
    for code, one in found.evidence.listed.items():
        paid = sum(line.minor for line in one.stands.lines if line.kind == LineKind.TIME)
        mine = [legs.get(row.id) for row in found.sessions if row.reservation_code == code]
        if not paid or any(leg is None or leg.ended is None for leg in mine):
            continue
        spans = [leg.ended - leg.began for leg in mine if leg is not None and leg.ended is not None]
        most = sum(ceil((span + found.day.stage.tolerance) / found.day.calendar.span(1)) for span in spans)
        if paid > most * per_minute:
            yield wrong("minutes_nobody_charged", code, {"paid": paid, "minutes": most})


def nobody_is_refused_at_their_own_bay(found: Found) -> Iterator[Violation]:
    """Unless the policy lets a driver charge once at a time, and they do elsewhere."""
    if found.day.policy.one_session_a_driver:
        return
    for code, charger, number, at, state in found.truth.refusals:
        yield wrong("refused_at_own_bay", code, (f"{charger}/{number}", found.day.calendar.told(at), state))


def in_order(
    found: Found, place: tuple[str, int], begins: datetime, ends: datetime, *, silent: bool = False
) -> timedelta:
    """How much of that time the place worked. `silent`: and could be reached."""
    span, at = timedelta(0), begins
    broken = sorted(
        (max(outage.began, begins), min(outage.ended or ends, ends))
        for outage in found.truth.outages
        if (silent or not outage.silent) and outage.charger == place[0] and outage.connector in (0, place[1])
    )
    for since, until in broken:
        if since < until:
            span, at = span + max(since - at, timedelta(0)), max(at, until)
    return span + max(ends - at, timedelta(0))


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
        for name, charger, number, came, left in found.truth.parked:
            place = (charger, number)
            if not _is_of(found, name, guest) or came > one.stands.end:
                continue
            begins = max(came, one.stands.end + policy.grace)
            over += in_order(found, place, begins, max(left or begins, begins))
        learned_by_asking = _ASKED_WITHIN if _never_says_free(found) else timedelta(0)
        most = (over + found.day.stage.tolerance + learned_by_asking) // policy.step + 1 if over else 0
        if paid > most * policy.fee_per_step.minor:
            yield wrong("overstay_although_gone", guest.code, {"paid": paid, "stood_over": str(over)})


def _is_of(found: Found, name: str, guest: Guest) -> bool:
    """The same driver's, or one's of the same group: they use each other's reservations."""
    other, drivers = found.day.guests[name], found.day.script.drivers
    groups = {drivers[one.visit.driver].group for one in (other, guest)}
    return other.driver == guest.driver or (len(groups) == 1 and groups != {""})


FAIRNESS: tuple[Callable[[Found], Iterator[Violation]], ...] = (
    nobody_who_charged_is_a_no_show,
    nothing_of_theirs_is_free,
    nobody_is_refused_at_their_own_bay,
    no_overstay_for_who_has_left,
    no_more_minutes_than_they_charged,
)

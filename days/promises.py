"""Who is owed a compensation: against what really happened at the bays."""

from collections.abc import Callable, Iterator
from datetime import datetime

from chaos.audit.evidence import Seen, Violation
from days.found import Found, wrong
from days.people import Guest
from days.truth import Outage, Try
from domain.money.lines import LineKind
from domain.reservation.lifecycle import State


def a_broken_promise_is_made_good_once(found: Found) -> Iterator[Violation]:
    """One credit of the policy's amount for each that we could not keep, and for no other."""
    amount = found.day.policy.compensation.minor
    for code, one in found.evidence.listed.items():
        seen = one.stands
        given = [line.minor for line in seen.lines if line.kind == LineKind.COMPENSATION]
        owed = [-amount] if seen.state == State.UNFULFILLED else []
        if given != owed:
            detail = {"given": given, "owed": owed, "state": seen.state, "ended_by": seen.ended_by}
            yield wrong("compensation_differs", code, detail)


def nobody_else_is_compensated(found: Found) -> Iterator[Violation]:
    """Something stood in their way: at a place that they held, trouble or somebody else's car."""
    for guest, seen in reserved(found):
        if all(line.kind != LineKind.COMPENSATION for line in seen.lines):
            continue
        places = _held(found, guest)
        since = seen.start - found.day.policy.fault_watch
        troubled = any(_touches(outage, places, since, seen.end) for outage in found.truth.outages)
        if not troubled and not _in_the_way(found, guest, places, seen):
            yield wrong("compensated_for_nothing", guest.code, seen.ended_by)


def who_came_to_a_dead_bay_is_made_whole(found: Found) -> Iterator[Violation]:
    """Who came in time to their own bay, broken from then to the end of their slot, was moved or is compensated."""
    for guest, seen in reserved(found):
        charged = any(leg.driver == guest.driver and leg.wh for leg in found.truth.legs)
        came = [
            one for one in found.truth.tries if one.visit == guest.name and seen.start <= one.at < seen.end
        ]
        if charged or not came or seen.state in (State.CANCELLED, State.EXPIRED, State.DECLINED):
            continue
        dead = [one for one in came if one.own and _is_dead(found, one, seen.end)]
        moved = seen.told_of("moved")
        if dead == came and not moved and seen.state != State.UNFULFILLED:
            yield wrong("not_made_whole", guest.code, {"state": seen.state, "came": str(came[0].at)})


def reserved(found: Found) -> Iterator[tuple[Guest, Seen]]:
    for guest in found.day.guests.values():
        if (one := found.evidence.listed.get(guest.code)) is not None:
            yield guest, one.stands


def _held(found: Found, guest: Guest) -> set[tuple[str, int]]:
    return {found.day.places[hold.connector_id] for hold in found.evidence.holds if hold.code == guest.code}


def _touches(outage: Outage, places: set[tuple[str, int]], since: datetime, until: datetime) -> bool:
    here = any(outage.charger == charger and outage.connector in (0, number) for charger, number in places)
    return here and outage.began < until and (outage.ended or until) > since


def _in_the_way(found: Found, guest: Guest, places: set[tuple[str, int]], seen: Seen) -> bool:
    """A car at their bay, or at another plug of its charger, which may be the same bay.

    The driver's own counts where it does not charge: nobody can know whose it is.
    """
    chargers, since = {charger for charger, _ in places}, seen.start - found.day.policy.lock_lead
    charging = {
        leg.visit
        for leg in found.truth.legs
        if leg.driver == guest.driver and leg.began < seen.end and (leg.ended or seen.end) > seen.start
    }
    return any(
        name not in charging and charger in chargers and came < seen.end and (left or seen.end) > since
        for name, charger, _, came, left in found.truth.parked
    ) or any(code == guest.code for code, *_ in found.truth.refusals)


def _is_dead(found: Found, one: Try, until: datetime) -> bool:
    place = {(one.charger, one.connector)}
    return any(
        not outage.silent
        and _touches(outage, place, one.at, until)
        and outage.began <= one.at
        and (outage.ended or until) >= until
        for outage in found.truth.outages
    )


PROMISES: tuple[Callable[[Found], Iterator[Violation]], ...] = (
    a_broken_promise_is_made_good_once,
    nobody_else_is_compensated,
    who_came_to_a_dead_bay_is_made_whole,
)

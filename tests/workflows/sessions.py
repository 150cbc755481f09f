"""What charges at the fake site, and whose it is; and what of a connector is free for who comes late."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from contracts.holds import HoldDecision, HoldReplacement, OwnSession
from contracts.matching import MatchedSessions, MatchSessions, StayEnds
from domain.charging.guests import NextSlot, stay_ends
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason

if TYPE_CHECKING:
    from tests.workflows.places import Hold
    from tests.workflows.site import Site

SOMEBODY_ELSE = "SOMEBODY-ELSE"


@dataclass(slots=True)
class Session:
    """At the site, of the driver of every reservation here. `priced_by`: the reservation whose code it carries."""

    connector_id: int
    transaction_id: str
    started_at: datetime
    ended_at: datetime | None = None
    priced_by: str = ""


def own_sessions(site: "Site", hold: "Hold", ask: MatchSessions, since: datetime) -> tuple[OwnSession, ...]:
    """As the rule has it, of a driver with this one reservation; `since`: early start, or the lock."""
    mine = [one for one in site.sessions if _runs_within(one, since, hold.slot.end)]
    if ask.only_running:
        mine = [one for one in mine if one.ended_at is None]
    mine = [one for one in mine if one.priced_by in ((ask.code,) if ask.ended else (ask.code, ""))]
    for one in mine:
        one.priced_by = ask.code
    running = [one for one in mine if one.ended_at is None]
    if running and not hold.released and not ask.ended and running[-1].connector_id != hold.connector_id:
        if site.is_free(running[-1].connector_id, hold.slot, ask.code):
            hold.connector_id = running[-1].connector_id
        else:
            hold.released = ReleaseReason.CHARGES_ELSEWHERE
    return tuple(_told(site, one, hold) for one in mine)


def there_already(site: "Site", hold: "Hold", *, only_running: bool = False) -> tuple[str, ...]:
    """The driver has all reservations here; with whose session they stand at the held connector."""
    return tuple(
        one.priced_by
        for one in site.sessions
        if one.priced_by not in ("", hold.code)
        and one.connector_id == hold.connector_id
        and _runs_within(one, hold.slot.start, hold.slot.end)
        and not (only_running and one.ended_at)
    )


def next_slot(site: "Site", code: str, stay: StayEnds, early_start: timedelta) -> MatchedSessions:
    following = [
        hold
        for hold in site.holds
        if hold.code not in (code, SOMEBODY_ELSE)
        if not hold.released and hold.slot.start - early_start <= stay.at < hold.slot.end
    ]
    here = [hold for hold in following if hold.connector_id == stay.connector_id]
    if not here and following and stay.charging and goes_to(site, following[0], stay.connector_id):
        here = following[:1]
    if here:
        return MatchedSessions(goes_on_until=min(hold.slot.end for hold in here))
    return MatchedSessions(next_bay=f"Bay {following[0].connector_id}" if following else "")


def car_elsewhere(site: "Site", hold: "Hold") -> Session | None:
    """Of the slot before, at another connector than the hold's."""
    cars = [
        one
        for one in site.sessions
        if one.priced_by not in ("", hold.code) and one.connector_id != hold.connector_id
        if _runs_within(one, hold.slot.start, hold.slot.end)
    ]
    return cars[-1] if cars else None


def goes_to(site: "Site", hold: "Hold", connector_id: int) -> bool:
    """To where the car stands, if that is free."""
    others = [one for one in site.holds if one.code == SOMEBODY_ELSE and not one.released]
    if any(one.connector_id == connector_id and one.slot.overlaps(hold.slot) for one in others):
        return False
    hold.connector_id = connector_id
    return True


def _told(site: "Site", one: Session, hold: "Hold") -> OwnSession:
    there = replace(hold, connector_id=one.connector_id)
    return OwnSession(
        transaction_id=one.transaction_id,
        started_at=one.started_at,
        ended_at=one.ended_at,
        held=site.handed_out(there),
    )


def what_is_free(site: "Site", ask: HoldReplacement) -> HoldDecision:
    sought = [n for n in site.connectors if ask.only_connector_id in (None, n)]
    free = {n: _free_until(site, n, ask) for n in sought if not site.unusable(n)}
    ends = {n: end for n, end in free.items() if end is not None}
    if not ends:
        return HoldDecision(refusal=site.refusal(ask.slot))
    best = ask.prefer_connector_id if ask.prefer_connector_id in ends else max(ends, key=ends.__getitem__)
    slot = Slot(ask.slot.start, ends[best])
    hold = site.take(ask.code, site.connectors[best], slot)
    hold.step = ask.step
    return HoldDecision(held=site.handed_out(hold), slot=slot)


def _free_until(site: "Site", connector_id: int, ask: HoldReplacement) -> datetime | None:
    policy = ask.terms.policy
    others = [
        NextSlot(
            opens_at=hold.slot.start - policy.early_start,
            start=hold.slot.start,
            warning=policy.walk_in_warning,
        )
        for hold in site.holds
        if hold.connector_id == connector_id and hold.slot.end > ask.now
        if not hold.released and hold.code != ask.code
    ]
    end = stay_ends(others, ask.slot.end, ask.now)
    return end if isinstance(end, datetime) else None


def _runs_within(one: Session, since: datetime, until: datetime) -> bool:
    return one.started_at < until and (one.ended_at is None or one.ended_at > since)

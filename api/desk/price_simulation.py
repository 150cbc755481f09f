"""What last month would have come to under price rules that nobody has written yet: read some at a time, no writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money import settled_stories as stories
from activities.money.settled_stories import Settled
from contracts.money import SettleReservation
from db.queries.place.opening import is_holiday
from db.queries.place.terms import PriceVersion
from domain.place.slots import Slot
from domain.settlement.price_simulation import Simulation, Story, promised_then
from domain.terms.priced import Asked

MOST = 5_000
"""Reservations of one simulation, the latest."""
LAST_MONTH = timedelta(days=31)
LONGEST = timedelta(days=92)
_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """`left_out`: in another currency, or of which too little was kept. `complete`: there were no more than MOST."""

    since: datetime
    until: datetime
    found: Simulation
    left_out: int
    complete: bool


async def simulated(
    session: AsyncSession,
    site_id: str,
    simulation: Simulation,
    varies: PriceVersion,
    since: datetime,
    until: datetime,
) -> Simulated:
    """`varies`: the rules of the simulation, with the site's hours."""
    places = await stories.places_of(session, site_id) if varies.rules.occupancy else {}
    last: tuple[datetime, str] | None = None
    looked_at = left_out = 0
    while looked_at < MOST:
        page = await stories.settled_between(
            session, site_id, since, until, last, min(_AT_ONCE, MOST - looked_at)
        )
        if not page:
            return Simulated(since=since, until=until, found=simulation, left_out=left_out, complete=True)
        last = page[-1].start, page[-1].code
        looked_at += len(page)
        left_out += await _added(session, simulation, varies, page, places)
        session.expunge_all()
    more = await stories.settled_between(session, site_id, since, until, last, 1)
    return Simulated(since=since, until=until, found=simulation, left_out=left_out, complete=not more)


async def _added(
    session: AsyncSession,
    simulation: Simulation,
    varies: PriceVersion,
    page: Sequence[Settled],
    places: dict[str, int],
) -> int:
    """How many of the page were left out."""
    rules = varies.rules
    members = await stories.members_of(session, {one.driver_id for one in page}) if rules.groups else {}
    held = [one.held for one in page if one.held is not None]
    beside = {}
    if rules.occupancy and held:
        span = Slot(min(one.window.start for one in held), max(one.window.end for one in held))
        beside = await stories.holds_beside(session, {one.pool_id for one in page}, span)
    left_out = 0
    for one in page:
        ask = one.ask
        if ask is None or one.held is None or ask.terms.policy.currency != rules.currency:
            left_out += 1
            continue
        gone = 0
        if rules.occupancy:
            others = [then for code, then in beside.get(one.pool_id, ()) if code != one.code]
            gone = promised_then(one.held, others, places.get(one.pool_id, 0))
        groups = frozenset(
            member.group_id
            for member in members.get(one.driver_id, ())
            if member.since <= one.start and (member.until is None or one.start < member.until)
        )
        lead = one.start - one.held.placed_at
        asked = _asked(one.start, lead, ask, varies, gone, groups)
        simulation.add(
            Story(progress=ask.progress, terms=ask.terms, legs=one.legs, around=one.around, asked=asked)
        )
    return left_out


def _asked(
    start: datetime,
    lead: timedelta,
    ask: SettleReservation,
    varies: PriceVersion,
    gone: int,
    groups: frozenset[str],
) -> Asked:
    return Asked(
        start=start,
        zone=ask.terms.site_zone,
        lead=lead,
        occupied_percent=gone,
        holiday=varies.rules.knows_holidays and is_holiday(varies.hours, start),
        tier=ask.terms.tier,
        groups=groups,
    )

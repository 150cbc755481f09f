"""One bay by name: whether it can be had, and what keeping to it costs everybody else in its pool.

Bookings make way for each other; one that is kept to its bay does not. What that costs is counted in starts: others
may begin a stay as long as this one at so many instants of the site's grid around it if the bay is left to us, and at
so many of them no more if it is not. Nothing is lost as long as whoever comes can be placed around it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.errors import BayCostsTooMuch, BayTaken, BayUnfit, UnknownBay
from domain.facts.refusals import NoSuchBayHere
from domain.facts.refused_bookings import NamedBayCosts, NamedBayTaken, NamedBayUnfit
from domain.place.availability import DEFAULT_STEP
from domain.place.choice import Choice, NoPlace
from domain.place.choosing import booking_wish, booking_wishes
from domain.place.connectors import PoolConnector
from domain.place.fit import NO_NEEDS, MisfitKind, Needs, nearest_fit
from domain.place.holds import HoldTimes
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot, next_grid_start
from domain.terms.named_bay import NamedBay
from domain.terms.policy import Policy

AROUND = timedelta(hours=12)
"""So far before and after the slot its cost is counted."""
_NEW = 0
"""Id of the hold that is placed on paper: those of rows are positive."""
_TOLD_OTHERWISE = (NoPlaceReason.NO_ACCESS, NoPlaceReason.KEPT_ACCESSIBLE, NoPlaceReason.SITE_CLOSED)
"""Reasons that say more of the bay than that it cannot be had."""


def pools_with(
    bay: str, there: Mapping[PoolFacts, Sequence[PoolConnector]], labels: Iterable[str]
) -> list[PoolFacts]:
    """Those that have the bay, of pools with their connectors. `labels`: of all bays of the site.

    Raises UnknownBay; BayUnfit where it is of another pool, or has none of the plugs that are wanted.
    """
    if bay not in labels:
        raise UnknownBay(NoSuchBayHere(bay=bay))
    having = {pool: at for pool, connectors in there.items() if (at := at_bay(bay, connectors))}
    offering = [pool for pool, at in having.items() if any(c.has(pool.connector_type) for c in at)]
    if not offering:
        misfit = MisfitKind.PLUG if having else MisfitKind.POOL
        raise BayUnfit(NamedBayUnfit(bay=bay, misfits=(misfit,)))
    return offering


def at_bay(bay: str, connectors: Iterable[PoolConnector]) -> list[PoolConnector]:
    return [connector for connector in connectors if connector.bay == bay]


def check_bay_fits(needs: Needs, connectors: Iterable[PoolConnector]) -> None:
    """Raises BayUnfit where the one that is named is not built for it."""
    if not needs.bay:
        return
    shapes = [connector.shape for connector in at_bay(needs.bay, connectors)]
    _, misfits = nearest_fit(needs, shapes)
    if misfits:
        raise BayUnfit(NamedBayUnfit(bay=needs.bay, misfits=tuple(misfit.kind for misfit in misfits)))


def check_bay(found: Choice | NoPlace, needs: Needs, pools: Iterable[Pool]) -> None:
    """`found`: what was chosen in `pools` for who named a bay, if they did. Raises BayUnfit, BayTaken."""
    if not needs.bay or isinstance(found, Choice) or found.reason in _TOLD_OTHERWISE:
        return
    if found.reason is NoPlaceReason.NO_FIT:
        check_bay_fits(needs, [connector for pool in pools for connector in pool.connectors])
    if found.ends_at is None:
        raise BayTaken(NamedBayTaken(bay=needs.bay))


def named_bay(pool: Pool, times: HoldTimes, code: str, choice: Choice) -> NamedBay | None:
    """What the bay that is named in the pool's `needs` costs it; None: none is. `choice`: of it, for `times`.

    May raise HoldsMissing.
    """
    if not pool.needs.bay:
        return None
    left_to_us = replace(pool, needs=pool.needs.at(""))
    anywhere = left_to_us.choose(booking_wish(left_to_us, times.slot, code))
    kept = pool.after(choice, times, _NEW)
    free = kept if isinstance(anywhere, NoPlace) else left_to_us.after(anywhere, times, _NEW)
    around = [slot for slot in _around(pool, times.slot) if pool.ground.is_open(slot)]
    possible: set[datetime] = set()
    lost: set[datetime] = set()
    for who in _whoever_comes(pool, choice):
        still = _taken(_seen_by(kept, who), around)
        gone = _taken(_seen_by(free, who), [slot for slot in around if slot.start not in still])
        possible |= still | gone
        lost |= gone
    return NamedBay(bay=pool.needs.bay, lost=len(lost), starts=len(possible))


def check_cost(cost: NamedBay | None, policy: Policy) -> None:
    """Raises BayCostsTooMuch."""
    most = policy.most_starts_lost
    if cost is not None and most is not None and cost.lost > most:
        raise BayCostsTooMuch(NamedBayCosts(bay=cost.bay, lost=cost.lost, starts=cost.starts, most=most))


def _whoever_comes(pool: Pool, choice: Choice) -> list[Needs]:
    """Who takes any bay; and who needs what this one has."""
    shape = pool.connector(choice.connector_id).shape
    special = Needs(accessible=shape.accessible, trailer=shape.trailer, drive_through=shape.drive_through)
    return list(dict.fromkeys((NO_NEEDS, special)))


def _seen_by(pool: Pool, who: Needs) -> Pool:
    return replace(pool, needs=who, admission=None, named=None)


def _around(pool: Pool, slot: Slot) -> Iterator[Slot]:
    """Not closer to one another than is usual: who books to the minute is no finer a measure."""
    rules, zone = pool.policy.slots, pool.facts.zone
    step = max(rules.step, DEFAULT_STEP)
    at = next_grid_start(max(pool.now, slot.start - AROUND), rules.step, zone)
    while at <= slot.start + AROUND:
        yield slot.moved_to(at)
        at = next_grid_start(at + step, rules.step, zone)


def _taken(pool: Pool, slots: Sequence[Slot]) -> set[datetime]:
    """The starts of those that a booking is given."""
    wishes = zip(slots, booking_wishes(pool, slots), strict=True)
    return {slot.start for slot, wish in wishes if isinstance(pool.choose(wish), Choice)}

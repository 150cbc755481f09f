"""What a refused driver may book instead, ranked: another pool, another time, another site."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import DomainError
from domain.place.availability import DEFAULT_STEP
from domain.place.choice import Choice
from domain.place.choosing import booking_wish
from domain.place.pool import Pool
from domain.place.reasons import OfferReason
from domain.place.slots import Slot, check_slot, next_grid_start

MOST = 5
SEARCH = timedelta(hours=12)
"""So far before and after the wanted slot other times are looked for."""
FARTHEST = timedelta(days=14)
"""So far ahead a time is offered of a site that is closed until then."""
_OTHER_TIMES = 3
"""So that a full site still leaves room for nearby ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    pool: Pool
    slot: Slot
    reason: OfferReason


def search_around(slot: Slot, opens: datetime | None = None) -> Slot:
    """Where other times begin that may be offered. `opens`: of a site that is closed then, when it opens next."""
    start = slot.start if opens is None else min(max(slot.start, opens), slot.start + FARTHEST)
    return Slot(slot.start - SEARCH, start + SEARCH)


def offers_here(
    pools: Iterable[Pool],
    slot: Slot,
    *,
    wanted_pool: str | None,
    busy: Collection[Slot] = (),
    around: Slot | None = None,
) -> list[Offer]:
    """At the wanted site: the same time in whatever pool, then the nearest other times, none that overlaps `busy`.

    `around`: as `search_around` has it; None: the site is open then.
    The wanted pool comes first, then the more powerful. May raise HoldsMissing.
    """
    ranked = sorted(pools, key=lambda p: (p.facts.id != wanted_pool, *p.facts.by_power))
    same_time = [
        Offer(pool=pool, slot=slot, reason=OfferReason.SAME_TIME_HERE)
        for pool in ranked
        if is_bookable(pool, slot)
    ]
    return [*same_time, *_other_times(ranked, slot, around, busy)][:MOST]


def offers_nearby(sites: Iterable[Sequence[Pool]], slot: Slot) -> list[Offer]:
    """One a site, in the order of `sites`: its most powerful pool that has a place. May raise HoldsMissing."""
    found = []
    for pools in sites:
        ranked = sorted(pools, key=lambda p: p.facts.by_power)
        free = next((pool for pool in ranked if is_bookable(pool, slot)), None)
        if free is not None:
            found.append(Offer(pool=free, slot=slot, reason=OfferReason.NEARBY))
    return found


def is_bookable(pool: Pool, slot: Slot) -> bool:
    """Would a booking of `slot` be accepted at this moment?"""
    if not pool.ground.is_open(slot):
        return False
    try:
        check_slot(slot, pool.policy.slots, pool.now, pool.facts.zone)
    except DomainError:
        return False
    return isinstance(pool.choose(booking_wish(pool, slot)), Choice)


def _other_times(
    ranked: Sequence[Pool], slot: Slot, around: Slot | None, busy: Collection[Slot]
) -> list[Offer]:
    found: list[Offer] = []
    if not ranked:
        return found
    for start in starts_around(ranked[0], slot, around):
        other = slot.moved_to(start)
        if any(other.overlaps(one) for one in busy):
            continue
        free = next((pool for pool in ranked if is_bookable(pool, other)), None)
        if free is not None:
            found.append(Offer(pool=free, slot=other, reason=OfferReason.OTHER_TIME_HERE))
        if len(found) == _OTHER_TIMES:
            break
    return found


def starts_around(pool: Pool, slot: Slot, around: Slot | None = None) -> list[datetime]:
    """Grid starts around the wanted one, nearest first."""
    rules, zone = pool.policy.slots, pool.facts.zone
    around = around or search_around(slot)
    step = rules.step or DEFAULT_STEP
    at = next_grid_start(max(pool.now, around.start), rules.step, zone)
    starts = []
    while at <= around.end:
        if at != slot.start:
            starts.append(at)
        at = next_grid_start(at + step, rules.step, zone)
    return sorted(starts, key=lambda at: (abs(at - slot.start), at))

"""What there is to book instead of what was wanted: another pool or bay, another plug, another time, another site.

In which order they are told: `ranking`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.errors import DomainError
from domain.place.availability import DEFAULT_STEP
from domain.place.bay_by_name import check_cost, named_bay
from domain.place.choice import Choice
from domain.place.choosing import booking_wish, for_extension
from domain.place.fit import opens_to_all
from domain.place.holds import HoldTimes, times_of
from domain.place.pool import Pool
from domain.place.ranking import Yardstick, in_turns
from domain.place.reasons import OfferReason
from domain.place.slots import Slot, check_slot, next_grid_start
from domain.terms.named_bay import NamedBay

MOST = 5
SEARCH = timedelta(hours=12)
"""So far before and after the wanted slot other times are looked for."""
FARTHEST = timedelta(days=14)
"""So far ahead a time is offered of a site that is closed until then."""
_OTHER_TIMES = 3
"""Of each search: they cost the most to find."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`accessible`: the bay is one for people with disabilities, though nobody asked for one. `opens`: of what is kept
    for them until then; None: it can be booked at once. `named_bay`: what it takes from others
    where it is one by name.
    """

    pool: Pool
    slot: Slot
    reason: OfferReason
    accessible: bool = False
    opens: datetime | None = None
    named_bay: NamedBay | None = None


def search_around(slot: Slot, opens: datetime | None = None) -> Slot:
    """Where other times begin that may be offered. `opens`: of a site that is closed then, when it opens next."""
    start = slot.start if opens is None else min(max(slot.start, opens), slot.start + FARTHEST)
    return Slot(slot.start - SEARCH, start + SEARCH)


def offers_here(
    pools: Iterable[Pool],
    wanted: Yardstick,
    *,
    busy: Collection[Slot] = (),
    around: Slot | None = None,
    other_plugs: Iterable[Pool] = (),
    named: Iterable[Pool] = (),
) -> list[Offer]:
    """At the wanted site: the same time in whatever pool, at another plug, at a bay that is released before, and the
    nearest other times, none that overlaps `busy`. In no order.

    `around`: as `search_around` has it; None: the site is open then. `other_plugs`: pools as they are seen by who wants
    another plug of the same vehicle. `named`: as by who wants one bay by its name, who keeps it at other times, if it
    has any; empty: nobody does. May raise HoldsMissing.
    """
    ranked, at_bay, slot = _ranked(pools, wanted), _ranked(named, wanted), wanted.slot
    reason = OfferReason.OTHER_BAY_HERE if at_bay else OfferReason.SAME_TIME_HERE
    same_time = _offers(ranked, slot, reason)
    plugs = _offers(_ranked(other_plugs, wanted), slot, OfferReason.OTHER_PLUG_HERE)
    times = _other_times(at_bay, slot, around, busy) or _other_times(ranked, slot, around, busy)
    released = [] if same_time else _released(ranked, slot)
    return [*same_time, *plugs, *times, *released]


def offered(offers: Iterable[Offer], wanted: Yardstick) -> list[Offer]:
    """As one after the other is to be looked at until MOST are found that can be had: each kind in its turn."""
    ranked = sorted(offers, key=lambda one: wanted.rank(one.pool.facts, one.slot, opens=one.opens))
    return [*in_turns(ranked, lambda one: one.reason)]


def _ranked(pools: Iterable[Pool], wanted: Yardstick) -> list[Pool]:
    return sorted(pools, key=lambda pool: wanted.rank(pool.facts, wanted.slot))


def times_instead(
    pools: Iterable[Pool],
    slot: Slot,
    *,
    exclude: Collection[int],
    earliest: datetime,
    busy: Collection[Slot] = (),
    around: Slot | None = None,
) -> list[Offer]:
    """Other times for who loses their place, as a refusal offers them: nearest first, at connectors that work now, none
    of `exclude`, and none before `earliest`. `pools`: of one site, best first. May raise HoldsMissing.
    """
    working = [
        replace(pool, named=frozenset(c.id for c in pool.working if c.id not in exclude)) for pool in pools
    ]
    return _other_times(working, slot, around, busy, earliest)


def offers_nearby(pools: Iterable[Pool], wanted: Yardstick) -> list[Offer]:
    """The wanted time at other sites: at each the best pool that has a place. May raise HoldsMissing."""
    by_site: dict[str, list[Pool]] = {}
    for pool in _ranked(pools, wanted):
        by_site.setdefault(pool.facts.site_id, []).append(pool)
    sites = by_site.values()
    return [offer for there in sites for offer in _offers(there, wanted.slot, OfferReason.NEARBY, most=1)]


def shorter_here(
    pool: Pool, held: HoldTimes, end: datetime, code: str, *, hold_id: int, connector_id: int
) -> list[Offer]:
    """The latest end before `end` until which a hold could be extended where it is, if there is one. May raise
    HoldsMissing.
    """
    for at in reversed(_ends_between(pool, held.slot.end, end)):
        longer = held.moved_to(Slot(held.slot.start, at))
        found = for_extension(pool, longer, code, hold_id=hold_id, connector_id=connector_id)
        if pool.ground.is_open(Slot(held.slot.end, at)) and isinstance(found, Choice):
            return [Offer(pool=pool, slot=longer.slot, reason=OfferReason.SHORTER_HERE)]
    return []


def _ends_between(pool: Pool, present: datetime, wanted: datetime) -> list[datetime]:
    """On the site's grid, neither of the two among them."""
    rules, zone, ends = pool.policy.slots, pool.facts.zone, list[datetime]()
    step = rules.step or DEFAULT_STEP
    at = next_grid_start(present + step, step, zone)
    while at < wanted:
        ends.append(at)
        at = next_grid_start(at + step, step, zone)
    return ends


def is_bookable(pool: Pool, slot: Slot) -> bool:
    """Would a booking of `slot` be accepted at this moment?"""
    return _choice(pool, slot) is not None


def _choice(pool: Pool, slot: Slot) -> tuple[Choice, NamedBay | None] | None:
    """What a booking would be given at this moment, and what that takes from others where it is one bay by name."""
    if not pool.ground.is_open(slot):
        return None
    try:
        check_slot(slot, pool.policy.slots, pool.now, pool.facts.zone)
        found = pool.choose(booking_wish(pool, slot))
        if not isinstance(found, Choice):
            return None
        cost = named_bay(pool, times_of(slot, pool.policy), "", found)
        check_cost(cost, pool.policy)
    except DomainError:
        return None
    return found, cost


def _offers(pools: Iterable[Pool], slot: Slot, reason: OfferReason, *, most: int = MOST) -> list[Offer]:
    found: list[Offer] = []
    for pool in pools:
        if len(found) < most and (given := _choice(pool, slot)) is not None:
            choice, cost = given
            scarce = pool.connector(choice.connector_id).shape.accessible and not pool.needs.accessible
            found.append(Offer(pool=pool, slot=slot, reason=reason, accessible=scarce, named_bay=cost))
    return found


def _released(pools: Iterable[Pool], slot: Slot) -> list[Offer]:
    """The wanted time at a bay that is kept for people with disabilities until soon, if it will be free then."""
    for pool in pools:
        opens = opens_to_all(slot.start, pool.policy.slots.accessible_kept_until)
        if not pool.ground.kept(slot) or not pool.now < opens <= pool.now + SEARCH:
            continue
        then = _offers([replace(pool, now=opens)], slot, OfferReason.RELEASED_HERE)
        if then:
            return [replace(then[0], pool=pool, opens=opens)]
    return []


def _other_times(
    ranked: Sequence[Pool],
    slot: Slot,
    around: Slot | None,
    busy: Collection[Slot],
    earliest: datetime | None = None,
) -> list[Offer]:
    found: list[Offer] = []
    if not ranked:
        return found
    for start in starts_around(ranked[0], slot, around):
        other = slot.moved_to(start)
        if earliest is not None and start < earliest:
            continue
        if any(other.overlaps(one) for one in busy):
            continue
        found += _offers(ranked, other, OfferReason.OTHER_TIME_HERE, most=1)
        if len(found) == _OTHER_TIMES:
            break
    return found


def starts_around(pool: Pool, slot: Slot, around: Slot | None = None) -> list[datetime]:
    """Grid starts around the wanted one, nearest first."""
    rules, zone = pool.policy.slots, pool.facts.zone
    around = around or search_around(slot)
    step = rules.step or DEFAULT_STEP
    at = next_grid_start(max(pool.now, around.start), step, zone)
    starts = []
    while at <= around.end:
        if at != slot.start:
            starts.append(at)
        at = next_grid_start(at + step, step, zone)
    return sorted(starts, key=lambda at: (abs(at - slot.start), at))

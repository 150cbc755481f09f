"""A second hold for a reservation whose own connector will not do: in which pools, and on which connectors.

The rule as a whole stands in `choosing`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from domain.place.choice import Choice, NoPlace
from domain.place.choosing import candidates_of, first_that_has_one
from domain.place.holds import HoldTimes
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.promised import keeps_promise
from domain.place.ranking import Yardstick
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot
from domain.place.wishes import Wish


def for_replacement(
    pools: Sequence[Pool],
    times: HoldTimes,
    code: str,
    *,
    exclude: Collection[int] = (),
    prefer: int | None = None,
    only: int | None = None,
    own: Collection[int] = (),
) -> Choice | NoPlace:
    """In the first of `pools` (see `equal_or_better`) that has a place; on `prefer` before all others.

    It must work today, and the walk-in share does not protect from our own failures. `only`: the connector that
    an operator named. `own`: holds of the reservation, which leave an excluded connector for another plug of its
    berth before any other is looked for: nothing is nearer.
    """

    def wish(pool: Pool, only: int | None = None) -> Wish:
        near = pool.nearness(times.slot.start)
        # Who names a connector for somebody has seen to that, and lets them in.
        is_open = only is not None or pool.ground.is_open(times.slot)
        candidates = candidates_of(
            pool,
            near,
            pool.working,
            code,
            times.slot,
            exclude=exclude,
            only=only,
            is_open=is_open,
            anywhere=only is not None,
        )
        return Wish(times.window, candidates)

    beside = [
        (pool.without(*own), at_berth)
        for pool in pools
        if (at_berth := _at_own_berth(pool, wish(pool, only), code, own, _berths_of(pools, exclude)))
    ]
    if only is not None:
        return first_that_has_one(beside or ((pool, wish(pool, only)) for pool in pools))
    preferred = [pool for pool in pools if prefer in {c.id for c in pool.connectors}]
    tries = [
        *beside,
        *((pool, wish(pool, prefer)) for pool in preferred),
        *((pool, wish(pool)) for pool in pools),
    ]
    found = first_that_has_one(tries)
    return found if isinstance(found, Choice) else NoPlace(NoPlaceReason.NOTHING_EQUAL_OR_BETTER)


def _berths_of(pools: Iterable[Pool], connector_ids: Collection[int]) -> frozenset[int]:
    """Of the connectors, as far as they or holds of theirs are seen."""
    seen = [*((c.id, c.berth_id) for pool in pools for c in pool.connectors)]
    seen += [(h.connector_id, h.berth_id) for pool in pools for h in pool.holds]
    return frozenset(berth_id for connector_id, berth_id in seen if connector_id in connector_ids)


def _at_own_berth(
    pool: Pool, usual: Wish, code: str, own: Collection[int], left: Collection[int]
) -> Wish | None:
    """The same, at berths of `left` that those holds have, where nobody else is; None: there is no such plug."""
    held = {hold.berth_id for hold in pool.holds if hold.id in own and hold.berth_id in left}
    idle = {c.id for c in pool.connectors if c.berth_id in held and not c.is_taken_from(code)}
    ids = tuple(id_ for id_ in usual.candidates.ids if id_ in idle)
    return Wish(usual.window, replace(usual.candidates, ids=ids)) if ids else None


def lost_place(
    slot: Slot,
    site_id: str,
    present: PoolFacts | None,
    power_w: int,
    *,
    booked: PoolFacts | None = None,
    away: Mapping[str, int] = MappingProxyType({}),
) -> Yardstick:
    """Of who leaves `present` at `site_id`: its plug, and `power_w`, unless more is known of what was `booked`."""
    promised = booked or present
    return Yardstick(
        slot=slot,
        site_id=site_id,
        pool_id=None if present is None else present.id,
        plug=None if promised is None else promised.connector_type,
        power_w=power_w if booked is None else booked.power_w,
        away=away,
    )


def equal_or_better(pools: Iterable[PoolFacts], lost: Yardstick) -> list[PoolFacts]:
    """Those of `pools` with no less power and no other plug, ranked as everything that is offered."""
    least = lost.power_w or 0
    fit = [pool for pool in pools if keeps_promise(pool, plug=lost.plug, power_w=least)]
    return lost.ranked(pool.wanted_for(lost.plug) for pool in fit)

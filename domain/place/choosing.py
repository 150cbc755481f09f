"""Which connector is given: to a booking, a reschedule, an extension, at lock time, to a replacement. The whole rule:

Pools: of the site, those with the wanted plug, or the one asked for; for a booking the most powerful first. In a pool:
1. Who can serve, where the site is open for the whole slot: for a slot within `policy.fault_watch`, connectors that
   work (neither Faulted nor Unavailable, nor gone for `policy.offline_debounce`); for a later one all, for they may be
   repaired. For a slot that has begun, only those that nobody is on. A candidate is only what the site's access rules
   let its driver use throughout the slot, whose bay fits what they need, and which is not kept for others (`fit`).
2. The walk-in share stays free: no more holds at once than connectors that serve, less the share. An extension
   counts all connectors of the pool as serving: its driver is on theirs, and another one that breaks takes nothing
   from it. The share does not count for a replacement, because our own failure is no reason to refuse a driver.
3. A candidate on which nothing is promised in the window (slot and turnover buffer); of several the one that leaves
   the smallest gap before it, then the first. Doubtful ones last: in trouble now, or with somebody on them while the
   slot is within `policy.lock_lead`.
4. Else re-packing: soft holds change connectors among themselves. A hold is fixed once locked, or once its driver may
   start. What came before the last fixed hold stays. Doubt does not count here (`packing`). Where connectors
   differ, by their plugs, bays or by who may use them, each stays among those that it fits on.
Where a berth is closed for maintenance nothing is placed, as if somebody held it whom nothing moves (`maintenance`).

Each occasion below says who is a candidate; `Pool.choose` does 2 to 4. A late arrival and a reroute are replacements
(`replacing`): a second hold for the same reservation, or the same one at another plug of its berth.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby

from domain.place.choice import Choice, NoPlace
from domain.place.connectors import PoolConnector
from domain.place.holds import HoldTimes, OpenHold
from domain.place.pool import Pool
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot, occupied_window
from domain.place.wishes import Candidates, Nearness, Wish

_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockDecision:
    """`moves` as in Choice. `contested`: somebody is on the connector. `faulted`: it does not work: reroute."""

    connector_id: int
    moves: dict[int, int] = field(default_factory=dict)
    contested: bool
    faulted: bool


def for_booking(pools: Iterable[Pool], slot: Slot, code: str, *, only: int | None = None) -> Choice | NoPlace:
    """In the most powerful pool that has a place. `only`: on that connector, at which the driver stands."""
    by_power = sorted(pools, key=lambda p: p.facts.by_power)
    if only is not None:
        return first_that_has_one((pool, _wish_on_the_spot(pool, slot, code, only)) for pool in by_power)
    found = first_that_has_one((pool, booking_wish(pool, slot, code)) for pool in by_power)
    if isinstance(found, NoPlace) and any(_is_kept(pool, slot, code) for pool in by_power):
        return NoPlace(NoPlaceReason.KEPT_ACCESSIBLE)
    return found


def _is_kept(pool: Pool, slot: Slot, code: str) -> bool:
    """Would there be a place, were it not kept for who needs an accessible bay?"""
    kept, wish = pool.ground.kept(slot), booking_wish(pool, slot, code)
    if not kept or not wish.candidates.serving:
        return False
    there = pool.offering(pool.serving(pool.nearness(slot.start)))
    candidates = replace(wish.candidates, ids=tuple(c.id for c in there if c.id in kept))
    return isinstance(pool.choose(Wish(wish.window, candidates)), Choice)


def _wish_on_the_spot(pool: Pool, slot: Slot, code: str, only: int) -> Wish:
    near = pool.nearness(slot.start)
    candidates = candidates_of(pool, near, pool.working, code, slot, share=True, only=only)
    return Wish(occupied_window(slot, pool.policy.slots.buffer), candidates)


def booking_wish(pool: Pool, slot: Slot, code: str | None = None) -> Wish:
    """What a booking asks for. `code` None: a reservation that does not exist yet."""
    return next(booking_wishes(pool, [slot], code))


def booking_wishes(pool: Pool, slots: Iterable[Slot], code: str | None = None) -> Iterator[Wish]:
    """One for each of `slots`, as availability counts them; neighbours share their candidates."""
    buffer = pool.policy.slots.buffer

    def alike(slot: Slot) -> tuple[Nearness, bool, frozenset[int] | None]:
        return pool.nearness(slot.start), pool.ground.is_open(slot), pool.ground.among(slot)

    for (near, is_open, _), group in groupby(slots, key=alike):
        first, *others = group
        candidates = candidates_of(pool, near, pool.serving(near), code, first, share=True, is_open=is_open)
        for slot in (first, *others):
            yield Wish(occupied_window(slot, buffer), candidates)


def for_reschedule(
    pool: Pool, times: HoldTimes, code: str, *, hold_id: int, beside: Collection[int] = ()
) -> Choice | NoPlace:
    """Anywhere in the pool; the hold's own present window does not count. `beside`: other holds that leave with it."""
    return pool.but_for(code, hold_id, *beside).choose(_moving_wish(pool, times, code))


def for_extension(
    pool: Pool, times: HoldTimes, code: str, *, hold_id: int, connector_id: int
) -> Choice | NoPlace:
    """The driver is plugged in: only this connector will do, whatever it says, and soft holds may leave it."""
    among = pool.ground.admitted(times.slot)
    if among is not None and connector_id not in among:
        return NoPlace(NoPlaceReason.NO_ACCESS)
    usual = _moving_wish(pool, times, code).candidates
    only_this = replace(
        usual,
        ids=(connector_id,),
        serving=tuple({*usual.serving, connector_id}),
        limit=pool.limit(pool.connectors),
    )
    return pool.as_of_promises.without(hold_id).choose(Wish(times.window, only_this))


def for_lock(pool: Pool, hold_id: int, code: str, theirs: Collection[str] = ()) -> LockDecision:
    """The present connector if it works and is idle, else another one that is, else one that at least works.

    A hold that is locked already stays: the device may hold it by now. One that is not leaves a berth that is closed
    for maintenance in its slot. `theirs`: reservations of its driver with whose car they stand on its berth.
    """
    hold = next(h for h in pool.holds if h.id == hold_id)
    # Once the window is open, a cable in the connector without a transaction may be this driver's own.
    trust_status = pool.now < hold.opens_at
    own = pool.connector(hold.connector_id)
    slot = _slot_of(hold, pool)
    working = [
        c
        for c in pool.offering(pool.working)
        if (hold.locked and c.id == own.id)  # an operator may have put it where else it would not be
        or (hold.may_be_on(c.id) and (hold.locked or not pool.ground.is_maintained(c.id, slot)))
    ]
    idle = [
        c
        for c in working
        if not c.is_taken_from(
            code,
            trust_status=trust_status and not (theirs and c.berth_id == own.berth_id),
            theirs=theirs,
        )
    ]
    chosen: Choice | NoPlace = Choice(pool_id=pool.facts.id, connector_id=own.id)
    if not hold.locked and own not in idle:
        others = pool.without(hold_id)
        chosen = others.choose(_locking_wish(pool, idle, hold.window))
        if isinstance(chosen, NoPlace) and own not in working:
            chosen = others.choose(_locking_wish(pool, working, hold.window))
    if isinstance(chosen, Choice):
        own = pool.connector(chosen.connector_id)
    faulted = own not in working
    return LockDecision(
        connector_id=own.id,
        moves=chosen.moves if isinstance(chosen, Choice) else {},
        contested=not faulted and own not in idle,
        faulted=faulted,
    )


def _slot_of(hold: OpenHold, pool: Pool) -> Slot:
    """Its window without the turnover buffer, which may lie in maintenance."""
    start, end = hold.window.start, hold.window.end - pool.policy.slots.buffer
    return Slot(start, end) if start < end else hold.window


def for_clearing(pool: Pool, hold_id: int, code: str) -> Choice | NoPlace:
    """Another connector for a hold whose berth is closed for maintenance; the walk-in share does not protect from that.

    Whose driver may be on their way to it, or was told which one it is, is not moved so.
    """
    hold = next(h for h in pool.holds if h.id == hold_id)
    if hold.is_settled(pool.now):
        return NoPlace(NoPlaceReason.FIXED_HOLDS)
    near, needs = pool.nearness(hold.window.start), pool.ground.still(hold.needs)
    others = replace(pool.without(hold_id), needs=needs)
    candidates = candidates_of(others, near, pool.serving(near), code, _slot_of(hold, pool))
    may = tuple(id_ for id_ in candidates.ids if hold.may_be_on(id_))
    return others.choose(Wish(hold.window, replace(candidates, ids=may)))


def _moving_wish(pool: Pool, times: HoldTimes, code: str) -> Wish:
    near = pool.nearness(times.slot.start)
    return Wish(times.window, candidates_of(pool, near, pool.serving(near), code, times.slot, share=True))


def _locking_wish(pool: Pool, candidates: Iterable[PoolConnector], window: Slot) -> Wish:
    may_take = Candidates(
        ids=_ids(candidates),
        serving=_ids(pool.working),
        limit=None,
        refusal_if_none=NoPlaceReason.OCCUPIED if pool.offering(pool.working) else NoPlaceReason.OUT_OF_ORDER,
    )
    return Wish(window, may_take)


def candidates_of(
    pool: Pool,
    near: Nearness,
    serving: Sequence[PoolConnector],
    code: str | None,
    slot: Slot,
    *,
    share: bool = False,
    exclude: Collection[int] = (),
    only: int | None = None,
    is_open: bool = True,
    anywhere: bool = False,
) -> Candidates:
    """`share`: that of walk-ins is respected. `exclude`, `only`: connectors it may not take, the one it must.

    `is_open`: whether its site is. `anywhere`: whoever may use it, and whatever fits.
    """
    if not is_open:
        return Candidates(ids=(), serving=(), limit=None, refusal_if_none=NoPlaceReason.SITE_CLOSED)
    there = [c for c in pool.offering(serving) if c.id not in exclude and only in (None, c.id)]
    among = None if anywhere else pool.ground.among(slot)
    named = there if among is None else [c for c in there if c.id in among]
    # For a slot that has begun, a connector with somebody on it is worth nothing; for one that begins soon, little.
    idle = [c for c in named if not near.begun or not c.is_taken_from(code)]
    return Candidates(
        ids=_ids(idle),
        serving=_ids(serving),
        limit=pool.limit(serving) if share else None,
        refusal_if_none=_refusal_if_none(pool, there, named, slot),
        scarce=pool.ground.shapes.scarce(pool.needs),
        doubtful=pool.unhealthy.union(c.id for c in idle if near.soon and c.is_taken_from(code)),
    )


def _refusal_if_none(
    pool: Pool, there: Sequence[PoolConnector], named: Sequence[PoolConnector], slot: Slot
) -> NoPlaceReason:
    if named:
        return NoPlaceReason.OCCUPIED
    return pool.ground.why_none(there, slot) if there else NoPlaceReason.OUT_OF_ORDER


def first_that_has_one(tries: Iterable[tuple[Pool, Wish]]) -> Choice | NoPlace:
    """The first that finds a place; else the reason that was nearest to a yes."""
    refusals: list[NoPlace] = []
    for pool, wish in tries:
        found = pool.choose(wish)
        if isinstance(found, Choice):
            return found
        refusals.append(found)
    nearest = [*NoPlaceReason]
    return min(
        refusals,
        key=lambda one: (nearest.index(one.reason), one.ends_at or _EVER),
        default=NoPlace(NoPlaceReason.OUT_OF_ORDER),
    )


def _ids(connectors: Iterable[PoolConnector]) -> tuple[int, ...]:
    return tuple(c.id for c in connectors)

"""What is offered: the starts to look at, and how many bookings each window still takes, by the rules of placing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from domain.errors import SlotInvalid
from domain.facts.refused_bookings import SpanTooLong
from domain.place.certainty import Promises
from domain.place.choice import Choice
from domain.place.choosing import booking_wishes
from domain.place.few_moves import Accepted
from domain.place.fullness import gone_percent
from domain.place.holds import times_of
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, check_length, next_grid_start
from domain.place.wishes import Wish
from domain.terms.certainty import Certainty
from domain.terms.policy import SlotRules
from domain.terms.priced import Prices

DEFAULT_STEP = timedelta(minutes=15)
"""Spacing of the offered starts where the policy allows any instant."""
LONGEST_SPAN = timedelta(days=31)
MOST_WINDOWS = 400
"""Starts looked at in one answer; `next_from` tells where the rest begins."""
MOST_ONE_BY_ONE = 4_000
"""The same, where each connector is looked at for itself: starts and connectors in all."""
USUAL_LENGTH = timedelta(hours=1)

PriceOf = Callable[[datetime, int], Prices]
"""Of a slot that starts then, where so many percent of the places are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeWindow:
    """`free`: bookings that `slot` can still take, the walk-in share already kept back.

    `prices`: of one that names this pool; None: as the terms have them, or nothing is free. `certainty`: the least of
    what may be given; None: nothing is free.
    """

    slot: Slot
    free: int
    prices: Prices | None = None
    certainty: Certainty | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorAvailability:
    """`windows`: that can be had by naming this connector, each alone; none of them is free twice."""

    connector_id: int
    windows: tuple[FreeWindow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAvailability:
    """`connectors`: all of the pool with that type of plug. `bookable`: working now, without the walk-in share.

    `each`: of those that were named, one by one; empty: that was not asked.
    """

    pool: PoolFacts
    connectors: int
    bookable: int
    windows: tuple[FreeWindow, ...]
    each: tuple[ConnectorAvailability, ...] = ()


def availability_of(pool: Pool, slots: Sequence[Slot], price_of: PriceOf | None = None) -> PoolAvailability:
    """`slots` by start. `price_of` None: prices do not vary. May raise HoldsMissing."""
    promises = Promises(pool)
    return PoolAvailability(
        pool=pool.facts,
        connectors=len(pool.offering(pool.connectors)),
        bookable=pool.bookable,
        windows=tuple(
            _window(pool, promises, slot, wish, price_of)
            for slot, wish in zip(slots, booking_wishes(pool, slots), strict=True)
        ),
    )


def each_of(pool: Pool, slots: Sequence[Slot]) -> tuple[ConnectorAvailability, ...]:
    """Of each connector that is offered (of those that are named), by id. May raise HoldsMissing."""
    ids = sorted(c.id for c in pool.offering(pool.connectors) if pool.named is None or c.id in pool.named)
    return tuple(
        ConnectorAvailability(
            connector_id=id_,
            windows=tuple(
                FreeWindow(slot=slot, free=_free(only, slot, wish, only.room(wish)))
                for only in (replace(pool, named=frozenset({id_})),)
                for slot, wish in zip(slots, booking_wishes(only, slots), strict=True)
            ),
        )
        for id_ in ids
    )


def _window(pool: Pool, promises: Promises, slot: Slot, wish: Wish, price_of: PriceOf | None) -> FreeWindow:
    left, places = pool.unpromised(wish), wish.candidates.limit
    room = pool.room_within(left, wish)
    free = _free(pool, slot, wish, room)
    if not free:
        return FreeWindow(slot=slot, free=free)
    told = promises.least(wish, room)
    if price_of is None or left is None or places is None:
        return FreeWindow(slot=slot, free=free, certainty=told)
    prices = price_of(slot.start, gone_percent(places, left))
    return FreeWindow(slot=slot, free=free, prices=prices, certainty=told)


def _free(pool: Pool, slot: Slot, wish: Wish, room: int | None) -> int:
    """How many bookings of `slot` placing accepts now, one after another, before it refuses the next."""
    if not wish.candidates.ids or room is None or room <= 0:
        return 0
    if pool.room_decides(wish):
        return room
    accepted = pool.accepted(wish, room)
    return accepted.most if accepted.is_sure else _accepted(pool, slot, wish, accepted)


def _accepted(pool: Pool, slot: Slot, wish: Wish, known: Accepted) -> int:
    """Places them one after another, on paper."""
    times = times_of(slot, pool.policy)
    ids = count(-1, -1)  # those of rows are positive
    made = [pool.chosen_by(one, wish.candidates) for one in known.made]
    pool = pool.after_all(made, times, ids)
    for placed in range(len(made), known.most):
        choice = pool.choose(wish)
        if not isinstance(choice, Choice):
            return placed
        pool = pool.after(choice, times, next(ids))
    return known.most


def check_span(start: datetime, end: datetime) -> None:
    """Raise SlotInvalid for a span nobody may ask for."""
    if not start < end <= start + LONGEST_SPAN:
        raise SlotInvalid(SpanTooLong(longest=LONGEST_SPAN))


def usual_length(rules: SlotRules) -> timedelta:
    """An hour, as far as the rules allow."""
    return min(max(USUAL_LENGTH, rules.shortest), rules.longest)


def slots_to_offer(
    rules: Mapping[str, SlotRules],
    lengths: Mapping[str, timedelta],
    span: Slot,
    now: datetime,
    zone: str = "UTC",
) -> tuple[dict[str, list[Slot]], datetime | None]:
    """By pool, each by its own of `rules`; where the next ones begin when there are too many, in whichever pool.

    `lengths`: by pool, too; one that is not there has no slots, as one whose slots are not as long. Raises SlotInvalid
    where none's are.
    """
    found: dict[str, list[Slot]] = {}
    known: dict[tuple[SlotRules, timedelta], list[Slot]] = {}  # most pools have the same
    refusals: list[SlotInvalid] = []
    more = []
    for pool_id, own in rules.items():
        length = lengths.get(pool_id)
        if length is None:
            found[pool_id] = []
            continue
        try:
            check_length(length, own)
        except SlotInvalid as error:
            refusals.append(error)
            found[pool_id] = []
            continue
        if (own, length) not in known:
            starts, next_from = starts_to_offer(own, span.start, span.end, now, zone)
            known[own, length] = [Slot(at, at + length) for at in starts]
            if next_from is not None:
                more.append(next_from)
        found[pool_id] = known[own, length]
    if refusals and len(refusals) == len(lengths):
        raise refusals[0]
    until = min(more, default=None)
    if until is not None:
        found = {id_: [slot for slot in slots if slot.start < until] for id_, slots in found.items()}
    return found, until


def fewer_slots(
    slots: Mapping[str, list[Slot]], connectors: int, next_from: datetime | None
) -> tuple[dict[str, list[Slot]], datetime | None]:
    """As many as can be looked at for so many connectors one by one; where the next ones begin."""
    most = max(1, MOST_ONE_BY_ONE // max(1, connectors))
    beyond = [each[most].start for each in slots.values() if len(each) > most]
    until = min(beyond, default=None)
    if until is None:
        return {**slots}, next_from
    return {id_: [slot for slot in each if slot.start < until] for id_, each in slots.items()}, until


def starts_to_offer(
    rules: SlotRules, start: datetime, end: datetime, now: datetime, zone: str = "UTC"
) -> tuple[list[datetime], datetime | None]:
    """Grid starts in [start, end) that may be booked at `now`; where the next ones begin when there are too many.

    `zone`: of the site, on whose clock the grid is.
    """
    step = rules.step or DEFAULT_STEP
    at = next_grid_start(max(start, now + rules.lead), step, zone)
    last = now + rules.horizon
    starts: list[datetime] = []
    while at < end and at <= last:
        if len(starts) == MOST_WINDOWS:
            return starts, at
        starts.append(at)
        at = next_grid_start(at + step, step, zone)
    return starts, None

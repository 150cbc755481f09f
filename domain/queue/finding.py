"""The first slot of a wish that can be booked at this moment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from domain.place.alternatives import is_bookable
from domain.place.availability import DEFAULT_STEP
from domain.place.pool import Pool
from domain.place.slots import Slot, next_grid_start
from domain.queue.offers import answer_by


def first_free(
    pools: Sequence[Pool],
    lengths: Mapping[str, timedelta],
    window: Slot,
    *,
    busy: Collection[Slot] = (),
) -> tuple[Pool, Slot] | None:
    """The earliest one, in the most powerful pool that has it. `lengths`: of the slot, by pool; none in a pool without.

    `busy`: what the driver has booked. None: nothing, or nothing that would leave time for an answer. May raise
    HoldsMissing.
    """
    best: tuple[Pool, Slot] | None = None
    for pool in sorted(pools, key=lambda one: one.facts.by_power):
        length = lengths.get(pool.facts.id)
        if length is None:
            continue
        for slot in _slots(pool, length, window):
            if best is not None and slot.start >= best[1].start:
                break
            if not any(slot.overlaps(one) for one in busy) and is_bookable(pool, slot):
                best = pool, slot
                break
    return best


def _slots(pool: Pool, length: timedelta, window: Slot) -> Iterable[Slot]:
    """On the site's grid, first those that begin first."""
    rules, zone = pool.policy.slots, pool.facts.zone
    at = next_grid_start(max(window.start, pool.now), rules.step, zone)
    while at + length <= window.end:
        if answer_by(pool.policy, at, pool.now) is not None:
            yield Slot(at, at + length)
        at = next_grid_start(at + (rules.step or DEFAULT_STEP), rules.step, zone)

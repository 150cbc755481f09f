"""Who could be given something at all, if all of it were free: whom a bay fits, and who may use it while it is open."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from domain.errors import NoAccess, NoFit
from domain.place.kept import kept_for_others, no_bay_fits
from domain.place.pool import Pool
from domain.place.slots import Slot
from domain.queue.finding import starts_in


def served_among(pool: Pool, length: timedelta, starts: Iterable[datetime]) -> list[datetime]:
    """At which a slot so long could be given, whatever is held, out of order or kept for a while."""
    fit = {connector.id for connector in pool.offering(pool.connectors)} & _fitting(pool)
    return [at for at in starts if fit and _admits(pool, fit, Slot(at, at + length))]


def never_served(pools: Sequence[Pool], lengths: Mapping[str, timedelta], window: Slot) -> Slot | None:
    """A slot of the window, where none of them could ever be given, if possible of one at which the site is open.

    None: one could, or nothing can be said. `lengths`: by pool; none in a pool without.
    """
    none: list[Slot] = []
    for pool in pools:
        length = lengths.get(pool.facts.id)
        if length is None or not pool.connectors:
            continue
        starts = starts_in(pool, length, window, (window.start,))
        if served_among(pool, length, starts):
            return None
        none += [Slot(at, at + length) for at in starts]
    is_open = (slot for slot in none if pools[0].ground.is_open(slot))
    return next(is_open, none[0] if none else None)


def why_never(pools: Sequence[Pool], slot: Slot) -> NoFit | NoAccess:
    """`slot`: as `never_served` answers, at which the site is open."""
    if not any(_fitting(pool) for pool in pools):
        return NoFit(no_bay_fits(pools))
    return NoAccess(kept_for_others(pools, slot))


def _fitting(pool: Pool) -> frozenset[int]:
    fit = pool.ground.shapes.fitting(pool.needs)
    return frozenset(connector.id for connector in pool.connectors) if fit is None else fit


def _admits(pool: Pool, fit: Iterable[int], slot: Slot) -> bool:
    may = pool.ground.admitted(slot)
    return pool.ground.is_open(slot) and (may is None or not may.isdisjoint(fit))

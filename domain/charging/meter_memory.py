"""Which readings of a long session can be forgotten, so that few are kept and its bill stays the same. Pure."""

from collections.abc import Iterable

from domain.charging.meter_bounds import named_bounds
from domain.charging.readings import Basis, Context, Metered, Reading, Told

_OUTLIERS_KEPT = 8
MOST_INTERVALS = 3_000
"""Of one session, each a share of its energy: two days of one a minute."""


def superfluous(readings: Iterable[Reading], found: Metered, most: int) -> frozenset[Reading]:
    """Samples that can be forgotten, so that at most about half of `most` stay; none while there are no more than that.

    Beginnings, ends, the last of all, what a part of the energy begins or ends with, and some of what does not fit
    stay: a bill shows them.
    """
    known = list(readings)
    registers = [reading for reading in known if not reading.is_interval]
    return _intervals(known, found) | _registers(registers, found, most)


def _intervals(known: list[Reading], found: Metered) -> frozenset[Reading]:
    """All once there is a register that shows energy; else none, as all of them are summed up, up to a limit."""
    ordered = sorted((one for one in known if one.is_interval), key=lambda one: one.order)
    needed = found.basis in (Basis.INTERVALS, Basis.NOTHING) or not found.energy_wh
    return frozenset(ordered[MOST_INTERVALS:] if needed else ordered)


def _registers(readings: list[Reading], found: Metered, most: int) -> frozenset[Reading]:
    ordered = sorted(readings, key=lambda reading: reading.order)
    if len(ordered) <= most:
        return frozenset()
    odd = [one.reading for one in found.discarded if not one.reading.is_interval]
    kept = {*odd[:_OUTLIERS_KEPT], *ordered[:1], *ordered[-1:]}
    kept.update(end for part in found.parts for end in (part.begin, part.end))
    for context, first in ((Context.BEGIN, Told.START), (Context.END, Told.STOP)):
        kept.update(named_bounds(ordered, context, first)[:2])
    rest = [reading for reading in ordered if reading not in kept and reading not in odd]
    room = max(1, most // 2 - len(kept))
    step = -(-len(rest) // room)
    return frozenset(ordered) - kept - frozenset(rest[::step] if step else ())

"""Which readings of a long session can be forgotten, so that few are kept and its bill stays the same. Pure."""

from collections.abc import Iterable

from domain.charging.meter_bounds import named_bounds
from domain.charging.readings import Context, Metered, Reading, Told

_OUTLIERS_KEPT = 8


def superfluous(readings: Iterable[Reading], found: Metered, most: int) -> frozenset[Reading]:
    """Samples that can be forgotten, so that at most about half of `most` stay; none while there are no more than that.

    Beginnings, ends, the last of all, what a part of the energy begins or ends with, and some of what does not fit
    stay: a bill shows them.
    """
    ordered = sorted(readings, key=lambda reading: reading.order)
    if len(ordered) <= most:
        return frozenset()
    odd = [one.reading for one in found.discarded]
    kept = {*odd[:_OUTLIERS_KEPT], *ordered[:1], *ordered[-1:]}
    kept.update(end for part in found.parts for end in (part.begin, part.end))
    for context, first in ((Context.BEGIN, Told.START), (Context.END, Told.STOP)):
        kept.update(named_bounds(ordered, context, first)[:2])
    rest = [reading for reading in ordered if reading not in kept and reading not in odd]
    room = max(1, most // 2 - len(kept))
    step = -(-len(rest) // room)
    return frozenset(ordered) - kept - frozenset(rest[::step] if step else ())

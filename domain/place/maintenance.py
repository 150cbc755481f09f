"""Berths that are closed for maintenance, as packing sees them: held by somebody whom nothing moves.

What stands there already, planned over or until its driver has been moved, stays where it is, and the rest of the time
is closed around it: so no berth is ever held twice, and nothing new comes to where somebody leaves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from domain.place.closures import Closure, ClosureCause
from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
from domain.place.slots import Slot

Closed = Mapping[int, Sequence[Slot]]
"""By berth, in order, apart from each other."""


def maintenance_of(connectors: Iterable[PoolConnector]) -> tuple[Closure, ...]:
    """Of what is planned for each of them; one for each span."""
    by_span: dict[Slot, set[int]] = {}
    for connector in connectors:
        for span in connector.maintenance:
            by_span.setdefault(span, set()).add(connector.id)
    return tuple(
        Closure(span=span, cause=ClosureCause.MAINTENANCE, connector_ids=frozenset(ids))
        for span, ids in sorted(by_span.items(), key=lambda item: (item[0].start, item[0].end))
    )


def closed_berths(closures: Iterable[Closure], berth_of: Mapping[int, int]) -> Closed:
    """`closures`: for maintenance. `berth_of`: connector id → berth."""
    found: dict[int, list[Slot]] = {}
    for closure in sorted(closures, key=lambda one: one.span.start):
        for berth in sorted({berth_of[id_] for id_ in closure.connector_ids or () if id_ in berth_of}):
            spans = found.setdefault(berth, [])
            if spans and closure.span.start <= spans[-1].end:
                spans[-1] = Slot(spans[-1].start, max(spans[-1].end, closure.span.end))
            else:
                spans.append(closure.span)
    return found


def with_closed(holds: Sequence[OpenHold], closed: Closed, seen: Slot | None) -> tuple[OpenHold, ...]:
    """`holds` and what is closed beside them within `seen`. Those that stand in it are fixed."""
    there = [
        replace(hold, locked=True)
        if hold.berth_id in closed and touches(closed, hold.berth_id, hold.window)
        else hold
        for hold in holds
    ]
    ids = count(-1_000_000_000, -1)  # of no hold, nor of one that is placed on paper
    for berth, spans in sorted(closed.items()):
        taken = sorted((h.window for h in there if h.berth_id == berth), key=lambda window: window.start)
        for span in spans:
            for free in left_of(span, taken, seen):
                there.append(nobody(next(ids), berth, free))
    return tuple(there)


def touches(closed: Closed, berth_id: int, window: Slot) -> bool:
    return any(span.overlaps(window) for span in closed.get(berth_id, ()))


def ends_at(closures: Iterable[Closure], window: Slot) -> datetime | None:
    """When the first that is over of those that `window` touches is over; None: it touches none."""
    return min((one.span.end for one in closures if one.span.overlaps(window)), default=None)


def left_of(span: Slot, taken: Iterable[Slot], seen: Slot | None) -> Iterator[Slot]:
    """The parts of the span in which nobody is. What lies beyond `seen` hangs together with nothing in it."""
    at, end = span.start, span.end
    if seen is not None:
        at, end = max(at, seen.start), min(end, seen.end)
    for window in taken:
        if at < min(window.start, end):
            yield Slot(at, min(window.start, end))
        at = max(at, window.end)
    if at < end:
        yield Slot(at, end)


def nobody(id_: int, berth_id: int, span: Slot) -> OpenHold:
    """On a connector that no pool has, as what another pool has on a berth."""
    return OpenHold(
        id=id_,
        pool_id="",
        connector_id=id_,
        berth_id=berth_id,
        window=span,
        opens_at=span.start,
        locked=True,
    )

"""What is told to whom a site lets nowhere: by its access rules, its bays, or as they are kept or maintained."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.errors import NoAccess, NoFit, UnderMaintenance
from domain.facts.refused_bookings import KeptAccessible, KeptForOthers, MaintainedThen, NoBayFits
from domain.place.admission import Admission, spot_of
from domain.place.choice import Choice, NoPlace
from domain.place.connectors import PoolConnector
from domain.place.fit import BayShape, Needs, fits, nearest_fit, opens_to_all
from domain.place.pool import Pool
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.place.slots import Slot
from domain.terms.access_rules import Spot


def check_access(found: Choice | NoPlace, pools: Iterable[Pool], slot: Slot) -> None:
    """`found`: what was chosen for the slot in `pools`. Raises NoAccess, NoFit, SlotUnavailable."""
    if not isinstance(found, NoPlace):
        return
    if found.reason is NoPlaceReason.NO_ACCESS:
        raise NoAccess(kept_for_others(pools, slot))
    if found.reason is NoPlaceReason.NO_FIT:
        raise NoFit(no_bay_fits(pools))
    if found.reason is NoPlaceReason.KEPT_ACCESSIBLE:
        kept_until = max(pool.policy.slots.accessible_kept_until for pool in pools)
        raise PlaceRefused(KeptAccessible(opens=opens_to_all(slot.start, kept_until)), found.reason)


def check_admitted(admission: Admission, spot: Spot, slot: Slot) -> None:
    """Of a place that is held already. Raises NoAccess."""
    if not admission.may_throughout(spot, slot):
        who = admission.who_may(spot, _closed_at(admission, spot, slot))
        raise NoAccess(KeptForOthers(who=", ".join(who), opens=admission.next_open({spot}, slot)))


def no_bay_fits(pools: Iterable[Pool]) -> NoBayFits:
    """Of the bay that is nearest to it. `pools`: as whoever asked sees them."""
    seen = list(pools)
    return _told(seen[0].needs, [c for pool in seen for c in pool.offering(pool.connectors)])


def check_fits(needs: Needs, connectors: Sequence[PoolConnector]) -> None:
    """Raises NoFit where none of them is at a bay that fits."""
    if connectors and all(fits(needs, connector.shape) for connector in connectors):
        raise NoFit(_told(needs, connectors))


def _told(needs: Needs, connectors: Sequence[PoolConnector]) -> NoBayFits:
    bay, misfits = nearest_fit(needs, [connector.shape for connector in connectors])
    sized = any(misfit.needed is not None for misfit in misfits)
    return NoBayFits(misfits=tuple(misfit.kind for misfit in misfits), largest=_size(bay) if sized else "")


def _size(bay: BayShape) -> str:
    return " × ".join("–" if size is None else str(size) for size in bay.sizes)


def check_maintenance(found: Choice | NoPlace) -> None:
    """Raises UnderMaintenance."""
    if isinstance(found, NoPlace) and found.ends_at is not None:
        raise UnderMaintenance(MaintainedThen(ends_at=found.ends_at))


def kept_for_others(pools: Iterable[Pool], slot: Slot) -> KeptForOthers:
    """Of all that is offered there: who may, and from when on whoever asked may."""
    who: dict[str, None] = {}
    opens = []
    for pool in pools:
        if pool.admission is None:
            continue
        spots = {spot_of(connector) for connector in pool.offering(pool.connectors)}
        for spot in sorted(spots, key=str):
            who |= dict.fromkeys(pool.admission.who_may(spot, _closed_at(pool.admission, spot, slot)))
        if (at := pool.admission.next_open(spots, slot)) is not None:
            opens.append(at)
    return KeptForOthers(who=", ".join(who), opens=min(opens, default=None))


def _closed_at(admission: Admission, spot: Spot, slot: Slot) -> datetime:
    """The first instant of the slot at which they may not."""
    until = admission.until(spot, slot.start) if admission.may(spot, slot.start) else None
    return until or slot.start

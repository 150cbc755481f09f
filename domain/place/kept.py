"""What is told to whom a site's access rules let nowhere."""

from collections.abc import Iterable
from datetime import datetime

from domain.errors import NoAccess
from domain.facts.refused_bookings import KeptForOthers
from domain.place.admission import Admission, spot_of
from domain.place.pool import Choice, NoPlace, Pool
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot
from domain.terms.access_rules import Spot


def check_access(found: Choice | NoPlace, pools: Iterable[Pool], slot: Slot) -> None:
    """`found`: what was chosen for the slot in `pools`. Raises NoAccess."""
    if isinstance(found, NoPlace) and found.reason is NoPlaceReason.NO_ACCESS:
        raise NoAccess(kept_for_others(pools, slot))


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

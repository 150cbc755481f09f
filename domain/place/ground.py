"""What narrows a pool for one caller: when its site is open, what is maintained, what they may use, and what fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from domain.place.admission import Admission, admitted, spot_of
from domain.place.closures import Closure, ClosureCause, Shut
from domain.place.connectors import PoolConnector
from domain.place.fit import Needs, Shapes
from domain.place.holds import OpenHold
from domain.place.maintenance import Closed, closed_berths, touches
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot
from domain.terms.access_rules import Spot


@dataclass(frozen=True, kw_only=True)
class Ground:
    """`closures`, `admission`, `needs`, `named`: as of `Pool`. `kept_until`: so long before a slot accessible bays are
    kept.
    """

    connectors: tuple[PoolConnector, ...]
    closures: tuple[Closure, ...]
    admission: Admission | None
    needs: Needs
    kept_until: timedelta
    now: datetime
    named: frozenset[int] | None = None

    def is_open(self, slot: Slot) -> bool:
        """Its site, throughout. The turnover buffer after a slot may lie in closed hours: nobody comes then."""
        return not self.closures or not self._shut.touches(slot)

    def is_maintained(self, connector_id: int, slot: Slot) -> bool:
        """Is its berth closed for maintenance at some time of the slot?"""
        return touches(self.closed, self.berth_of[connector_id], slot)

    @cached_property
    def maintenance(self) -> tuple[Closure, ...]:
        return tuple(c for c in self.closures if c.cause is ClosureCause.MAINTENANCE)

    @cached_property
    def closed(self) -> Closed:
        """For maintenance, by berth."""
        return closed_berths(self.maintenance, self.berth_of) if self.maintenance else {}

    @cached_property
    def berth_of(self) -> Mapping[int, int]:
        """By connector."""
        return {c.id: c.berth_id for c in self.connectors}

    @cached_property
    def _spots(self) -> Mapping[Spot, frozenset[int]]:
        """Connectors, by where they are."""
        found: dict[Spot, frozenset[int]] = {}
        for connector in self.connectors:
            spot = spot_of(connector)
            found[spot] = found.get(spot, frozenset()) | {connector.id}
        return found

    @cached_property
    def shapes(self) -> Shapes:
        return Shapes(self.connectors, kept_until=self.kept_until, now=self.now)

    def admitted(self, slot: Slot) -> frozenset[int] | None:
        """Connectors that who asks may use throughout the slot by the site's rules, of those they name; None: all."""
        may = admitted(self.admission, self._spots, slot)
        if self.named is None:
            return may
        return self.named if may is None else self.named & may

    def among(self, slot: Slot) -> frozenset[int] | None:
        """Of those, the ones whose bay fits and is not kept for others at this moment; None: all."""
        return self.shapes.among(self.needs, slot.start, self.admitted(slot))

    def kept(self, slot: Slot) -> frozenset[int]:
        """Those that would be among them, were they not kept for others."""
        kept = self.shapes.kept(self.needs, slot.start)
        if not kept:
            return kept
        fit, may = self.shapes.fitting(self.needs), self.admitted(slot)
        return kept & (kept if fit is None else fit) & (kept if may is None else may)

    def why_none(self, connectors: Sequence[PoolConnector], slot: Slot) -> NoPlaceReason:
        """None of `connectors`, of which there are some, is `among` those."""
        ids = {c.id for c in connectors}
        may, fit = self.admitted(slot), self.shapes.fitting(self.needs)
        if may is not None and not ids & may:
            return NoPlaceReason.NO_ACCESS
        if fit is not None and not ids & fit & (fit if may is None else may):
            return NoPlaceReason.NO_FIT
        return NoPlaceReason.KEPT_ACCESSIBLE

    def narrowed(self, hold: OpenHold) -> OpenHold:
        """A hold of the pool as it may be moved at this moment: where it fits, and off what is kept for others."""
        among = self.shapes.among(self.still(hold.needs), hold.window.start, hold.among)
        return hold.seen_as(among=among, confined=hold.confined)

    def still(self, needs: Needs) -> Needs:
        """What was asked for before: a bay that was named keeps its hold, unless none here is called so any more."""
        return needs if not needs.bay or self.shapes.has(needs.bay) else needs.at("")

    @cached_property
    def _shut(self) -> Shut:
        return Shut(self.closures)

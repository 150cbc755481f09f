"""Bays of the fake site with two plugs: one hold has them both, and changes plugs instead of being replaced."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.declaration import implements
from contracts.holds import PUT_BACK_HOLD, HoldReplacement, PutBackHold
from tests.workflows.asked import fenced
from tests.workflows.places import Connector, Hold

if TYPE_CHECKING:
    from tests.workflows.site import Site


def second_plug(site: "Site", connector_id: int) -> Connector:
    """Built beside that one: of the same charger and bay."""
    first = site.connectors[connector_id]
    first.bay = first.label
    plug = Connector(
        max(site.connectors) + 1, first.charger_id, site_id=first.site_id, number=2, bay=first.bay
    )
    site.connectors[plug.connector_id] = plug
    return plug


def beside(site: "Site", connector_id: int) -> set[int]:
    """All plugs of its bay, with itself."""
    own = site.connectors[connector_id]
    return {
        n for n, at in site.connectors.items() if (at.charger_id, at.label) == (own.charger_id, own.label)
    }


def replacing(site: "Site", ask: HoldReplacement, connector_id: int) -> Hold:
    """The hold that the reservation has of that bay, moved to its plug `connector_id`; else a second one."""
    of_bay = beside(site, connector_id) & {*ask.exclude_connectors} if ask.beside_too else set()
    hold = next((one for one in site.held_by(ask.code) if one.connector_id in of_bay), None)
    if hold is None:
        hold = site.take(ask.code, site.connectors[connector_id], ask.slot)
        hold.step = ask.step
    else:
        hold.connector_id, hold.slot = connector_id, ask.slot
    return hold


@fenced
def put_back_hold(site: "Site", ask: PutBackHold) -> bool:
    for hold in site.held_by(ask.code):
        others = beside(site, ask.connector_id) - {ask.connector_id}
        if hold.hold_id == ask.hold_id and hold.connector_id in others & {ask.moved_to or hold.connector_id}:
            hold.connector_id, hold.slot = ask.connector_id, ask.slot
            return True
    return False


@dataclass(frozen=True, slots=True)
class Plugs:
    site: "Site"

    @implements(PUT_BACK_HOLD)
    async def put_back_hold(self, ask: PutBackHold) -> bool:
        return await put_back_hold(self.site, ask)

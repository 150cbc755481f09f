"""A driver who is moved to another site is told where that is: by the view, by the notice, by the page in Temporal."""

from datetime import timedelta

from domain.charging.connector import ConnectorStatus
from domain.facts.timeline import FaultReported, Moved
from domain.reservation.actions.messages import Reassign
from tests.workflows.places import QUAY, SITE, SITES
from tests.workflows.visit import Visit
from tests.workflows.world import World
from workflows.reservation.workflow import ReservationWorkflow as Reservation

DEBOUNCE = timedelta(seconds=31)


def only_elsewhere(world: World) -> None:
    """Of three connectors the second is at the quay, and the third is broken."""
    world.site.connectors[2].site_id = QUAY.site_id
    world.site.connectors[3].faulted = True


async def faulted(visit: Visit) -> None:
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported, status="faulted")
    await visit.advance(DEBOUNCE)


async def test_the_site_that_was_booked_is_told_without_a_distance(world: World) -> None:
    view = await (await world.locked()).view()
    assert (view.site_id, view.site_name) == (SITE, "Site north")
    assert (view.site_address, view.site_distance_m) == (SITES[SITE].address, None)


async def test_view_notice_and_details_name_the_other_site_its_address_and_distance(world: World) -> None:
    only_elsewhere(world)
    visit = await world.locked()
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.site_id, view.site_name) == (QUAY.site_id, QUAY.name)
    assert (view.site_address, view.site_distance_m) == (QUAY.address, QUAY.distance_m)
    at_quay = {"site_id": "quay", "name": "Quay", "address": "Quay Street 7", "distance_m": 1_234}
    assert view.timeline[-1].parameters["site"] == at_quay
    rerouted = world.people.notices[visit.code]["rerouted-1"]
    assert rerouted.parameters["site"] == at_quay
    details = await visit.handle.query(Reservation.details)
    assert "- Quay, Quay Street 7 (1.2 km from the booked site), Bay 2 (charger `CP-2`" in details


async def test_back_at_the_booked_site_it_is_named_again_without_a_distance(world: World) -> None:
    only_elsewhere(world)
    visit = await world.locked()
    await faulted(visit)
    await visit.until_told(Moved, bay="Bay 2")
    world.site.connectors[3].faulted = False
    await visit.ask("reassign", Reassign(operator="ana", reason="mended", connector_id=3))
    view = await visit.until_told(Moved, bay="Bay 3")
    assert (view.site_name, view.site_address, view.site_distance_m) == ("Site north", "North Street 1", None)
    assert world.people.notices[visit.code]["rerouted-2"].parameters["site"]["name"] == "Site north"


async def test_at_the_same_site_only_the_bay_is_told(world: World) -> None:
    visit = await world.locked()
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert view.timeline[-1].parameters["site"] is None

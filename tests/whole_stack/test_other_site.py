"""Before a driver is sent to another site they are asked over the API, on a real charger's fault, in each version."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from db.tables import Site
from simulator.charge_point import VirtualChargePoint
from tests.api.stage import assert_problem
from tests.whole_stack.answers import eventually
from tests.whole_stack.place import Place, Trip, new_place
from tests.whole_stack.rules import in_seconds, seconds
from tests.whole_stack.stack import Stack

versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


@pytest.fixture
async def place(stack: Stack) -> AsyncIterator[Place]:
    """One charger here, one at the site beside it."""
    async with new_place(stack, nearby=1, policy=in_seconds(fault_debounce=seconds(0.3))) as opened:
        yield opened


async def asked(place: Place, version: str, **over: Any) -> tuple[Trip, VirtualChargePoint]:
    charger = await place.charger(version)
    trip = await place.booked(**over)
    await charger.fault(1)

    async def is_asked() -> bool:
        return (await trip.view())["proposed"] is not None

    await eventually(is_asked)
    return trip, charger


async def sites(trip: Trip) -> set[str]:
    return {hold.pool_id.removesuffix("-dc") for hold in await trip.open_holds()}


@versions
async def test_a_move_that_is_accepted_is_to_a_named_site(place: Place, version: str) -> None:
    trip, _ = await asked(place, version)
    here, there = place.site_id, f"{place.site_id}-near"
    view = await trip.view()
    proposed = view["proposed"]
    assert (view["site_id"], proposed["site_id"], proposed["cause"]) == (here, there, "charger_fault")
    assert (proposed["site_name"], proposed["site_address"]) == (f"Site {there}", "Near Street 1")
    assert proposed["site_distance_m"] == pytest.approx(1112, abs=1)
    assert await sites(trip) == {here, there}
    assert_problem(await trip.act("accept-move", {"proposal": 2}), 409, "proposal_superseded")
    assert (await trip.view())["proposed"] == proposed
    moved = await trip.did("accept-move", {"proposal": proposed["number"]})
    assert (moved["site_id"], moved["site_address"], moved["proposed"]) == (there, "Near Street 1", None)
    assert moved["site_distance_m"] == proposed["site_distance_m"]
    assert await sites(trip) == {there}
    assert_problem(await trip.act("decline-move"), 409, "not_possible_now")


async def test_who_named_a_route_is_told_how_far_out_of_it_the_other_site_is(place: Place) -> None:
    """Told to them, and kept nowhere that others read."""
    async with place.stack.sessions() as session:
        here = await session.get_one(Site, place.site_id)
    beyond = {"latitude": here.latitude - 0.123456, "longitude": here.longitude}
    trip, _ = await asked(place, "2.0.1", route={"start": beyond})
    refused = assert_problem(await place.book(who="ben", route={"start": beyond}), 409, "slot_unavailable")
    assert {one["detour_m"] for one in refused["alternatives"]} == {0}
    http, mine = place.stack.http, place.driver()
    proposed = (await http.get(f"/v1/reservations/{trip.code}", headers=mine)).json()["proposed"]
    assert proposed["offer"]["detour_m"] == pytest.approx(1112, abs=1)
    path = f"/v1/reservations/{trip.code}/alternatives"
    others = (await http.post(path, headers=mine)).json()["items"]
    assert {one["detour_m"] for one in others} == {0}
    moved = await trip.did("accept-move")
    assert moved["site_detour_m"] == proposed["offer"]["detour_m"]
    seen = await trip.view()
    assert (seen["site_distance_m"], seen["site_detour_m"]) == (moved["site_distance_m"], None)
    assert "123456" not in repr(await place.rows())


async def test_a_move_that_is_declined_costs_nothing_and_is_made_whole(place: Place) -> None:
    trip, _ = await asked(place, "2.0.1")
    await trip.did("decline-move")
    view = await trip.closed()
    assert (view["state"], view["ended_by"]) == ("UNFULFILLED", "charger_fault")
    assert (view["money"]["captured_minor"], view["money"]["credit_minor"]) == (0, 1000)
    assert await sites(trip) == set()
    assert await trip.money() == [("canceled", 0)]


async def test_the_driver_stays_when_the_charger_works_again(place: Place) -> None:
    trip, charger = await asked(place, "2.0.1")

    async def stays() -> bool:
        return bool((await trip.view())["timeline"][-1]["code"] == "move_withdrawn")

    await charger.recover(1)
    await eventually(stays)
    assert (await trip.view())["site_id"] == place.site_id
    assert await sites(trip) == {place.site_id}
    assert_problem(await trip.act("accept-move"), 409, "not_possible_now")

"""Every action of a driver, once accepted and once refused with its documented problem, on real chargers."""

import asyncio

import pytest

from tests.api.stage import assert_problem
from tests.whole_stack.answers import accepted, eventually
from tests.whole_stack.place import Place
from tests.whole_stack.rules import LATE_FEE

both_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


async def test_cancel_in_good_time_is_free_and_possible_once(place: Place) -> None:
    trip = await place.booked()
    assert (await trip.did("cancel", {"reason": "plans changed"}))["state"] == "CANCELLED"
    view = await trip.closed()
    assert view["money"]["captured_minor"] == 0
    assert await trip.money() == [("canceled", 0)]
    assert await place.open_holds() == []
    before = await place.rows()
    assert_problem(await trip.act("cancel"), 409, "not_possible_now")
    assert await place.rows() == before


async def test_a_late_cancellation_costs_its_fee(place: Place) -> None:
    trip = await place.booked(600)
    await trip.did("cancel")
    view = await trip.closed()
    assert view["money"]["captured_minor"] == LATE_FEE
    assert await trip.money() == [("succeeded", LATE_FEE)]


async def test_reschedule_moves_the_hold_or_nothing(place: Place) -> None:
    other = await place.booked(7200, who="ben")
    trip = await place.booked()
    moved = await trip.did("reschedule", {"start": place.at(5000), "end": place.at(5600)})
    assert moved["start"] == place.at(5000).replace("+00:00", "Z")
    before = await place.open_holds()
    refused = await trip.act("reschedule", {"start": place.at(7300), "end": place.at(7900)})
    problem = assert_problem(refused, 409, "slot_unavailable")
    assert [(h.id, h.slot_start) for h in await place.open_holds()] == [(h.id, h.slot_start) for h in before]
    offer = problem["alternatives"][0]
    assert offer["words"]
    instead = await trip.did("reschedule", {name: offer[name] for name in ("start", "end")})
    assert instead["start"] == offer["start"]
    assert {h.reservation_code for h in before} == {trip.code, other.code}


async def test_two_drivers_swap_their_slots(place: Place) -> None:
    anna, ben = await place.booked(7200), await place.booked(14_400, 1200, who="ben")
    wants = {"start": place.at(14_400), "end": place.at(15_600)}
    made = await place.stack.http.post(
        f"/v1/reservations/{anna.code}/swap-offers", json=wants, headers=place.driver("anna")
    )
    assert made.status_code == 201, made.text
    offer = {"offer": made.json()["offer"]}
    taken = accepted(await ben.act("swap", offer, who="ben"))
    assert taken["start"] == place.at(7200).replace("+00:00", "Z")
    ends = place.at(15_600).replace("+00:00", "Z")

    async def has_heard() -> bool:
        return bool((await anna.view())["end"] == ends)

    await eventually(has_heard)
    assert {(h.reservation_code, h.slot_start.isoformat()) for h in await place.open_holds()} == {
        (anna.code, place.at(14_400)),
        (ben.code, place.at(7200)),
    }
    again = accepted(await ben.act("swap", offer, who="ben"))
    assert [one["code"] for one in again["timeline"]].count("slot_swapped") == 1


@both_versions
async def test_a_visit_from_check_in_to_settlement(place: Place, version: str) -> None:
    charger = await place.charger(version)
    trip = await place.booked(10, 1800)
    await trip.until("LOCKED")
    for early in ("stop",):
        assert_problem(await trip.act(early), 409, "not_possible_now")
    assert (await trip.did("check-in"))["state"] == "ARRIVED"
    assert_problem(await trip.act("check-in"), 409, "not_possible_now")
    await charger.plug_in(1)
    await trip.did("start")
    await trip.until("CHARGING")
    assert_problem(await trip.act("start"), 409, "not_possible_now")
    await charger.charge(1, 4000)
    assert (await trip.did("extend", {"end": place.at(2400)}))["end"] == place.at(2400).replace("+00:00", "Z")
    await trip.did("stop")
    await charger.wait_for(lambda c: c.connector(1).transaction is None)
    await charger.unplug(1)
    view = await trip.closed()
    assert view["state"] == "COMPLETED"
    assert view["energy_wh"] == 4000
    assert await trip.money() == [("succeeded", view["money"]["charge_minor"])]
    assert await place.open_holds() == []


async def test_extending_needs_a_visit_and_a_free_connector(place: Place) -> None:
    await place.charger("2.0.1")
    far = await place.booked(3600)
    assert_problem(await far.act("extend", {"end": place.at(4800)}), 409, "not_possible_now")
    near = await place.booked(10, 600, who="ben")
    await near.until("LOCKED")
    refused = await near.act("extend", {"end": place.at(3900)}, who="ben")
    assert_problem(refused, 409, "slot_unavailable")
    assert (await near.view())["end"] == place.at(610).replace("+00:00", "Z")


async def test_on_my_way_extends_the_grace_period_once(place: Place) -> None:
    await place.charger("1.6")
    trip = await place.booked(10, 600)
    await trip.until("LOCKED")
    before = (await trip.view())["arrive_by"]
    after = await trip.did("on-my-way", {"eta": place.at(80)})
    assert after["arrive_by"] > before
    again = await trip.act("on-my-way", {"eta": place.at(120)})
    assert_problem(again, 409, "extension_already_used")


async def test_before_the_window_there_is_no_arrival(place: Place) -> None:
    trip = await place.booked()
    before = await place.rows()
    for action in ("check-in", "start"):
        assert_problem(await trip.act(action), 409, "outside_arrival_window")
    assert await place.rows() == before


async def test_a_lost_charger_cannot_be_started(place: Place) -> None:
    charger = await place.charger("2.0.1")
    trip = await place.booked(10, 600)
    await trip.until("LOCKED")
    await trip.did("check-in")
    await charger.vanish()

    async def noticed() -> bool:
        return place.stack.gateway.connections.get(charger.identity) is None

    await eventually(noticed)
    assert_problem(await trip.act("start"), 409, "charger_offline")


async def test_actions_at_once_are_carried_out_one_by_one(place: Place) -> None:
    trip = await place.booked()
    answers = await asyncio.gather(*(trip.act("cancel") for _ in range(5)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 200
    assert set(codes) <= {200, 409}
    assert codes.count(200) == 1
    assert await trip.money() == [("canceled", 0)]

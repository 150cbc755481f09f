"""Whose session it is, over everything real: early, paid late, at an old bay, cancelled in the same moment."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from db.tables import ChargingSession, Connector
from simulator.charge_point import VirtualChargePoint
from tests.api.stage import assert_problem
from tests.whole_stack.answers import accepted, eventually
from tests.whole_stack.place import Place, Trip, new_place
from tests.whole_stack.rules import in_seconds, seconds
from tests.whole_stack.stack import Stack

both_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
"""Of what takes seconds; `tests/ocpp_gateway/duties/test_found_by_the_lock.py` has all of them."""
all_versions = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


async def leaves(charger: VirtualChargePoint, place: Place, number: int = 1) -> None:
    await charger.charge(number, 2000)
    await charger.stop_by_card(number, place.card())
    await charger.unplug(number)


def lines(view: dict[str, Any]) -> set[str]:
    return {line["kind"] for line in view["money"]["lines"]}


async def codes(place: Place) -> list[str | None]:
    mine = ChargingSession.charger_id.startswith(place.site_id.upper())
    statement = select(ChargingSession.reservation_code).where(mine).order_by(ChargingSession.id)
    async with place.stack.sessions() as session:
        return list(await session.scalars(statement))


@both_versions
async def test_a_walk_in_who_still_charges_when_the_lock_comes_has_arrived(
    stack: Stack, version: str
) -> None:
    """K1.6"""
    policy = in_seconds(lock_lead=seconds(4), early_start=seconds(2), walk_in_warning=seconds(2))
    async with new_place(stack, policy=policy) as place:
        charger = await place.charger(version)
        trip = await place.booked(9, 600)
        await charger.plug_in(1)
        assert await charger.swipe(1, place.card())
        assert await codes(place) == [None]
        await trip.until("CHARGING")
        assert await codes(place) == [trip.code]
        await leaves(charger, place)
        view = await trip.closed()
        assert view["state"] == "COMPLETED"
        assert "energy" in lines(view)
        assert "no_show" not in lines(view)


async def test_who_pays_seconds_after_plugging_in_is_charging(place: Place) -> None:
    """K1.4, at a station that starts whatever it is told."""
    charger = await place.charger("1.6")
    response = await place.book(2, payment_method=None)
    trip = Trip(place=place, code=response.json()["reservation"]["code"])
    await charger.plug_in(1)
    now = datetime.now(UTC).isoformat()
    start = {"connectorId": 1, "idTag": place.card(), "meterStart": 0, "timestamp": now}
    answer = await charger.call("StartTransaction", start)
    assert answer["idTagInfo"]["status"] == "Blocked"

    async def asked_to_pay() -> bool:
        return bool(await trip.intents())

    await eventually(asked_to_pay)
    (intent,) = await trip.intents()
    await place.stack.stripe.pay(intent["id"])
    await trip.until("CHARGING")
    stop = {
        "transactionId": answer["transactionId"],
        "meterStop": 3000,
        "timestamp": datetime.now(UTC).isoformat(),
        "idTag": place.card(),
    }
    await charger.call("StopTransaction", stop)
    await charger.unplug(1)
    view = await trip.closed()
    assert view["state"] == "COMPLETED"
    assert "energy" in lines(view)


@all_versions
async def test_a_start_at_the_bay_that_was_left_is_the_reservations(stack: Stack, version: str) -> None:
    """K1.8"""
    async with new_place(stack, chargers=2) as place:
        first, second = await place.charger(version, 1), await place.charger(version, 2)
        trip = await place.booked(30, 600)
        view = await trip.until("LOCKED")
        old, new = (first, second) if view["bay"]["charger_id"] == first.identity else (second, first)
        moved = {"reason": "test", "connector_id": await other_connector(place, new)}
        await trip.operated("reassign", moved)
        assert (await trip.until("LOCKED"))["bay"]["charger_id"] == new.identity
        await old.plug_in(1)
        assert await old.swipe(1, place.card())
        view = await trip.until("CHARGING")
        assert view["bay"]["charger_id"] == old.identity
        await leaves(old, place)
        assert (await trip.closed())["state"] == "COMPLETED"
        assert await codes(place) == [trip.code]


async def test_a_session_runs_on_into_the_next_slot_of_its_driver_and_is_paid_once(stack: Stack) -> None:
    """Two slots one after the other: the first prices all of it, the second was used. Versions side by side."""
    await asyncio.gather(runs_on(stack, "1.6"), runs_on(stack, "2.0.1"))


async def runs_on(stack: Stack, version: str) -> None:
    policy = in_seconds(lock_lead=seconds(4), early_start=seconds(3), grace=seconds(2))
    async with new_place(stack, policy=policy) as place:
        charger = await place.charger(version)
        first = await place.booked(5, 6)
        second = await place.booked(13, 7)
        await first.until("LOCKED")
        await charger.plug_in(1)
        assert await charger.swipe(1, place.card())
        await first.until("CHARGING")
        await second.until("ARRIVED")
        assert (await first.view())["state"] == "CHARGING"
        await leaves(charger, place)
        bills = [lines(await trip.closed()) for trip in (first, second)]
        states = [(await trip.view())["state"] for trip in (first, second)]
        assert states == ["COMPLETED", "COMPLETED"]
        assert ["energy" in bill for bill in bills] == [True, False]
        assert not {"no_show", "overstay"} & (bills[0] | bills[1])
        assert await codes(place) == [first.code]


@pytest.mark.parametrize("card", [True, False])
async def test_only_the_stop_of_an_offline_session_arrives(stack: Stack, card: bool) -> None:
    """K1.11: matched by its card; without one an operator says whose it was, and no fee is taken before."""
    policy = in_seconds(lock_lead=seconds(4), early_start=seconds(3), grace=seconds(2))
    async with new_place(stack, policy=policy) as place:
        charger = await place.charger("1.6")
        trip = await place.booked(5, 6)
        await trip.until("LOCKED")
        stop = {"transactionId": -1, "meterStop": 2500, "timestamp": datetime.now(UTC).isoformat()}
        await charger.call("StopTransaction", stop | ({"idTag": place.card()} if card else {}))
        if not card:
            await waits_for_an_operator(trip)
            await placed(place, trip.code)
        view = await trip.closed()
        assert (view["state"], "no_show" in lines(view)) == ("COMPLETED", False)
        assert await codes(place) == [trip.code]


async def waits_for_an_operator(trip: Trip) -> None:
    async def called() -> bool:
        return bool((await trip.view())["needs_attention"])

    await eventually(called)
    assert (await trip.view())["state"] == "NO_SHOW"


async def placed(place: Place, code: str) -> None:
    path, http = "/v1/operations/unplaced-transactions", place.stack.http
    query: dict[str, Any] = {"site_id": place.site_id, "open": True}
    (end,) = accepted(await http.get(path, params=query, headers=place.operator))["items"]
    said = {"reservation_code": code, "reason": "she called"}
    accepted(await http.post(f"{path}/{end['id']}/place", json=said, headers=place.operator))


async def other_connector(place: Place, charger: VirtualChargePoint) -> int:
    async with place.stack.sessions() as session:
        found = await session.scalar(select(Connector.id).where(Connector.charger_id == charger.identity))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("version", "order"),
    [("1.6", "at once"), ("2.0.1", "at once"), ("2.0.1", "start"), ("2.1", "cancellation")],
)
async def test_a_cancellation_and_a_start_in_the_same_moment_leave_nothing_that_runs_for_nothing(
    place: Place, version: str, order: str
) -> None:
    """K1.5: the cancellation first, and the session is the reservation's, stopped and priced, or a walk-in's; or the
    start first, and the reservation goes on as ever: it can be cancelled no more. `order`: which is sent first.
    """
    charger = await place.charger(version)
    trip = await place.booked(30, 600)
    await trip.until("LOCKED")
    await charger.plug_in(1)
    if order == "cancellation":
        answer = await trip.act("cancel")
        await charger.swipe(1, place.card())
    elif order == "start":
        assert await charger.swipe(1, place.card())
        answer = await trip.act("cancel")
    else:
        _, answer = await asyncio.gather(charger.swipe(1, place.card()), trip.act("cancel"))
    await charger.charge(1, 2000)
    if answer.status_code == 409:
        assert_problem(answer, 409, "not_possible_now")
        assert await codes(place) == [trip.code]
        await charger.stop_by_card(1, place.card())
        await charger.unplug(1)
        view = await trip.closed()
        assert (view["state"], "energy" in lines(view)) == ("COMPLETED", True)
        return
    assert answer.status_code == 200, answer.text
    if trip.code in await codes(place):
        await charger.wait_for(lambda c: c.connector(1).transaction is None, timeout=20)
    view = await trip.closed()
    assert view["state"] == "CANCELLED"
    for one in await sessions(place):
        if one["reservation_code"] == trip.code:
            assert one["ended_at"] is not None
            assert ("energy" in lines(view)) == (one["energy_wh"] > 0)
        else:
            assert one["reservation_code"] is None
            assert one["authorised"] or one["energy_wh"] == 0


async def sessions(place: Place) -> list[dict[str, Any]]:
    """As operators see them."""
    query = {"site_id": place.site_id}
    answer = await place.stack.http.get("/v1/operations/sessions", params=query, headers=place.operator)
    found: list[dict[str, Any]] = accepted(answer)["items"]
    return found

"""A driver whose bay is blocked says so, and has another one at once; where none is free they keep what they have."""

import asyncio
from typing import Any

import httpx

from tests.api.stage import assert_problem
from tests.whole_stack.answers import accepted
from tests.whole_stack.place import Place, Trip


async def blocked(trip: Trip) -> dict[str, Any]:
    bay = (await trip.view())["bay"]
    body = {"charger_id": bay["charger_id"], "connector_number": bay["connector_number"], "kind": "blocked"}
    place = trip.place
    return accepted(await place.stack.http.post("/v1/bay-reports", json=body, headers=place.driver()))


async def test_their_turn_at_a_blocked_bay_is_moved_to_another_once(roomy: Place) -> None:
    for number in (1, 2, 3):
        await roomy.charger("2.0.1", number)
    trip = await roomy.booked(30)
    before = (await trip.until("LOCKED"))["bay"]["connector_id"]
    assert (await blocked(trip))["moves"] == trip.code
    answers: list[httpx.Response] = await asyncio.gather(*(trip.act("another-bay") for _ in range(3)))
    places = {accepted(answer)["bay"]["connector_id"] for answer in answers}
    assert len(places) == 1, "pressed thrice it is one move"
    assert places != {before}
    assert (await trip.view())["bay"]["connector_id"] in places
    assert [what for _, what in await trip.audit()].count("reassign") == 1
    assert (await blocked(trip))["moves"] == trip.code
    assert_problem(await trip.act("another-bay"), 409, "nothing_to_move_for")


async def test_where_no_other_bay_is_free_they_keep_theirs_and_may_ask_again(place: Place) -> None:
    await place.charger("2.0.1")
    trip = await place.booked(30)
    before = (await trip.until("LOCKED"))["bay"]["connector_id"]
    await blocked(trip)
    for _ in range(2):
        assert_problem(await trip.act("another-bay"), 409, "slot_unavailable")
    assert (await trip.view())["bay"]["connector_id"] == before

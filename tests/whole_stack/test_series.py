"""A series through every layer: each date a reservation, what is beyond the horizon planned, all of it ended."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db.tables import Site
from tests.api.stage import assert_problem
from tests.whole_stack.answers import fresh_key
from tests.whole_stack.place import VISA, Place, new_place
from tests.whole_stack.rules import in_seconds
from tests.whole_stack.stack import Stack


@pytest.fixture
async def place(stack: Stack) -> AsyncIterator[Place]:
    """Its horizon ends before the second date of a daily series, also on a day of 23 hours."""
    slots = replace(in_seconds().slots, horizon=timedelta(hours=20))
    async with new_place(stack, policy=in_seconds(slots=slots)) as opened:
        yield opened


async def booked(place: Place, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    for _ in range(10):  # on a busy machine it is not decided in time: the same key asks again
        made = await place.stack.http.post(path, json=body, headers=headers)
        assert made.status_code == 201, made.text
        answer: dict[str, Any] = made.json()
        if answer["dates"][0]["state"] == "booked":
            return answer
    raise AssertionError(answer)


async def daily(place: Place, *, times: int) -> dict[str, Any]:
    """From an hour on, ten minutes each."""
    async with place.stack.sessions() as session:
        zone = (await session.get_one(Site, place.site_id)).zone
    start = (place.began + timedelta(hours=1)).astimezone(ZoneInfo(zone))
    if start.fold:  # a clock that was put back says this hour twice, and the first one is meant
        start += timedelta(hours=1)
    return {
        "site_id": place.site_id,
        "first": start.date().isoformat(),
        "at": start.time().isoformat(),
        "lasts_minutes": 10,
        "every": "day",
        "times": times,
        "payment_method": VISA,
    }


async def test_a_series_is_booked_as_far_as_the_horizon_and_ended(place: Place) -> None:
    body = await daily(place, times=3)
    http, path = place.stack.http, "/v1/reservation-series"
    headers = {**place.driver(), "Idempotency-Key": fresh_key()}
    series = await booked(place, path, body, headers)
    assert [one["state"] for one in series["dates"]] == ["booked", "planned", "planned"]
    own = f"{path}/{series['id']}"
    code = series["dates"][0]["code"]
    assert [hold.reservation_code for hold in await place.open_holds()] == [code]
    assert (await http.get(own, headers=place.driver())).json() == series
    assert_problem(await http.get(own, headers=place.driver("ben")), 404, "series_unknown")
    wrong = body | {"times": None}
    headers |= {"Idempotency-Key": fresh_key()}
    assert_problem(await http.post(path, json=wrong, headers=headers), 422, "series_unusable")
    later = series["dates"][1]["day"]
    ended = (await http.delete(own, params={"from": later}, headers=place.driver())).json()
    assert [one["state"] for one in ended["dates"]] == ["booked", "cancelled", "cancelled"]
    gone = (await http.delete(own, headers=place.driver())).json()
    assert [one["state"] for one in gone["dates"]] == ["cancelled"] * 3
    assert await place.open_holds() == []


async def test_a_series_that_changes_gives_up_its_dates_for_the_new_ones(place: Place) -> None:
    body = await daily(place, times=2)
    http, path = place.stack.http, "/v1/reservation-series"
    old = await booked(place, path, body, {**place.driver(), "Idempotency-Key": fresh_key()})
    change, headers = f"{path}/{old['id']}/change", {**place.driver(), "Idempotency-Key": fresh_key()}
    unusable = await http.post(change, json=body | {"times": None}, headers=headers)
    assert_problem(unusable, 422, "series_unusable")
    assert len(await place.open_holds()) == 1
    longer = body | {"lasts_minutes": 20, "times": 1}
    new = await booked(place, change, longer, headers)
    again = await booked(place, change, longer, headers)
    assert again == new
    (hold,) = await place.open_holds()
    assert (hold.reservation_code, hold.slot_end - hold.slot_start) == (
        new["dates"][0]["code"],
        timedelta(minutes=20),
    )
    ended = (await http.get(f"{path}/{old['id']}", headers=place.driver())).json()
    assert {one["state"] for one in ended["dates"]} == {"cancelled"}

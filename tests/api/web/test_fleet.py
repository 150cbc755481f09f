"""A fleet's week by pages: its own drivers only, and a week for several of them with one press."""

from typing import Any

import pytest

from db.tables import FleetDriver, ReservationSeries, Vehicle
from tests.api.stage import NOW, Stage
from tests.api.web.visits import ANA, DORA, UNREADABLE, Browser, signed_in

_WEEK: dict[str, Any] = {
    "site": "north", "first": "2026-11-23", "at": "06:00", "minutes": "60", "weekday": ["0", "1"],
}  # fmt: skip


async def test_a_dispatcher_sees_the_drivers_of_their_fleet_and_no_others(dora: Browser) -> None:
    page = await dora.get("/fleet?first=2026-11-23")
    assert page.status_code == 200
    assert "fleet-1-driver" in page.text
    assert "fleet-2-driver" not in page.text
    assert "driver-2" not in page.text


async def test_a_week_is_booked_with_one_press_and_pressed_again_it_is_the_same(dora: Browser) -> None:
    page = await dora.get("/fleet?first=2026-11-23")
    made = await dora.send(page, "/fleet", driver=["fleet-1-driver"], **_WEEK)
    assert made.status_code == 303, made.text
    again = await dora.send(page, "/fleet", driver=["fleet-1-driver"], **_WEEK)
    assert again.headers["location"] == made.headers["location"]
    shown = await dora.get(made.headers["location"])
    assert "of 2 dates are booked" in shown.text


async def test_each_is_booked_for_what_they_usually_drive(stage: Stage, dora: Browser) -> None:
    van = Vehicle(id="v-week", fleet_id="fleet-1", plate="KI-WK 1", plugs=["CHADEMO"], made_at=NOW)
    async with stage.sessions.begin() as session:
        await session.merge(van)
        await session.flush()
        said = {"fleet_id": "fleet-1", "vehicle_id": "v-week", "cost_center": "", "changed_at": NOW}
        await session.merge(FleetDriver(driver_id="fleet-1-driver", **said))
    page = await dora.get("/fleet?first=2026-11-23")
    assert "fleet-1-driver · KI-WK 1" in page.text
    made = await dora.send(page, "/fleet", driver=["fleet-1-driver"], **_WEEK | {"at": "20:00"})
    async with stage.sessions.begin() as session:
        series = await session.get_one(ReservationSeries, made.headers["location"].rpartition("made=")[2])
        (await session.get_one(Vehicle, "v-week")).archived_at = NOW
    assert series.asked["needs"]["plugs"] == ["CHADEMO"]
    assert "KI-WK 1" not in (await dora.get("/fleet/series")).text  # it is in use no more
    anew = await dora.send(page, "/fleet", driver=["fleet-1-driver"], **_WEEK | {"at": "20:00"})
    assert anew.status_code == 303
    assert anew.headers["location"] != made.headers["location"]


async def test_nobody_books_for_drivers_of_others_nor_reads_what_came_of_it(
    stage: Stage, dora: Browser
) -> None:
    page = await dora.get("/fleet")
    before = await stage.row_counts()
    for whom in (["fleet-2-driver"], ["fleet-1-driver", "fleet-2-driver"], ["nobody"]):
        assert (await dora.send(page, "/fleet", driver=whom, **_WEEK | {"at": "09:00"})).status_code == 404
    assert await stage.row_counts() == before
    made = await dora.send(page, "/fleet", driver=["fleet-1-driver"], **_WEEK)
    other = await signed_in(stage, DORA | {"sub": "dan", "fleet_id": "fleet-2"})
    async with other.http:
        assert (await other.get(made.headers["location"])).status_code == 404
    ana = await signed_in(stage, ANA)
    async with ana.http:
        assert (await ana.get("/fleet")).status_code == 403


async def test_who_goes_back_and_chooses_another_time_books_that_too(dora: Browser) -> None:
    page = await dora.get("/fleet?first=2026-11-23")
    one, other, same = [
        await dora.send(page, "/fleet", driver=["fleet-1-driver"], **_WEEK | {"at": at})
        for at in ("16:00", "18:00", "16:00")
    ]
    assert (one.status_code, other.status_code) == (303, 303), other.text
    assert one.headers["location"] == same.headers["location"] != other.headers["location"]


async def test_two_who_open_the_page_in_the_same_second_book_for_themselves(dora: Browser) -> None:
    one, other = [
        await dora.send(await dora.get("/fleet"), "/fleet", driver=["fleet-1-driver"], **_WEEK)
        for _ in range(2)
    ]
    assert (one.status_code, other.status_code) == (303, 303)
    assert one.headers["location"] != other.headers["location"]


_NO_WEEK: list[tuple[dict[str, Any], int, str]] = [
    ({"driver": []}, 422, "Please choose for whom to book"),
    ({"driver": [f"van-{n}" for n in range(26)]}, 422, "up to 25 drivers at once"),
    ({"weekday": []}, 422, "Please choose at least one day of the week"),
    ({"weekday": ["9"]}, 422, "Please choose at least one day of the week"),
    ({"site": "nowhere"}, 404, "nowhere"),
    ({"weekday": ["x"]}, UNREADABLE, ""),
    ({"at": "25:00"}, UNREADABLE, ""),
    ({"minutes": "0"}, UNREADABLE, ""),
    ({"first": "soon"}, UNREADABLE, ""),
]


@pytest.mark.parametrize(("said", "status", "told"), _NO_WEEK)
async def test_what_makes_no_week_books_nothing(
    stage: Stage, dora: Browser, said: dict[str, Any], status: int, told: str
) -> None:
    page = await dora.get("/fleet")
    before = await stage.row_counts()
    answer = await dora.send(page, "/fleet", **({"driver": ["fleet-1-driver"]} | _WEEK | said))
    assert answer.status_code == status
    assert told in answer.text
    assert await stage.row_counts() == before


async def test_the_page_says_for_how_many_a_week_is_booked_at_once(dora: Browser) -> None:
    assert "up to 25 at once" in (await dora.get("/fleet")).text


async def test_what_can_only_be_booked_later_is_told_as_what_follows(dora: Browser) -> None:
    page = await dora.get("/fleet")
    late = {**_WEEK, "first": "2026-12-03", "weekday": ["0", "3"]}
    made = await dora.send(page, "/fleet", driver=["fleet-1-driver"], **late)
    assert made.status_code == 303, made.text
    assert "follow as soon as they can be booked" in (await dora.get(made.headers["location"])).text

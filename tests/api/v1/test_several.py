"""Groups and series over the wire: by energy in place of an end, and for guests."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from db.tables import SeriesDate
from tests.api.stage import END, START, Stage, assert_problem, fresh_key

MIA = {"name": "Mia Berg", "contact": "mia@example.org"}
ENERGY = {"energy_wh": 30_000}
GROUP = {"site_id": "north", "start": START}
SERIES = {"site_id": "north", "first": START[:10], "at": "18:00", "every": "day", "times": 2}


async def post(stage: Stage, what: str, body: dict[str, Any], **sent: str) -> httpx.Response:
    headers = {**stage.driver(), "Idempotency-Key": fresh_key(), **sent}
    return await stage.http.post(f"/v1/reservation-{what}", json=body, headers=headers)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("groups", GROUP | {"members": [{}, {}]}),
        ("groups", GROUP | {"members": [{"energy": ENERGY}, {}], "end": END}),
        ("groups", GROUP | {"members": [{}, {}], "end": START}),
        ("groups", GROUP | {"members": [{"energy": {"soc_now": 20, "soc_target": 80}}, {}]}),
        ("series", SERIES),
        ("series", SERIES | {"lasts_minutes": 60, "energy": ENERGY}),
        ("series", SERIES | {"energy": {"soc_now": 20, "soc_target": 80}}),
    ],
)
async def test_one_end_is_named_and_what_an_energy_is_reckoned_from(
    stage: Stage, what: str, body: dict[str, Any]
) -> None:
    assert_problem(await post(stage, what, body), 422, "invalid_request")


async def test_a_group_by_energy_shares_the_longest_slot_and_its_guest_has_a_pass(stage: Stage) -> None:
    members = [{"energy": {"energy_wh": 30_000}}, {"energy": {"energy_wh": 75_000}, "guest": MIA}]
    answer = await post(stage, "groups", GROUP | {"members": members})
    assert answer.status_code == 201, answer.text
    group = answer.json()
    assert group["state"] in ("answered", "open")
    own, guests = (one["code"] for one in group["members"])
    slots = {(one["reservation"]["start"], one["reservation"]["end"]) for one in group["members"]}
    assert slots == {(group["start"], group["end"])}
    seen = await stage.http.get(f"/v1/reservations/{guests}/guest", headers=stage.driver())
    assert seen.json() == MIA
    nobody = await stage.http.get(f"/v1/reservations/{own}/guest", headers=stage.driver())
    assert_problem(nobody, 404, "guest_unknown")


async def test_a_series_for_a_guest_names_them_for_each_date(stage: Stage) -> None:
    answer = await post(stage, "series", SERIES | {"energy": ENERGY, "guest": MIA})
    assert answer.status_code == 201, answer.text
    dates = answer.json()["dates"]
    assert len(dates) == 2
    for one in dates:
        seen = await stage.http.get(f"/v1/reservations/{one['code']}/guest", headers=stage.driver())
        assert seen.json() == MIA, seen.text


async def test_of_those_who_end_or_change_a_series_having_seen_the_same_one_does(stage: Stage) -> None:
    made = await post(stage, "series", SERIES | {"lasts_minutes": 30, "times": 6})
    path, seen = f"/v1/reservation-series/{made.json()['id']}", {"If-Match": made.headers["ETag"]}
    days = [one["day"] for one in made.json()["dates"]]
    answers = await asyncio.gather(
        *(stage.http.delete(path, params={"from": day}, headers=stage.driver() | seen) for day in days[3:])
    )
    (won,) = [one for one in answers if one.status_code == 200]
    assert {one.status_code for one in answers} == {200, 412}
    shown = await stage.http.get(path, headers=stage.driver())
    assert (shown.json(), shown.headers["ETag"]) == (won.json(), won.headers["ETag"])

    longer = SERIES | {"first": days[1], "lasts_minutes": 60, "times": 1}
    before = await stage.row_counts()
    refused = await post(stage, f"series/{made.json()['id']}/change", longer, **seen)
    assert_problem(refused, 412, "changed_meanwhile")
    assert refused.headers["ETag"] == won.headers["ETag"]
    assert await stage.row_counts() == before
    sent = {"If-Match": won.headers["ETag"], "Idempotency-Key": fresh_key()}
    changed = await post(stage, f"series/{made.json()['id']}/change", longer, **sent)
    assert changed.status_code == 201, changed.text
    again = await post(stage, f"series/{made.json()['id']}/change", longer, **sent)
    assert (again.status_code, again.json()) == (201, changed.json())
    assert again.headers["ETag"] == changed.headers["ETag"] != won.headers["ETag"]
    assert (await stage.http.get(path, headers=stage.driver())).headers["ETag"] != won.headers["ETag"]


async def test_a_date_that_is_booked_meanwhile_is_no_edit_of_a_series(stage: Stage) -> None:
    made = await post(stage, "series", SERIES | {"lasts_minutes": 30})
    async with stage.sessions.begin() as session:
        dates = update(SeriesDate).where(SeriesDate.series_id == made.json()["id"])
        await session.execute(dates.values(state="skipped"))
    shown = await stage.http.get(f"/v1/reservation-series/{made.json()['id']}", headers=stage.driver())
    assert shown.headers["ETag"] == made.headers["ETag"]
    assert shown.json() != made.json()

"""Operators plan maintenance: previewed, by a key, seen and cancelled; every mistake has its code."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from activities.holds.activities import HoldActivities
from tests.api.stage import NOW, Stage, assert_problem, fresh_key
from tests.factories import make_booking, make_slot

ADDRESS = "/v1/operations/sites/north/maintenance-windows"
PREVIEW = "/v1/operations/sites/north/maintenance-preview"


def at(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


def body(**over: Any) -> dict[str, Any]:
    given = {"scope": "charger", "charger_id": "NORTH-1", "starts_at": at(2), "ends_at": at(6)} | over
    return {name: value for name, value in given.items() if value is not None}


async def planned(stage: Stage, *, key: str = "", **over: Any) -> httpx.Response:
    headers = {**stage.operators(), "Idempotency-Key": key or fresh_key()}
    return await stage.http.post(ADDRESS, json=body(**over), headers=headers)


async def test_a_window_is_previewed_planned_once_shown_and_cancelled(stage: Stage) -> None:
    booked = make_booking("a", slot=make_slot(180, after=NOW), now=NOW)
    assert (await HoldActivities(stage.sessions).place_hold(booked)).held is not None
    before = await stage.row_counts()
    preview = await stage.http.post(PREVIEW, json=body(), headers=stage.operators())
    assert preview.status_code == 200, preview.text
    assert [one["reservation_code"] for one in preview.json()["reservations"]] == [booked.code]
    assert await stage.row_counts() == before
    key = fresh_key()
    answer = await planned(stage, key=key, reason="cables")
    assert answer.status_code == 201, answer.text
    window = answer.json()
    assert window["reservations"] == preview.json()["reservations"]
    assert (window["state"], window["scope"], window["reason"]) == ("planned", "charger", "cables")
    assert window["on_conflict"] == "move"
    assert (await planned(stage, key=key, reason="cables")).json() == window
    assert_problem(await planned(stage, key=key, reason="other"), 422, "idempotency_key_reused")
    one = f"{ADDRESS}/{window['id']}"
    assert (await stage.http.get(one, headers=stage.operators())).json() == window
    site = (await stage.http.get("/v1/sites/north", headers=stage.driver())).json()
    shown = {c["charger_id"]: c["maintenance"] for c in site["connectors"] if c["maintenance"]}
    instants = [
        {name: datetime.fromisoformat(value) for name, value in span.items()} for span in shown["NORTH-1"]
    ]
    assert instants == [{"start": NOW + timedelta(hours=2), "end": NOW + timedelta(hours=6)}]
    assert shown.keys() == {"NORTH-1"}
    cancelled = await stage.http.post(f"{one}/cancel", json={"reason": "no parts"}, headers=stage.operators())
    assert cancelled.json()["state"] == "cancelled"
    again = await stage.http.post(f"{one}/cancel", json={}, headers=stage.operators())
    assert again.json() == cancelled.json()
    more = await planned(stage, scope="site", charger_id=None, starts_at=None)
    assert more.json()["state"] == "under_way"
    page = await stage.http.get(ADDRESS, params={"limit": 1}, headers=stage.operators())
    rest = await stage.http.get(
        ADDRESS, params={"cursor": page.json()["next_cursor"]}, headers=stage.operators()
    )
    assert [item["id"] for item in (*page.json()["items"], *rest.json()["items"])] == [
        window["id"],
        more.json()["id"],
    ]
    over = await stage.http.post(f"{ADDRESS}/{more.json()['id']}/cancel", json={}, headers=stage.operators())
    assert over.json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"ends_at": at(2)}, 422, "maintenance_span_invalid"),
        ({"ends_at": at(1)}, 422, "maintenance_span_invalid"),
        ({"starts_at": at(-2)}, 422, "maintenance_in_past"),
        ({"ends_at": at(24 * 100)}, 422, "maintenance_too_long"),
        ({"charger_id": "SOUTH-1"}, 404, "charger_unknown"),
        ({"scope": "bay", "charger_id": None, "bay": "Bay 99"}, 404, "bay_unknown"),
        ({"scope": "connector", "charger_id": None, "connector_id": 4711}, 404, "connector_unknown"),
        ({"scope": "site"}, 422, "invalid_request"),
        ({"scope": "bay"}, 422, "invalid_request"),
        ({"charger_id": None}, 422, "invalid_request"),
    ],
)
async def test_a_window_that_cannot_be_is_refused_by_its_code(
    stage: Stage, over: dict[str, Any], status: int, code: str
) -> None:
    before = await stage.row_counts()
    assert_problem(await planned(stage, **over), status, code)
    preview = await stage.http.post(PREVIEW, json=body(**over), headers=stage.operators())
    assert_problem(preview, status, code)
    assert await stage.row_counts() == before


async def test_two_windows_never_close_one_place_at_once(stage: Stage) -> None:
    first = (await planned(stage)).json()
    beside = await planned(stage, scope="bay", charger_id=None, bay="Bay 1", starts_at=at(5), ends_at=at(8))
    assert_problem(beside, 409, "maintenance_overlaps")
    assert_problem(await planned(stage, scope="site", charger_id=None), 409, "maintenance_overlaps")
    answer = await planned(stage, charger_id="NORTH-2")
    assert answer.status_code == 201, answer.text
    assert (await planned(stage, starts_at=at(6), ends_at=at(8))).status_code == 201
    await stage.http.post(f"{ADDRESS}/{first['id']}/cancel", json={}, headers=stage.operators())
    assert (await planned(stage)).status_code == 201
    missing = await stage.http.get(f"{ADDRESS}/4711", headers=stage.operators())
    assert_problem(missing, 404, "maintenance_unknown")
    elsewhere = ADDRESS.replace("north", "nowhere")
    assert_problem(await stage.http.get(elsewhere, headers=stage.operators()), 404, "site_unknown")

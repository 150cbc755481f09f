"""Operators set when a site is open: checked when it is written, previewed, and in force at once."""

from typing import Any

import httpx

from activities.holds.activities import HoldActivities
from tests.api.stage import END, NOW, START, Stage, assert_problem
from tests.factories import make_booking, make_slot

ADDRESS = "/v1/operations/sites/north/opening-hours"


async def put(stage: Stage, text: str, **more: Any) -> httpx.Response:
    body = {"opening_hours": text, "country": "DE", "reason": "test", **more}
    return await stage.http.put(ADDRESS, json=body, headers=stage.operators())


async def offered(stage: Stage) -> set[str]:
    """Hours of Berlin at which a slot may start on that Sunday and the Monday after it."""
    query = {"from": "2026-11-22T00:00:00+01:00", "to": "2026-11-24T00:00:00+01:00", "duration_minutes": "60"}
    address = "/v1/sites/north/availability"
    found = await stage.http.get(address, params=query, headers=stage.driver())
    assert found.status_code == 200, found.text
    return {window["start"] for pool in found.json()["pools"] for window in pool["windows"]}


async def test_what_is_set_is_shown_and_narrows_what_is_offered_and_quoted(stage: Stage) -> None:
    before = await offered(stage)
    assert "2026-11-22T13:00:00Z" in before
    shown = await put(stage, "Mo-Sa 08:00-10:00; PH off")
    assert shown.status_code == 200, shown.text
    assert shown.json() == {
        "opening_hours": "Mo-Sa 08:00-10:00; PH off",
        "country": "DE",
        "zone": "Europe/Berlin",
        "opens": "2026-11-23T07:00:00Z",
        "outside": [],
    }
    assert (await stage.http.get(ADDRESS, headers=stage.operators())).json() == shown.json()
    site = (await stage.http.get("/v1/sites/north", headers=stage.driver())).json()
    assert (site["opening_hours"], site["country"]) == ("Mo-Sa 08:00-10:00; PH off", "DE")
    assert await offered(stage) == {
        f"2026-11-23T{at}:00Z" for at in ("07:00", "07:15", "07:30", "07:45", "08:00")
    }
    body = {"site_id": "north", "start": START, "end": END}
    german = {**stage.driver(), "Accept-Language": "de"}
    problem = assert_problem(
        await stage.http.post("/v1/quotes", json=body, headers=german), 409, "site_closed"
    )
    assert "öffnet wieder" in problem["detail"]
    offer = problem["alternatives"][0]
    assert offer["words"].startswith("Am selben Standort, ")
    quote = (await stage.http.get(f"/v1/quotes/{offer['quote']}", headers=stage.driver())).json()
    assert [quote[name] for name in ("start", "end", "pool_id")] == [
        offer[name] for name in ("start", "end", "pool_id")
    ]
    assert (await put(stage, "")).status_code == 200
    assert await offered(stage) == before


async def test_a_preview_names_who_stands_outside_and_changes_nothing(stage: Stage) -> None:
    holds = HoldActivities(stage.sessions)
    booked = await holds.place_hold(make_booking("a", slot=make_slot(60, after=NOW), now=NOW))
    assert booked.held is not None
    counts = await stage.row_counts()
    preview = await put(stage, "Mo-Sa 08:00-10:00", dry_run=True)
    outside = [
        {
            "reservation_code": make_booking("a").code,
            "start": "2026-11-22T13:00:00Z",
            "end": "2026-11-22T14:00:00Z",
        }
    ]
    assert preview.json()["outside"] == outside
    assert await stage.row_counts() == counts
    assert (await stage.http.get(ADDRESS, headers=stage.operators())).json()["opening_hours"] == ""
    assert (await put(stage, "Mo-Sa 08:00-10:00")).json()["outside"] == outside


async def test_what_cannot_be_read_is_refused_and_the_old_hours_stay(stage: Stage) -> None:
    assert (await put(stage, "08:00-20:00")).status_code == 200
    counts = await stage.row_counts()
    problem = assert_problem(await put(stage, "08:00-20:00; Su geschlossen"), 422, "opening_hours_invalid")
    assert "character 17" in problem["detail"]
    assert_problem(await put(stage, "PH off", country=""), 422, "opening_hours_invalid")
    assert_problem(await put(stage, "24/7", country="XX"), 422, "opening_hours_invalid")
    assert_problem(await put(stage, "24/7", country="de"), 422, "invalid_request")
    assert_problem(await put(stage, "24/7\x00"), 422, "invalid_request")
    assert await stage.row_counts() == counts
    assert (await stage.http.get(ADDRESS, headers=stage.operators())).json()["opening_hours"] == "08:00-20:00"


async def test_only_operators_set_them(stage: Stage) -> None:
    refused = await stage.http.put(ADDRESS, json={"opening_hours": ""}, headers=stage.driver())
    assert_problem(refused, 403, "scope_missing")

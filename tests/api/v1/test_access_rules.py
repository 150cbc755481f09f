"""Operators say who may use what: checked, previewed, kept by version; groups of drivers are theirs to fill."""

from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from db.tables import Connector, Hold
from tests.api.stage import END, NOW, START, Stage, assert_problem, fresh_key

ADDRESS = "/v1/operations/sites/north/access-rules"
NOON: dict[str, Any] = {"weekly": [{"start": "13:00", "end": "16:00"}], "bays": ["Bay 1", "Bay 2", "Bay 3"]}
TAXIS = {"name": "Taxis", "who": "group", "names": ["taxis"], "allow": True, **NOON}
STAND = {"name": "Stand", "who": "public", "allow": False, **NOON}


async def written(stage: Stage, *lines: dict[str, Any], key: str = "", **more: Any) -> httpx.Response:
    headers = {**stage.operators(), "Idempotency-Key": key or fresh_key()}
    body = {"rules": {"lines": list(lines)}, "reason": "test", **more}
    return await stage.http.post(ADDRESS, json=body, headers=headers)


async def make_group(stage: Stage, *driver_ids: str) -> None:
    group = "/v1/operations/driver-groups/taxis"
    made = await stage.http.put(group, json={"name": "Taxis of the town"}, headers=stage.operators())
    assert made.status_code == 200, made.text
    for driver_id in driver_ids:
        put = await stage.http.put(f"{group}/members/{driver_id}", json={}, headers=stage.operators())
        assert put.status_code == 200, put.text


async def hold_bay(stage: Stage, driver_id: str) -> None:
    start, end = datetime.fromisoformat(START), datetime.fromisoformat(END)
    async with stage.sessions.begin() as session:
        connector = await session.scalar(select(Connector.id).where(Connector.charger_id == "NORTH-1"))
        session.add(
            Hold(
                reservation_code="7F3K-2QVM-X9TA",
                step="book",
                connector_id=connector,
                pool_id="north-dc",
                driver_id=driver_id,
                during=Range(start, end),
                slot_start=start,
                slot_end=end,
                opens_at=start,
                watch_from=start,
                placed_at=NOW,
            )
        )


async def test_a_bay_is_kept_for_a_group_from_the_moment_it_is_written(stage: Stage) -> None:
    await make_group(stage, "driver-2")
    await hold_bay(stage, "driver-1")
    preview = await stage.http.post(
        f"{ADDRESS}/preview", json={"rules": {"lines": [TAXIS, STAND]}}, headers=stage.operators()
    )
    assert preview.status_code == 200, preview.text
    seen = preview.json()
    assert (seen["bookings"], [one["reservation"] for one in seen["refused"]]) == (1, ["7F3K-2QVM-X9TA"])
    first = next(one for one in seen["public"] if one["bay"] == "Bay 1")["hours"][0]
    assert (first["start"], first["end"]) == ("2026-11-22T15:00:00Z", "2026-11-23T12:00:00Z")
    key = fresh_key()
    answer = await written(stage, TAXIS, STAND, key=key)
    assert answer.status_code == 201, answer.text
    assert (await written(stage, TAXIS, STAND, key=key)).json() == answer.json()
    shown = await stage.http.get("/v1/sites/north/availability", headers=stage.driver("driver-3"))
    starts = [w["start"] for pool in shown.json()["pools"] for w in pool["windows"]]
    assert starts
    assert not any("2026-11-22T12:00" < start < "2026-11-22T15:00" for start in starts)
    theirs = await stage.http.get("/v1/sites/north/availability", headers=stage.driver("driver-2"))
    assert any(
        w["start"] == "2026-11-22T13:00:00Z" for pool in theirs.json()["pools"] for w in pool["windows"]
    )
    items = (await stage.http.get(ADDRESS, headers=stage.operators())).json()["items"]
    assert [one["version"] for one in items] == [1]
    opened = await stage.http.post(
        ADDRESS,
        json={"rules": None, "reason": ""},
        headers={**stage.operators(), "Idempotency-Key": fresh_key()},
    )
    assert (opened.status_code, opened.json()["rules"]) == (201, None)


async def test_a_refusal_says_who_may_and_when_it_would_be_open(stage: Stage) -> None:
    problem = assert_problem(await stage.book(pool_id="kept"), 403, "no_access")
    assert (problem["opens"], problem["alternatives"]) == ("2026-11-22T14:00:00+00:00", [])
    assert "Taxis" in problem["detail"]


async def test_contradictory_and_unknown_lines_are_refused_by_name(stage: Stage) -> None:
    await make_group(stage)
    counts = await stage.row_counts()
    problem = assert_problem(await written(stage, STAND, TAXIS), 422, "rules_unusable")
    assert [error["pointer"] for error in problem["errors"]] == ["#/rules/lines/1"]
    assert "lines[0]" in problem["errors"][0]["message"]
    strange = await written(stage, {**TAXIS, "bays": ["Bay 99"]})
    assert assert_problem(strange, 422, "rules_unusable")["errors"][0]["pointer"] == "#/rules/lines/0/bays/0"
    past = await written(stage, TAXIS, STAND, valid_from="2026-11-22T11:59:59Z")
    assert assert_problem(past, 422, "invalid_request")["errors"][0]["pointer"] == "#/valid_from"
    assert await stage.row_counts() == counts


async def test_who_is_in_a_group_is_the_operators_to_say(stage: Stage) -> None:
    await make_group(stage, "driver-1", "driver-2")
    own = await stage.http.get("/v1/driver-groups", headers=stage.driver())
    assert [(one["id"], one["name"]) for one in own.json()["items"]] == [("taxis", "Taxis of the town")]
    group = "/v1/operations/driver-groups/taxis"
    page = await stage.http.get(f"{group}/members?limit=1", headers=stage.operators())
    assert [one["driver_id"] for one in page.json()["items"]] == ["driver-1"]
    rest = await stage.http.get(
        f"{group}/members", params={"cursor": page.json()["next_cursor"]}, headers=stage.operators()
    )
    assert [one["driver_id"] for one in rest.json()["items"]] == ["driver-2"]
    out = await stage.http.delete(f"{group}/members/driver-1", headers=stage.operators())
    assert out.status_code == 204
    assert (await stage.http.get("/v1/driver-groups", headers=stage.driver())).json()["items"] == []
    unknown = await stage.http.get("/v1/operations/driver-groups/bakers/members", headers=stage.operators())
    assert_problem(unknown, 404, "driver_group_unknown")
    gone = await stage.http.put(
        f"{group}/members/driver-1", json={"until": "2026-11-22T11:00:00Z"}, headers=stage.operators()
    )
    assert_problem(gone, 422, "invalid_request")

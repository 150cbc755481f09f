"""The plan of a site: laid down by its operators as they saw it, and shown to everybody."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from db.tables import AuditEntry, Connector, Site
from tests.api.stage import Stage, assert_problem
from tests.api.v1.test_site_roles import confined

EDITORS = 6
ADDRESS, PUBLIC = "/v1/operations/sites/north/plan", "/v1/sites/north/plan"
BAY = {"label": "Bay 1", "x_cm": 300, "y_cm": 300}
OTHER = {"label": "Bay 2", "x_cm": 600, "y_cm": 300, "angle": 15, "length_cm": 400, "width_cm": 240}
DOOR = {"kind": "entrance", "x_cm": 0, "y_cm": 900, "label": "<b>Gate</b>"}
PLAN = {"width_cm": 2000, "length_cm": 1000, "bays": [BAY, OTHER], "landmarks": [DOOR], "reason": "Measured"}


@pytest.fixture(autouse=True)
async def no_plan_before(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(update(Site).values(plan=None))


async def put(stage: Stage, plan: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await stage.http.put(ADDRESS, json=plan or PLAN, headers=stage.operators() | named)


async def test_a_plan_is_shown_as_it_was_laid_down_with_the_sizes_that_bays_usually_have(
    stage: Stage,
) -> None:
    for address, who in ((PUBLIC, stage.driver()), (ADDRESS, stage.operators())):
        assert_problem(await stage.http.get(address, headers=who), 404, "site_plan_unknown")
    laid = await put(stage)
    assert laid.status_code == 200, laid.text
    shown = await stage.http.get(PUBLIC, headers=stage.driver())
    assert shown.json() == laid.json() == (await stage.http.get(ADDRESS, headers=stage.operators())).json()
    assert shown.headers["etag"] == laid.headers["etag"]
    first, second = shown.json()["bays"]
    assert first == {**BAY, "angle": 0, "length_cm": 500, "width_cm": 250}
    assert second == OTHER
    assert shown.json()["landmarks"] == [{**DOOR, "width_cm": 0, "length_cm": 0, "angle": 0}]
    async with stage.sessions() as session:
        entries = select(AuditEntry).where(AuditEntry.code == "site_plan_set").order_by(AuditEntry.id.desc())
        entry = (await session.scalars(entries.limit(1))).one()
    assert entry.subject == "north"
    assert entry.detail | {"bays": 2, "landmarks": 1, "reason": "Measured"} == entry.detail


async def test_of_two_who_draw_the_second_learns_of_the_first(stage: Stage) -> None:
    seen = (await put(stage, If_None_Match="*")).headers["etag"]
    assert_problem(await put(stage, If_None_Match="*"), 412, "changed_meanwhile")
    fewer = PLAN | {"bays": [BAY]}
    assert (await put(stage, fewer, If_Match=seen)).status_code == 200
    assert_problem(await put(stage, If_Match=seen), 412, "changed_meanwhile")
    assert len((await stage.http.get(PUBLIC, headers=stage.driver())).json()["bays"]) == 1


@pytest.mark.parametrize(
    ("wrong", "status", "code", "named"),
    [
        ({"bays": [BAY, OTHER | {"x_cm": 320}]}, 422, "site_plan_invalid", "Bay 2 lies on Bay 1"),
        ({"bays": [BAY, BAY | {"x_cm": 900}]}, 422, "site_plan_invalid", "Bay 1"),
        ({"bays": [BAY | {"x_cm": 1990}]}, 422, "site_plan_invalid", "Bay 1"),
        ({"bays": [BAY | {"label": "Bay 99"}]}, 404, "bay_unknown", "Bay 99"),
        ({"landmarks": [{"kind": "wall", "x_cm": 10, "y_cm": 10}]}, 422, "site_plan_invalid", "Landmark 1"),
        ({"landmarks": [DOOR | {"label": "x" * 41}]}, 422, "invalid_request", ""),
        ({"landmarks": [DOOR | {"label": "a\x00b"}]}, 422, "invalid_request", ""),
        ({"landmarks": [DOOR | {"kind": "moat"}]}, 422, "invalid_request", ""),
        ({"landmarks": [DOOR] * 61}, 422, "invalid_request", ""),
        ({"bays": [BAY | {"x_cm": 1.5}]}, 422, "invalid_request", ""),
        ({"bays": [BAY | {"angle": 360}]}, 422, "invalid_request", ""),
        ({"width_cm": 30_001}, 422, "invalid_request", ""),
        ({"scale": 2}, 422, "invalid_request", ""),
    ],
)
async def test_what_cannot_be_is_named_and_the_old_plan_stays(
    stage: Stage, wrong: dict[str, Any], status: int, code: str, named: str
) -> None:
    before = (await put(stage)).json()
    problem = assert_problem(await put(stage, PLAN | wrong), status, code)
    assert named in problem["detail"]
    assert (await stage.http.get(PUBLIC, headers=stage.driver())).json() == before


async def test_a_bay_that_the_site_has_no_more_is_on_no_plan_and_comes_back_where_it_was(
    stage: Stage,
) -> None:
    await put(stage)
    async with stage.sessions.begin() as session:
        here = Connector.charger_id == "NORTH-2"
        former = (await session.scalars(select(Connector.bay_id).where(here))).one()
        await session.execute(update(Connector).where(here).values(bay_id=None))
    try:
        shown = await stage.http.get(PUBLIC, headers=stage.driver())
        assert [bay["label"] for bay in shown.json()["bays"]] == ["Bay 1"]
        assert_problem(await put(stage), 404, "bay_unknown")
        changed = await put(stage, PLAN | {"bays": [BAY | {"y_cm": 350}], "width_cm": 2500})
        assert changed.status_code == 200
        assert [bay["label"] for bay in changed.json()["bays"]] == ["Bay 1"]
        assert (await put(stage, PLAN | {"bays": [BAY]}, If_Match=changed.headers["etag"])).status_code == 200
    finally:
        async with stage.sessions.begin() as session:
            await session.execute(update(Connector).where(here).values(bay_id=former))
    bays = (await stage.http.get(PUBLIC, headers=stage.driver())).json()["bays"]
    assert [bay["label"] for bay in bays] == ["Bay 1", "Bay 2"]
    assert bays[1] == OTHER, "where it was, though the plan was changed twice"
    await put(stage, PLAN | {"bays": [BAY]})
    assert len((await stage.http.get(PUBLIC, headers=stage.driver())).json()["bays"]) == 1, "it was taken off"


async def test_a_plan_that_somebody_has_drawn_anew_is_dropped_by_nobody_who_has_not_seen_it(
    stage: Stage,
) -> None:
    seen = (await put(stage)).headers["etag"]
    drawn = await put(stage, PLAN | {"bays": [BAY]}, If_Match=seen)
    late = await stage.http.delete(ADDRESS, headers=stage.operators() | {"If-Match": seen})
    assert_problem(late, 412, "changed_meanwhile")
    assert late.headers["etag"] == drawn.headers["etag"]
    known = stage.operators() | {"If-Match": drawn.headers["etag"]}
    assert (await stage.http.get(PUBLIC, headers=stage.driver())).json() == drawn.json()
    assert (await stage.http.delete(ADDRESS, headers=known)).status_code == 204
    assert_problem(await stage.http.delete(ADDRESS, headers=known), 412, "changed_meanwhile")


async def test_of_a_plan_that_is_dropped_while_another_is_drawn_one_is_done(stage: Stage) -> None:
    for _ in range(EDITORS):
        seen = (await put(stage)).headers["etag"]
        dropped, drawn = await asyncio.gather(
            stage.http.delete(ADDRESS, headers=stage.operators() | {"If-Match": seen}),
            put(stage, PLAN | {"bays": [BAY]}, If_Match=seen),
        )
        assert (dropped.status_code, drawn.status_code) in ((204, 412), (412, 200))
        shown = await stage.http.get(PUBLIC, headers=stage.driver())
        assert shown.status_code == (404 if dropped.status_code == 204 else 200)


async def test_a_plan_is_dropped_once_and_by_who_runs_the_place(stage: Stage) -> None:
    await put(stage)
    auditor = confined(stage, {"north": "auditor"})
    assert (await stage.http.get(ADDRESS, headers=auditor)).status_code == 200
    assert_problem(await stage.http.put(ADDRESS, json=PLAN, headers=auditor), 403, "site_forbidden")
    assert_problem(await stage.http.delete(ADDRESS, headers=auditor), 403, "site_forbidden")
    for _ in range(2):
        assert (await stage.http.delete(ADDRESS, headers=stage.operators())).status_code == 204
    assert_problem(await stage.http.get(PUBLIC, headers=stage.driver()), 404, "site_plan_unknown")
    nowhere = "/v1/sites/nowhere/plan"
    assert_problem(await stage.http.get(nowhere, headers=stage.driver()), 404, "site_unknown")

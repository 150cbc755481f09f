"""A fleet's cost centers, budgets and drivers by API: its own only, and nobody overwrites what they have not seen."""

from typing import Any

import pytest

from db.tables import InvoiceAccount
from tests.api.stage import END, NOW, START, Stage, assert_problem, fresh_key

MONTH = {"month": "2026-11"}


@pytest.fixture(autouse=True)
async def account(stage: Stage) -> None:
    row = InvoiceAccount(
        fleet_id="fleet-1", currency="EUR", days_to_pay=14, limit_minor=None, active=True, changed_at=NOW
    )
    async with stage.sessions.begin() as session:
        await session.merge(row)


async def put(stage: Stage, path: str, body: dict[str, Any], **headers: str) -> Any:
    return await stage.http.put(f"/v1/fleet{path}", json=body, headers=stage.fleet() | headers)


async def get(stage: Stage, path: str, fleet: str = "fleet-1", **asked: str) -> Any:
    return await stage.http.get(f"/v1/fleet{path}", params=asked, headers=stage.fleet(fleet))


async def test_a_cost_center_is_made_named_otherwise_ended_and_shown_to_its_fleet_alone(stage: Stage) -> None:
    made = await put(stage, "/cost-centers/4711", {"name": "Vans"})
    assert made.status_code == 200
    seen = {"If-Match": made.headers["etag"]}
    assert (await put(stage, "/cost-centers/4711", {"name": "Lorries"}, **seen)).status_code == 200
    assert_problem(await put(stage, "/cost-centers/4711", {"name": "Cars"}, **seen), 412, "changed_meanwhile")
    ended = await put(stage, "/cost-centers/4711", {"name": "Lorries", "ended": True})
    assert ended.json()["ended_at"] is not None
    listed = (await get(stage, "/cost-centers")).json()["items"]
    assert [(one["code"], one["name"]) for one in listed] == [("4711", "Lorries")]
    assert (await get(stage, "/cost-centers", "fleet-2")).json()["items"] == []
    assert_problem(await get(stage, "/cost-centers/4711", "fleet-2"), 404, "cost_center_unknown")


async def test_a_budget_is_for_a_cost_center_that_goes_on_or_for_the_whole_fleet(stage: Stage) -> None:
    wanted = {"limit_minor": 100_00, "hard": True}
    assert_problem(await put(stage, "/budgets/none", wanted), 404, "cost_center_unknown")
    await put(stage, "/cost-centers/B1", {"name": "Vans"})
    made = await put(stage, "/budgets/B1", wanted, **{"If-None-Match": "*"})
    assert made.json()["limit"] == {"minor": 100_00, "currency": "EUR"}
    assert_problem(
        await put(stage, "/budgets/B1", wanted, **{"If-None-Match": "*"}), 412, "changed_meanwhile"
    )
    assert (await put(stage, "/budgets/-", wanted | {"hard": False})).status_code == 200
    listed = (await get(stage, "/budgets", **MONTH)).json()["items"]
    assert [(one["cost_center"], one["percent"]) for one in listed] == [("", 0), ("B1", 0)]
    assert (await get(stage, "/budgets", "fleet-2", **MONTH)).json()["items"] == []
    assert_problem(await get(stage, "/budgets/B1", "fleet-2"), 404, "budget_unknown")
    theirs = await stage.http.get(
        "/v1/operations/fleets/fleet-1/budgets", params=MONTH, headers=stage.operators()
    )
    assert theirs.json()["items"] == listed
    seen = {"If-Match": (await get(stage, "/budgets/B1")).headers["ETag"]}
    assert (await put(stage, "/budgets/B1", {"limit_minor": 700, "hard": True})).status_code == 200
    stale = await stage.http.delete("/v1/fleet/budgets/B1", headers=stage.fleet() | seen)
    assert_problem(stale, 412, "changed_meanwhile")
    seen = {"If-Match": stale.headers["ETag"]}
    dropped = await stage.http.delete("/v1/fleet/budgets/B1", headers=stage.fleet() | seen)
    assert dropped.status_code == 204
    assert_problem(await get(stage, "/budgets/B1"), 404, "budget_unknown")


async def test_without_an_invoice_account_there_is_nothing_to_be_budgeted(stage: Stage) -> None:
    answer = await stage.http.put(
        "/v1/fleet/budgets/-", json={"limit_minor": 1, "hard": True}, headers=stage.fleet("fleet-2")
    )
    assert_problem(answer, 404, "invoice_account_unknown")


async def test_a_fleet_says_of_its_own_drivers_what_they_drive_and_of_no_others(stage: Stage) -> None:
    vehicle = await stage.http.post(
        "/v1/vehicles",
        json={"plugs": ["IEC_62196_T2_COMBO"], "plate": "KI-EL 1"},
        headers=stage.fleet() | {"Idempotency-Key": "van"},
    )
    await put(stage, "/cost-centers/D1", {"name": "Vans"})
    said = {"vehicle_id": vehicle.json()["id"], "cost_center": "D1"}
    assert (await put(stage, "/drivers/fleet-1-driver", said)).status_code == 200
    read = await get(stage, "/drivers/fleet-1-driver")
    assert {name: read.json()[name] for name in said} == said
    stale = {"If-Match": read.headers["etag"]}
    assert (await put(stage, "/drivers/fleet-1-driver", said | {"cost_center": ""})).status_code == 200
    there = "/v1/fleet/drivers/fleet-1-driver"
    removed = await stage.http.delete(there, headers=stage.fleet() | stale)
    assert_problem(removed, 412, "changed_meanwhile")
    assert (await get(stage, "/drivers/fleet-1-driver")).status_code == 200
    assert_problem(await put(stage, "/drivers/fleet-1-driver", said, **stale), 412, "changed_meanwhile")
    for stranger in ("fleet-2-driver", "driver-1", "nobody"):
        assert_problem(await put(stage, f"/drivers/{stranger}", said), 404, "driver_unknown")
        assert_problem(await get(stage, f"/drivers/{stranger}"), 404, "driver_unknown")
    theirs = await stage.http.put(
        "/v1/fleet/drivers/fleet-2-driver", json=said | {"cost_center": ""}, headers=stage.fleet("fleet-2")
    )
    assert_problem(theirs, 404, "vehicle_unknown")
    assert [one["driver_id"] for one in (await get(stage, "/drivers")).json()["items"]] == ["fleet-1-driver"]


async def test_charges_of_a_month_are_of_ones_own_fleet(stage: Stage) -> None:
    found = await get(stage, "/charges", **MONTH)
    assert found.json() == {"items": [], "complete": True}
    assert_problem(await get(stage, "/charges", month="2026-13"), 422, "invalid_request")


async def test_a_fleet_that_keeps_cost_centers_is_booked_on_one_that_goes_on(stage: Stage) -> None:
    await put(stage, "/cost-centers/GOES", {"name": "Vans"})
    await put(stage, "/cost-centers/ENDED", {"name": "Cars", "ended": True})
    mine: dict[str, Any] = {"who": stage.fleet(), "driver_id": "fleet-1-driver"}
    for named in ("ENDED", "of nobody"):
        key = fresh_key()
        assert_problem(await stage.book(**mine, key=key, cost_center=named), 404, "cost_center_unknown")
        assert (await stage.book(**mine, key=key, cost_center="GOES")).status_code == 201
    code = await stage.booked(**mine, cost_center="GOES")
    await stage.publish(code, driver_id="fleet-1-driver", fleet_id="fleet-1", account="fleet-1")
    path = f"/v1/reservations/{code}/billing"
    moved = await stage.http.put(path, json={"cost_center": "ENDED"}, headers=stage.fleet())
    assert_problem(moved, 404, "cost_center_unknown")
    await put(stage, "/cost-centers/GOES", {"name": "Vans", "ended": True})
    said = {"cost_center": "GOES", "reference": "as it was"}
    assert (await stage.http.put(path, json=said, headers=stage.fleet())).status_code == 200
    member = {"driver_id": "fleet-1-driver", "pool_id": "north-dc"}
    group = {
        "site_id": "north", "start": START, "end": END, "members": [member, member], "cost_center": "GOES",
    }  # fmt: skip
    keyed = stage.fleet() | {"Idempotency-Key": fresh_key()}
    refused = await stage.http.post("/v1/reservation-groups", json=group, headers=keyed)
    assert_problem(refused, 404, "cost_center_unknown")

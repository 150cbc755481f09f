"""Vehicles are kept by whose they are; a booking, a quote and availability that name one ask for what it needs."""

from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import update

from db.tables import Driver
from tests.api.stage import END, NOW, START, Stage, assert_problem, fresh_key

ADDRESS = "/v1/vehicles"
LORRY = {"plate": "B SK 1", "plugs": ["IEC_62196_T2_COMBO"], "length_cm": 1650, "trailer": True}
BAYS = "/v1/operations/sites/north/bays"


async def made(stage: Stage, *, who: dict[str, str], key: str = "", **over: Any) -> httpx.Response:
    headers = {**who, "Idempotency-Key": key or fresh_key()}
    return await stage.http.post(ADDRESS, json={**LORRY, **over}, headers=headers)


async def test_a_vehicle_is_made_once_changed_in_part_and_archived_for_good(stage: Stage) -> None:
    who, key = stage.driver("driver-v1"), fresh_key()
    first = await made(stage, who=who, key=key)
    assert first.status_code == 201, first.text
    again = await made(stage, who=who, key=key)
    assert (again.json(), again.headers["Location"]) == (first.json(), f"{ADDRESS}/{first.json()['id']}")
    assert_problem(await made(stage, who=who, key=key, plate="other"), 422, "idempotency_key_reused")
    own = f"{ADDRESS}/{first.json()['id']}"
    changed = await stage.http.patch(own, json={"length_cm": None, "max_dc_w": 350_000}, headers=who)
    assert changed.json() == {**first.json(), "length_cm": None, "max_dc_w": 350_000}
    refused: list[dict[str, Any]] = [{"plugs": []}, {"height_cm": 0}, {"colour": "red"}, {"trailer": 1}]
    for wrong in refused:
        assert_problem(await stage.http.patch(own, json=wrong, headers=who), 422, "invalid_request")
    assert (await stage.http.get(own, headers=who)).json() == changed.json()
    gone = await stage.http.post(f"{own}/archive", headers=who)
    assert gone.json()["archived_at"] is not None
    assert (await stage.http.post(f"{own}/archive", headers=who)).json() == gone.json()
    assert (await stage.http.get(ADDRESS, headers=who)).json() == {"items": [], "next_cursor": None}
    all_of_them = await stage.http.get(ADDRESS, params={"archived": "true"}, headers=who)
    assert all_of_them.json()["items"] == [gone.json()]
    assert_problem(await stage.http.patch(own, json={"plate": "x"}, headers=who), 404, "vehicle_unknown")


async def test_a_fleets_vehicle_is_its_drivers_to_book_with_and_nobody_elses_to_see(stage: Stage) -> None:
    vehicle = (await made(stage, who=stage.fleet())).json()
    own = f"{ADDRESS}/{vehicle['id']}"
    assert (vehicle["driver_id"], vehicle["fleet_id"]) == (None, "fleet-1")
    stranger = stage.driver("driver-v2")
    for answer in (
        await stage.http.get(own, headers=stranger),
        await stage.http.patch(own, json={"plate": "x"}, headers=stranger),
        await stage.http.post(f"{own}/archive", headers=stranger),
        await stage.book(who=stranger, vehicle_id=vehicle["id"]),
    ):
        assert_problem(answer, 404, "vehicle_unknown")
    async with stage.sessions.begin() as session:
        session.add(Driver(id="driver-v3", fleet_id="fleet-1", created_at=NOW))
    theirs = stage.driver("driver-v3")
    assert (await stage.http.get(own, headers=theirs)).json() == vehicle
    assert_problem(await stage.http.post(f"{own}/archive", headers=theirs), 404, "vehicle_unknown")
    booked = await stage.book(who=theirs, vehicle_id=vehicle["id"])
    assert booked.status_code == 201, booked.text
    async with stage.sessions.begin() as session:
        await session.execute(update(Driver).where(Driver.id == "driver-v3").values(fleet_id=None))


async def test_nobody_sees_the_vehicles_of_another_driver_or_of_another_fleet(stage: Stage) -> None:
    for whose, other in (
        (stage.driver("driver-v8"), stage.driver("driver-v9")),
        (stage.fleet("fleet-1"), stage.fleet("fleet-2")),
        (stage.driver("driver-v8"), stage.fleet("fleet-2")),
    ):
        vehicle = (await made(stage, who=whose)).json()
        listed = (await stage.http.get(ADDRESS, headers=other)).json()["items"]
        assert vehicle["id"] not in [one["id"] for one in listed]
        assert_problem(
            await stage.http.get(f"{ADDRESS}/{vehicle['id']}", headers=other), 404, "vehicle_unknown"
        )
        offered = await stage.http.get(
            "/v1/sites/north/availability", params={"vehicle_id": vehicle["id"]}, headers=other
        )
        assert_problem(offered, 404, "vehicle_unknown")


async def test_what_a_vehicle_needs_narrows_what_is_offered_and_quoted(stage: Stage) -> None:
    who = stage.driver("driver-v4")
    vehicle = (await made(stage, who=who)).json()["id"]
    quote = {"site_id": "north", "start": START, "end": END, "vehicle_id": vehicle}
    problem = assert_problem(await stage.http.post("/v1/quotes", json=quote, headers=who), 409, "no_fit")
    assert "room for a trailer" in problem["detail"]
    wanted = {"vehicle_id": vehicle}
    shown = await stage.http.get("/v1/sites/north/availability", params=wanted, headers=who)
    assert not any(pool["windows"] for pool in shown.json()["pools"])
    long = {"bays": [{"label": "Bay 2", "length_cm": 1800, "trailer": True}], "reason": "Measured"}
    assert (await stage.http.put(BAYS, json=long, headers=stage.operators())).status_code == 200
    assert (await stage.http.post("/v1/quotes", json=quote, headers=who)).status_code == 201
    shown = await stage.http.get("/v1/sites/north/availability", params=wanted, headers=who)
    assert {w["free"] for pool in shown.json()["pools"] for w in pool["windows"]} == {1}
    plain = {"bays": [{"label": "Bay 2"}], "reason": "As before"}
    assert (await stage.http.put(BAYS, json=plain, headers=stage.operators())).status_code == 200
    none = {
        **quote,
        "vehicle_id": (await made(stage, who=who, plugs=["CHADEMO"], trailer=False)).json()["id"],
    }
    problem = assert_problem(await stage.http.post("/v1/quotes", json=none, headers=who), 409, "no_fit")
    assert "plug" in problem["detail"]


async def test_a_slot_is_as_long_as_the_vehicle_needs_for_its_battery(stage: Stage) -> None:
    who = stage.driver("driver-v5")
    car = (
        await made(stage, who=who, length_cm=None, trailer=False, battery_wh=60_000, max_dc_w=60_000)
    ).json()
    charge = {"soc_now": 20, "soc_target": 80}
    offered = await stage.http.get(
        "/v1/sites/north/availability", params={"vehicle_id": car["id"], **charge}, headers=who
    )
    assert offered.status_code == 200, offered.text
    assert offered.json()["duration_seconds"] == 45 * 60  # 36 kWh at 60 kW take 36 minutes
    window = offered.json()["pools"][0]["windows"][0]
    assert seconds(window) == 45 * 60
    body = {"site_id": "north", "start": START, "vehicle_id": car["id"], "energy": charge}
    quote = (await stage.http.post("/v1/quotes", json=body, headers=who)).json()
    assert seconds(quote) == 45 * 60
    by_quote = {"start": START, "end": quote["end"], "quote": quote["id"], "vehicle_id": car["id"]}
    assert (await stage.book(who=who, **by_quote)).status_code == 201
    unknown = (await made(stage, who=who, length_cm=None, trailer=False, battery_wh=None)).json()
    for answer in (
        await stage.http.post("/v1/quotes", json={**body, "vehicle_id": unknown["id"]}, headers=who),
        await stage.http.get("/v1/sites/north/availability", params=charge, headers=who),
    ):
        assert_problem(answer, 422, "slot_invalid")
    twice = await stage.http.get(
        "/v1/sites/north/availability", params={"energy_wh": 1000, "duration_minutes": 30}, headers=who
    )
    assert_problem(twice, 422, "slot_invalid")
    much = await stage.http.get("/v1/sites/north/availability", params={"energy_wh": 9_000_000}, headers=who)
    assert_problem(much, 422, "energy_beyond_slot")
    wrong = await stage.http.get("/v1/sites/north/availability", params={"soc_now": 20}, headers=who)
    assert_problem(wrong, 422, "invalid_request")


def seconds(slot: dict[str, Any]) -> float:
    return (datetime.fromisoformat(slot["end"]) - datetime.fromisoformat(slot["start"])).total_seconds()

"""Sites and availability: what a driver sees before booking."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from db.tables import ChargingSession, Connector, Hold, Pool
from domain.place.slots import Slot
from domain.reservation.code import reservation_code
from tests.api.stage import NOW, Stage, assert_problem


async def availability(stage: Stage, **query: Any) -> dict[str, Any]:
    response = await stage.http.get("/v1/sites/north/availability", params=query, headers=stage.driver())
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_any_valid_token_may_look(stage: Stage) -> None:
    for who in (stage.driver(), stage.fleet(), stage.operators()):
        sites = (await stage.http.get("/v1/sites", headers=who)).json()
        assert [site["id"] for site in sites["items"]] == ["north"]


async def test_a_site_shows_pools_connectors_and_terms(stage: Stage) -> None:
    site = (await stage.http.get("/v1/sites/north", headers=stage.driver())).json()
    assert site["zone"] == "Europe/Berlin"
    assert site["address"] == "North Street 1"
    assert [(pool["id"], pool["connectors"], pool["walk_in_connectors"]) for pool in site["pools"]] == [
        ("north-dc", 3, 1)
    ]
    assert {(c["charger_id"], c["status"], c["online"]) for c in site["connectors"]} == {
        ("NORTH-1", "available", True),
        ("NORTH-2", "available", True),
        ("NORTH-3", "available", True),
    }
    assert site["terms"]["energy_per_kwh"]["currency"] == site["currency"]


async def test_an_unknown_site_or_pool_is_404(stage: Stage) -> None:
    for path in ("/v1/sites/atlantis", "/v1/sites/atlantis/availability"):
        assert_problem(await stage.http.get(path, headers=stage.driver()), 404, "site_unknown")
    response = await stage.http.get("/v1/sites/north/availability?pool_id=south-dc", headers=stage.driver())
    assert_problem(response, 404, "pool_unknown")


async def test_windows_count_what_is_left_beside_holds_and_walk_ins(stage: Stage) -> None:
    start = NOW + timedelta(hours=4)
    await hold(stage, Slot(start, start + timedelta(hours=1)))
    answer = await availability(
        stage,
        **{"from": start.isoformat(), "to": (start + timedelta(hours=2)).isoformat()},
        duration_minutes=30,
    )
    pool = answer["pools"][0]
    assert pool["bookable_connectors"] == 2
    free = {window["start"]: window["free"] for window in pool["windows"]}
    assert free[start.strftime("%Y-%m-%dT%H:%M:%SZ")] == 1
    assert free[(start + timedelta(hours=1, minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")] == 2


async def test_windows_are_asked_for_by_bay_charger_and_connector(stage: Stage) -> None:
    start = NOW + timedelta(hours=8)
    span = {"from": start.isoformat(), "to": (start + timedelta(minutes=30)).isoformat()}
    await hold(stage, Slot(start, start + timedelta(minutes=15)), "HELD-8")
    both = await availability(stage, **span, by="connector")  # it makes way for whoever names its connector
    assert {one["connector_id"]: len(one["windows"]) for one in both["pools"][0]["each"]} == {
        1: 2,
        2: 2,
        3: 2,
    }
    async with stage.sessions.begin() as session:
        await session.execute(update(Hold).where(Hold.reservation_code == "HELD-8").values(locked_at=NOW))
    for named in ({"bay": "Bay 1"}, {"charger_id": "NORTH-1"}, {"connector_id": 1}):
        answer = await availability(stage, **span, **named)
        assert [one["id"] for one in answer["connectors"]] == [1]
        (pool,) = answer["pools"]
        assert [(one["start"], one["free"]) for one in pool["windows"]] == [("2026-11-22T20:15:00Z", 1)]
        assert pool["each"] == []
    both = await availability(stage, **span, by="connector")
    each = {one["connector_id"]: len(one["windows"]) for one in both["pools"][0]["each"]}
    assert each == {1: 1, 2: 2, 3: 2}
    nowhere: tuple[dict[str, Any], ...] = ({"bay": "Bay 9"}, {"charger_id": "NORTH-1", "connector_id": 2})
    for unknown in nowhere:
        refused = await stage.http.get("/v1/sites/north/availability", params=unknown, headers=stage.driver())
        assert_problem(refused, 404, "connector_unknown")


async def test_until_when_somebody_is_expected_to_charge_is_told_and_by_what(stage: Stage) -> None:
    code = reservation_code("driver-1", "charging")
    await hold(stage, Slot(NOW, NOW + timedelta(minutes=30)), code)
    running = ChargingSession(
        charger_id="NORTH-1",
        connector_id=1,
        transaction_id="t-busy",
        id_tag="APP",
        reservation_code=code,
        authorised=True,
        started_at=NOW,
        meter_start_wh=0,
        meter_last_wh=0,
        meter_at=NOW,
    )
    async with stage.sessions.begin() as session:
        session.add(running)
    told = {one["id"]: one["busy"] for one in (await availability(stage))["connectors"]}
    assert told == {1: {"until": "2026-11-22T12:30:00Z", "by": "slot"}, 2: None, 3: None}
    async with stage.sessions.begin() as session:
        await session.delete(running)
        await session.execute(update(Hold).where(Hold.reservation_code == code).values(released_at=NOW))


async def test_past_windows_and_other_connector_types_are_not_offered(stage: Stage) -> None:
    answer = await availability(stage, **{"from": (NOW - timedelta(hours=3)).isoformat()})
    starts = [datetime.fromisoformat(w["start"]) for w in answer["pools"][0]["windows"]]
    assert min(starts) >= NOW
    assert (await availability(stage, connector_type="CHADEMO"))["pools"] == []
    assert (await availability(stage, connector_type="IEC_62196_T2_COMBO"))["pools"]


async def test_a_faulted_connector_is_not_counted(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        broken = await session.scalar(select(Connector.id).where(Connector.charger_id == "NORTH-3"))
        await session.execute(update(Connector).where(Connector.id == broken).values(status="faulted"))
    assert (await availability(stage))["pools"][0]["bookable_connectors"] == 1
    async with stage.sessions.begin() as session:
        await session.execute(update(Connector).where(Connector.id == broken).values(status="available"))


async def hold(stage: Stage, slot: Slot, code: str = "HELD") -> None:
    async with stage.sessions.begin() as session:
        pool_id = await session.scalar(select(Pool.id).where(Pool.site_id == "north"))
        connector_id = await session.scalar(select(Connector.id).where(Connector.charger_id == "NORTH-1"))
        assert pool_id is not None
        assert connector_id is not None
        session.add(
            Hold(
                reservation_code=code,
                step="book",
                connector_id=connector_id,
                pool_id=pool_id,
                driver_id="driver-1",
                group_id=None,
                during=Range(slot.start, slot.end, bounds="[)"),
                slot_start=slot.start,
                slot_end=slot.end,
                opens_at=slot.start,
                watch_from=slot.start,
                locked_at=None,
                placed_at=NOW,
                released_at=None,
                release_reason=None,
            )
        )

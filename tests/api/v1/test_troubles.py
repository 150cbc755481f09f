"""Operators see trouble as intervals, page by page, and end what a charger never takes back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import Range

from db.tables import AuditEntry, Charger, Connector, Hold, InboxEvent, OutboxDelivery, TroubleRow
from tests.api.stage import NOW, Stage, assert_problem

TROUBLES = "/v1/operations/troubles"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def no_trouble_yet(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await session.execute(delete(TroubleRow))


async def connector_of(stage: Stage, charger_id: str = "NORTH-1") -> int:
    async with stage.sessions() as session:
        found = await session.scalar(
            select(Connector.id).where(Connector.charger_id == charger_id).order_by(Connector.number)
        )
    assert found is not None
    return found


async def trouble(stage: Stage, *, began: int = 0, ended: int | None = None, **over: Any) -> int:
    """Minutes from now."""
    at = NOW + began * MINUTE
    values = {"charger_id": "NORTH-1", "cause": "fault", "began_at": at, "noticed_at": at} | over
    if ended is not None:
        values |= {"ended_at": NOW + ended * MINUTE, "ended_by": "own_word"}
    async with stage.sessions.begin() as session:
        return int(
            (await session.execute(insert(TroubleRow).values(**values).returning(TroubleRow.id))).scalar_one()
        )


async def listed(stage: Stage, **query: Any) -> list[int]:
    response = await stage.http.get(TROUBLES, params=query, headers=stage.operators())
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


async def end(stage: Stage, number: int, **body: Any) -> Any:
    body = body or {"reason": "seen on site"}
    return await stage.http.post(f"{TROUBLES}/{number}/end", json=body, headers=stage.operators("olga"))


async def test_intervals_are_listed_and_filtered(stage: Stage) -> None:
    connector = await connector_of(stage)
    old = await trouble(stage, began=-60, ended=-50)
    here = await trouble(stage, began=-40, connector_id=connector, detail="GroundFailure")
    elsewhere = await trouble(stage, began=-30, ended=-10, charger_id="NORTH-2", cause="silent")
    assert await listed(stage) == [elsewhere, here, old]
    assert await listed(stage, charger_id="NORTH-1") == [here, old]
    assert await listed(stage, charger_id="NORTH-1", connector_number=1) == [here, old]
    assert await listed(stage, charger_id="NORTH-1", connector_number=2) == [old]  # of the whole charger
    assert await listed(stage, standing=True) == [here]
    assert await listed(stage, standing=False) == [elsewhere, old]
    assert await listed(stage, since=(NOW - 20 * MINUTE).isoformat()) == [elsewhere, here]
    assert await listed(stage, site_id="nowhere") == []
    response = await stage.http.get(TROUBLES, params={"standing": True}, headers=stage.operators())
    (item,) = response.json()["items"]
    assert (item["connector_id"], item["connector_number"], item["cause"]) == (connector, 1, "fault")
    assert (item["site_id"], item["detail"], item["ended_at"]) == ("north", "GroundFailure", None)


async def test_pages_meet_without_gap_or_repetition(stage: Stage) -> None:
    made = [await trouble(stage, began=-(n // 2), ended=5) for n in range(5)]
    found: list[int] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await stage.http.get(TROUBLES, params=query, headers=stage.operators())).json()
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(found) == sorted(made)


@pytest.mark.parametrize(
    "cursor", ["x", "WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsICI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0"]
)
async def test_a_cursor_that_we_did_not_make_is_refused(stage: Stage, cursor: str) -> None:
    response = await stage.http.get(TROUBLES, params={"cursor": cursor}, headers=stage.operators())
    assert_problem(response, 400, "cursor_invalid")


async def test_an_operator_ends_one_and_the_connector_can_be_booked_again(stage: Stage) -> None:
    connector = await connector_of(stage)
    async with stage.sessions.begin() as session:
        await session.execute(
            update(Connector)
            .where(Connector.id == connector)
            .values(status="faulted", error_code="GroundFailure")
        )
    number = await trouble(stage, connector_id=connector)
    response = await end(stage, number)
    assert (response.status_code, response.json()["ended_by"]) == (200, "operator")
    assert response.json()["end_reason"] == "seen on site"
    async with stage.sessions() as session:
        row = await session.get(Connector, connector)
        assert row is not None
        assert (row.status, row.error_code) == ("unknown", "")
        entries = await session.scalars(select(AuditEntry).where(AuditEntry.code == "trouble_ended"))
        last = list(entries)[-1]
    assert (last.actor, last.subject, last.detail["reason"]) == ("operator:olga", "NORTH-1", "seen on site")


async def test_an_operator_ends_trouble_of_one_type_of_plug_and_only_that(stage: Stage) -> None:
    connector = await connector_of(stage)
    said = {"plug_types": {"1": "IEC_62196_T2_COMBO", "2": "CHADEMO"}, "status": "available"}
    async with stage.sessions.begin() as session:
        told = {"plugs": {"1": "available", "2": "unavailable"}}
        await session.execute(update(Connector).where(Connector.id == connector).values(**said, **told))
    number = await trouble(stage, connector_id=connector, cause="unavailable", plug="CHADEMO")
    assert (await end(stage, number)).json()["plug"] == "CHADEMO"
    async with stage.sessions() as session:
        row = await session.get(Connector, connector)
        assert row is not None
        assert (row.status, row.plugs) == ("available", {"1": "available", "2": "unknown"})


async def held(stage: Stage) -> str:
    """The code of a reservation whose hold on the charger is in force."""
    code, connector = "7F3K-2QVM-X9TA", await connector_of(stage)
    async with stage.sessions.begin() as session:
        pool = await session.scalar(select(Connector.pool_id).where(Connector.id == connector))
        await session.execute(
            insert(Hold).values(
                reservation_code=code,
                step="book",
                connector_id=connector,
                pool_id=pool,
                driver_id="driver-1",
                during=Range(NOW, NOW + 65 * MINUTE),
                slot_start=NOW,
                slot_end=NOW + 60 * MINUTE,
                opens_at=NOW - 10 * MINUTE,
                watch_from=NOW - 120 * MINUTE,
                placed_at=NOW - 180 * MINUTE,
            )
        )
    return code


async def test_reservations_of_the_charger_are_told_once(stage: Stage) -> None:
    await stage.charger_is("NORTH-1", status="faulted")
    code = await held(stage)
    number = await trouble(stage)
    for _ in range(2):
        assert (await end(stage, number)).status_code == 200
    async with stage.sessions() as session:
        charger = await session.get(Charger, "NORTH-1")
        told = await session.execute(
            select(InboxEvent.kind, InboxEvent.payload)
            .join(OutboxDelivery, OutboxDelivery.inbox_id == InboxEvent.id)
            .where(OutboxDelivery.key == code)
        )
        facts = [(kind, payload["connector_id"], payload["detail"]) for kind, payload in told]
    assert charger is not None
    assert charger.status == "unknown"
    assert facts == [("trouble_ended", None, "operator")]


async def test_silence_is_ended_by_a_connection_only(stage: Stage) -> None:
    number = await trouble(stage, cause="silent")
    assert_problem(await end(stage, number), 409, "charger_offline")
    assert await listed(stage, standing=True) == [number]


async def test_bad_requests_change_nothing(stage: Stage) -> None:
    number = await trouble(stage)
    assert_problem(await end(stage, number + 1), 404, "trouble_unknown")
    assert_problem(await end(stage, number, reason=""), 422, "invalid_request")
    assert_problem(await end(stage, number, reason="x" * 501), 422, "invalid_request")
    assert_problem(await end(stage, 2**63), 422, "invalid_request")
    refused = await stage.http.post(
        f"{TROUBLES}/{number}/end", json={"reason": "mine"}, headers=stage.driver()
    )
    assert_problem(refused, 403, "scope_missing")
    assert_problem(await stage.http.get(TROUBLES, headers=stage.driver()), 403, "scope_missing")
    assert await listed(stage, standing=True) == [number]

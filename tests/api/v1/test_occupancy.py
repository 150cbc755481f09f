"""Operators see of each connector who is there, since when, and the evidence: what booking and locks believe, too."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from db.queries.place.connectors import connector_of
from db.tables import Charger, ChargerQuirk, ChargingSession, Connector, TroubleRow
from tests.api.stage import NOW, Stage, assert_problem

PATH = "/v1/operations/chargers/NORTH-1/connectors/1/occupancy"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def nobody_yet(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        for table in (ChargingSession, TroubleRow, ChargerQuirk):
            await session.execute(delete(table))
        here = update(Connector).where(Connector.charger_id == "NORTH-1", Connector.number == 1)
        await session.execute(
            here.values(status="available", status_heard_at=NOW - 90 * MINUTE, error_code="")
        )


async def number_of(stage: Stage) -> int:
    async with stage.sessions() as session:
        found = await session.scalar(
            select(Connector.id).where(Connector.charger_id == "NORTH-1", Connector.number == 1)
        )
    assert found is not None
    return found


async def charging(stage: Stage, *, began: int, heard: int, **over: Any) -> int:
    """A session; minutes from now."""
    values: dict[str, Any] = {
        "charger_id": "NORTH-1",
        "connector_id": await number_of(stage),
        "transaction_id": f"tx{began}",
        "id_tag": "B0B00001",
        "authorised": True,
        "started_at": NOW + began * MINUTE,
        "started_basis": "now",
        "meter_start_wh": 0,
        "meter_last_wh": 0,
        "meter_at": NOW + began * MINUTE,
        "last_sign_at": NOW + heard * MINUTE,
    } | over
    async with stage.sessions.begin() as session:
        new = insert(ChargingSession).values(**values).returning(ChargingSession.id)
        return int((await session.execute(new)).scalar_one())


async def change(stage: Stage, session_id: int, **values: Any) -> None:
    async with stage.sessions.begin() as session:
        row = update(ChargingSession).where(ChargingSession.id == session_id)
        await session.execute(row.values(**values))


async def shown(stage: Stage, **query: Any) -> dict[str, Any]:
    response = await stage.http.get(PATH, params=query, headers=stage.operators())
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def believed(stage: Stage) -> tuple[str, ...]:
    async with stage.sessions() as session:
        return (await connector_of(session, await number_of(stage))).sessions


def words(found: dict[str, Any], kind: str) -> list[tuple[str, bool]]:
    return [(piece["says"], piece["counts"]) for piece in found["evidence"] if piece["kind"] == kind]


async def test_a_walk_in_is_there_until_its_charger_contradicts_it(stage: Stage) -> None:
    number = await charging(stage, began=-60, heard=-30)
    found = await shown(stage)
    assert (found["occupant"], found["basis"], found["session_id"]) == ("walk_in", "session", number)
    assert words(found, "session") == [("last_sign", True), ("started", True)]
    assert words(found, "status") == [("available", False)]
    assert (await believed(stage), found["connector_number"]) == (("",), 1)

    await change(stage, number, contradicted_at=NOW - 10 * MINUTE)
    found = await shown(stage)
    assert (found["occupant"], found["basis"], found["session_id"]) == ("nobody", "status", None)
    assert words(found, "session") == [("contradicted", False), ("last_sign", False), ("started", False)]
    assert await believed(stage) == ()

    ended = {"ended_at": NOW - 30 * MINUTE, "ended_basis": "estimated", "end_inferred": True}
    await change(stage, number, **ended, stop_reason="inferred")
    inferred = [piece for piece in (await shown(stage))["evidence"] if piece["says"] == "end_inferred"]
    assert [(one["source"], one["basis"], one["detail"]) for one in inferred] == [
        ("backend", "estimated", "inferred")
    ]


async def test_a_reservation_and_a_vehicle_are_told_apart(stage: Stage) -> None:
    number = await charging(stage, began=-60, heard=-1, reservation_code="7F3K-2QVM-X9TA")
    found = await shown(stage)
    assert (found["occupant"], found["reservation_code"]) == ("reservation", "7F3K-2QVM-X9TA")
    await change(stage, number, ended_at=NOW, ended_basis="charger")
    async with stage.sessions.begin() as session:
        here = update(Connector).where(Connector.charger_id == "NORTH-1", Connector.number == 1)
        await session.execute(here.values(status="occupied", status_heard_at=NOW))
    found = await shown(stage)
    assert (found["occupant"], found["basis"], found["reservation_code"]) == ("vehicle", "status", None)


async def test_boot_silence_trouble_and_quirks_are_evidence_with_time_and_source(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        charger = update(Charger).where(Charger.id == "NORTH-1")
        away = [(NOW - 50 * MINUTE).isoformat(), (NOW - 40 * MINUTE).isoformat()]
        await session.execute(charger.values(booted_at=NOW - 39 * MINUTE, absences=[away]))
        trouble = {"charger_id": "NORTH-1", "cause": "fault", "detail": "GroundFailure"}
        began = NOW - 20 * MINUTE
        await session.execute(insert(TroubleRow).values(**trouble, began_at=began, noticed_at=began))
        session.add(
            ChargerQuirk(
                charger_id="NORTH-1",
                action="BootNotification",
                path="iccid",
                kind="too_long",
                first_at=NOW - 39 * MINUTE,
                last_at=NOW - 39 * MINUTE,
            )
        )
    found = await shown(stage)
    pieces = {(one["kind"], one["says"], one["source"]): one for one in found["evidence"]}
    assert pieces["boot", "booted", "charger"]["counts"]
    assert ("connection", "not_connected", "backend") in pieces
    assert pieces["trouble", "began", "charger"]["detail"] == "GroundFailure"
    assert pieces["quirk", "too_long", "charger"]["about"] == "BootNotification iccid"
    times = [one["at"] for one in found["evidence"]]
    assert times == sorted(times, reverse=True)


async def test_pages_of_evidence_meet_without_gap_or_repetition(stage: Stage) -> None:
    for began in range(-700, -100, 20):
        await charging(
            stage,
            began=began,
            heard=began + 15,
            ended_at=NOW + (began + 16) * MINUTE,
            ended_basis="charger",
            stop_reason="Local",
        )
    await charging(stage, began=-650, heard=-5)  # open for long beside the others
    whole = (await shown(stage, limit=100))["evidence"]
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 7}
    while True:
        page = await shown(stage, **query)
        assert page["occupant"] == "walk_in"
        found += page["evidence"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found[:100] == whole
    assert sum(one["says"] == "started" for one in found) == 31
    assert sum(one["says"] == "ended" for one in found) == 30


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (PATH.replace("NORTH-1", "GHOST"), 404, "charger_unknown"),
        (PATH.replace("/1/", "/77/"), 404, "connector_unknown"),
        (PATH + "?cursor=x", 400, "cursor_invalid"),
        (PATH.replace("/1/", "/0/"), 422, "invalid_request"),
    ],
)
async def test_what_is_not_there_is_refused(stage: Stage, path: str, status: int, code: str) -> None:
    assert_problem(await stage.http.get(path, headers=stage.operators()), status, code)

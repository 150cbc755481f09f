"""A base report of a 2.x charger is kept, the newer word in place of the older, and no secret of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.queries.charging.device_model import progress_of
from db.tables import DeviceReport, DeviceVariable
from domain.charging.commands import CommandOutcome, CommandReply, GetBaseReport
from domain.charging.device_report import ReportProgress, ReportState
from ocpp_gateway.duties.device_model import note_if_report
from ocpp_gateway.server import Gateway
from ocpp_gateway.storage import device_model
from ocpp_gateway.storage.device_model import MOST_ROWS, DeviceAttribute, keep
from tests.ocpp_gateway.conftest import CHARGER, MakeCharger
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.wire.test_reading import NOW


async def values(engine: AsyncEngine) -> dict[tuple[str, int, str], str | None]:
    async with engine.connect() as connection:
        row = DeviceVariable
        rows = await connection.execute(select(row.component, row.evse, row.variable, row.value))
        return {(found[0], found[1], found[2]): found[3] for found in rows}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_base_report_is_kept(
    version: str, gateway: Gateway, records: Records, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    await make_charger(version=version)
    connection = gateway.connections.get(CHARGER)
    assert connection is not None
    reply = await gateway.connections.send(CHARGER, connection.epoch, GetBaseReport(request_id=9))
    assert reply.outcome is CommandOutcome.ACCEPTED

    async def kept() -> bool:
        return (await values(engine)).get(("TxCtrlr", 0, "StopTxOnInvalidId")) == "true"

    await records.eventually(kept)
    report = await progress(engine, 9)
    assert report.asked_at is not None
    assert report.is_complete


async def test_the_newer_word_counts_and_secrets_are_not_kept(records: Records, engine: AsyncEngine) -> None:
    password = DeviceAttribute(component="SecurityCtrlr", variable="BasicAuthPassword", value="hush")
    for value, at in (("1", NOW), ("2", NOW + timedelta(seconds=1)), ("0", NOW - timedelta(days=1))):
        twice = DeviceAttribute(component="A", variable="B", value=value)
        async with engine.begin() as connection:
            await keep(connection, CHARGER, [twice, twice, password], at)
    found = await values(engine)
    assert found["A", 0, "B"] == "2"
    assert "hush" not in str(found)


async def test_a_report_without_end_is_cut(records: Records, engine: AsyncEngine) -> None:
    many = [DeviceAttribute(component="A", variable=f"V{n}") for n in range(MOST_ROWS)]
    async with engine.begin() as connection:
        await keep(connection, CHARGER, many, NOW)
        await keep(connection, CHARGER, [DeviceAttribute(component="B", variable="late")], NOW)
        await keep(connection, "GHOST", [DeviceAttribute(component="C", variable="nobody's")], NOW)
    assert len(await values(engine)) == device_model.MOST_ROWS


def listed(*names: str, evse: int = 1) -> list[dict[str, Any]]:
    return [
        {
            "component": {"name": "Connector", "evse": {"id": evse, "connectorId": n}},
            "variable": {"name": "ConnectorType"},
            "variableAttribute": [{"value": name}],
        }
        for n, name in enumerate(names, start=1)
    ]


def part(report: int, number: int | None, *, more: bool, data: list[dict[str, Any]]) -> dict[str, Any]:
    told = {
        "requestId": report,
        "generatedAt": NOW.isoformat(),
        "seqNo": number,
        "tbc": more,
        "reportData": data,
    }
    return {name: value for name, value in told.items() if value is not None}


async def progress(engine: AsyncEngine, report: int) -> ReportProgress:
    async with engine.connect() as connection:
        row = (
            await connection.execute(select(DeviceReport).where(DeviceReport.report == report))
        ).one_or_none()
    return ReportProgress() if row is None else progress_of(row)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_plug_is_gone_only_if_all_of_a_report_is_there(
    version: str, gateway: Gateway, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version=version)
    first = [part(1, 0, more=True, data=listed("cCCS2", "sType2")), part(1, 1, more=False, data=[])]
    for one in first:
        await charger.call("NotifyReport", one)
    assert (await progress(engine, 1)).is_complete
    # The part with the second plug is lost; another report's parts lie between, and one comes twice.
    for one in (
        part(2, 0, more=True, data=listed("cCCS2")),
        part(7, 3, more=True, data=listed("cCCS1", evse=2)),
        part(2, 0, more=True, data=listed("cCCS2")),
        part(2, 2, more=False, data=[]),
    ):
        await charger.call("NotifyReport", one)
    incomplete = await progress(engine, 2)
    assert (incomplete.is_complete, incomplete.missing(9)) == (False, (1,))
    assert await plugs(engine) == {(1, 1), (1, 2), (2, 1)}
    await charger.call("NotifyReport", part(2, 1, more=True, data=[]))
    assert (await progress(engine, 2)).is_complete
    assert await plugs(engine) == {(1, 1), (2, 1)}


async def test_a_part_that_is_too_long_makes_no_whole_report(
    gateway: Gateway, engine: AsyncEngine, make_charger: MakeCharger
) -> None:
    charger = await make_charger(version="2.0.1")
    await charger.call("NotifyReport", part(1, 0, more=False, data=listed("cCCS2", "sType2")))
    long = listed("cCCS2") + [
        {
            "component": {"name": f"C{n}"},
            "variable": {"name": "V"},
            "variableAttribute": [{"value": "x" * 100}],
        }
        for n in range(2000)
    ]
    await charger.call("NotifyReport", part(2, 0, more=False, data=long))
    told = await progress(engine, 2)
    assert (told.cut, told.is_complete) == (True, False)
    assert await plugs(engine) == {(1, 1), (1, 2)}
    # So does an entry that cannot be read.
    await charger.call("NotifyReport", part(3, 0, more=False, data=[*listed("cCCS2"), {"component": 7}]))
    assert (await progress(engine, 3)).cut
    assert await plugs(engine) == {(1, 1), (1, 2)}


async def test_a_report_that_was_asked_for_and_never_comes_is_known(
    records: Records, engine: AsyncEngine
) -> None:
    question = GetBaseReport(request_id=9)
    for outcome in (CommandOutcome.REJECTED, CommandOutcome.ACCEPTED):
        await note_if_report(engine, CHARGER, question, CommandReply(outcome=outcome), NOW)
        asked_at = None if outcome is CommandOutcome.REJECTED else NOW
        assert (await progress(engine, 9)).asked_at == asked_at
    assert (await progress(engine, 9)).state(NOW + timedelta(hours=1)) is ReportState.NOTHING


async def test_an_endless_report_crowds_out_what_was_told_before_and_no_more(
    records: Records, engine: AsyncEngine
) -> None:
    many = [DeviceAttribute(component="A", variable=f"V{n}") for n in range(MOST_ROWS)]
    later = NOW + timedelta(days=1)
    async with engine.begin() as connection:
        assert await keep(connection, CHARGER, many, NOW, since=NOW)
        fresh = [DeviceAttribute(component="B", variable="late")]
        assert await keep(connection, CHARGER, fresh, later, report=2, since=later)
        more = [DeviceAttribute(component="C", variable=f"V{n}") for n in range(MOST_ROWS)]
        assert await keep(connection, CHARGER, more, later, report=2, since=later)
        assert not await keep(connection, CHARGER, many, later, report=2, since=later)
    assert {component for component, _, _ in await values(engine)} == {"B", "C"}


async def plugs(engine: AsyncEngine) -> set[tuple[int, int]]:
    async with engine.connect() as connection:
        rows = await connection.execute(
            select(DeviceVariable.evse, DeviceVariable.connector).where(DeviceVariable.connector > 0)
        )
        return {(row[0], row[1]) for row in rows}

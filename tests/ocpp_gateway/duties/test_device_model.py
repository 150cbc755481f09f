"""A base report of a 2.x charger is kept, the newer word in place of the older, and no secret of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import DeviceVariable
from domain.charging.commands import CommandOutcome, GetBaseReport
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

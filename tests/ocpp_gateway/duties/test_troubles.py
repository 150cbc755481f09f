"""Trouble as intervals in the database: what begins them, and which evidence ends them, in every version."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.connectors import connector_of
from db.tables import TroubleRow
from domain.charging.commands import CommandOutcome, CommandReply, UnlockConnector
from ocpp_gateway.duties.unlocks import note_if_unlock
from ocpp_gateway.server import Gateway
from simulator.charge_point import VirtualChargePoint
from tests.ocpp_gateway.conftest import ALICE, MakeCharger
from tests.ocpp_gateway.duties.messages import TOKEN, event, register, start, take
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.wire import official

pytestmark = pytest.mark.usefixtures("records")
VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
Place = int | None


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


async def troubles(records: Records) -> list[tuple[Place, str, str | None]]:
    """(connector number, cause, evidence of the end), in the order of their beginnings; silence left out."""
    numbers = {row_id: number for (_, number), row_id in records.connectors.items()}
    statement = select(TroubleRow.__table__).where(TroubleRow.cause != "silent").order_by(TroubleRow.id)
    async with records.engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    for row in rows:
        assert row.ended_at is None or row.ended_at >= row.began_at
    return [
        (
            None if row.connector_id is None else numbers[row.connector_id],
            row.cause,
            None if row.ended_at is None else row.ended_by,
        )
        for row in rows
    ]


async def can_be_booked(records: Records) -> bool:
    async with AsyncSession(records.engine) as session:
        return (await connector_of(session, records.connectors["NORTH-1", 1])).is_usable


async def vouching(records: Records) -> list[int]:
    """The connectors that have said that they are well since their charger said that it is not."""
    statement = select(TroubleRow.vouched).where(
        TroubleRow.connector_id.is_(None), TroubleRow.ended_at.is_(None), TroubleRow.cause != "silent"
    )
    async with records.engine.connect() as connection:
        return list((await connection.scalars(statement)).one())


async def tell(
    charger: VirtualChargePoint, version: str, number: int, status: str, error: str = "NoError"
) -> None:
    """A status as its version says it; a 2.x station speaks for itself by NotifyEvent."""
    if version == "1.6":
        message: dict[str, Any] = {"connectorId": number, "status": status, "errorCode": error}
        await charger.call("StatusNotification", message)
    elif number:
        message = {"evseId": number, "connectorId": 1, "connectorStatus": status, "timestamp": now()}
        await charger.call("StatusNotification", message)
    else:
        component = {"name": "ChargingStation"}
        await notify(charger, component, "AvailabilityState", status)


async def notify(charger: VirtualChargePoint, component: dict[str, Any], variable: str, value: str) -> None:
    data = {
        "eventId": 1,
        "timestamp": now(),
        "trigger": "Delta",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": component,
        "variable": {"name": variable},
    }
    await charger.call("NotifyEvent", {"generatedAt": now(), "seqNo": 0, "eventData": [data]})


async def begin(charger: VirtualChargePoint, version: str) -> None:
    if version == "1.6":
        await charger.call("StartTransaction", start(ALICE, connectorId=2))
    else:
        await charger.call(
            "TransactionEvent", event("Started", 0, idToken=TOKEN, evse={"id": 2, "connectorId": 1})
        )


@VERSIONS
async def test_a_charger_and_its_connectors_are_each_in_trouble_until_they_say_they_are_not(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    charger = await make_charger(version=version)
    await tell(charger, version, 1, "Faulted")
    await tell(charger, version, 0, "Faulted")
    await tell(charger, version, 0, "Faulted")
    assert await troubles(records) == [(1, "fault", None), (None, "fault", None)]
    await tell(charger, version, 0, "Available")
    assert await troubles(records) == [(1, "fault", None), (None, "fault", "own_word")]
    await tell(charger, version, 1, "Unavailable")
    await tell(charger, version, 1, "Available")
    assert await troubles(records) == [
        (1, "fault", "own_word"),
        (None, "fault", "own_word"),
        (1, "unavailable", "own_word"),
    ]


@VERSIONS
async def test_good_news_of_all_connectors_ends_trouble_of_the_whole_charger(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    """Also of a connector that shows what it showed before."""
    charger = await make_charger(version=version)
    await records.hold("alice")
    await tell(charger, version, 1, "Faulted")
    await tell(charger, version, 0, "Faulted")
    await tell(charger, version, 1, "Available")
    assert (await troubles(records))[-1] == (None, "fault", None)
    assert await vouching(records) == [records.connectors["NORTH-1", 1]]
    assert (await records.charger()).status == "faulted"
    assert not await can_be_booked(records)
    await tell(charger, version, 2, "Available")
    assert (await troubles(records))[-1] == (None, "fault", "all_connectors")
    assert (await records.charger()).status == "unknown"
    assert await can_be_booked(records)
    last = (await records.told())[-1]
    assert (last.kind, last.connector_id, last.detail) == ("trouble_ended", None, "all_connectors")
    await tell(charger, version, 0, "Faulted")
    assert (await troubles(records))[-1] == (None, "fault", None)


@VERSIONS
async def test_bad_news_of_one_connector_keeps_it(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    charger = await make_charger(version=version)
    await tell(charger, version, 0, "Unavailable")
    await tell(charger, version, 1, "Available")
    await tell(charger, version, 1, "Faulted")
    await tell(charger, version, 2, "Available")
    assert (await troubles(records))[0] == (None, "unavailable", None)


@VERSIONS
async def test_a_session_that_runs_ends_trouble_of_the_whole_charger(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    charger = await make_charger(version=version)
    await tell(charger, version, 0, "Faulted")
    await begin(charger, version)
    assert await troubles(records) == [(None, "fault", "session")]
    assert (await records.charger()).status == "unknown"


@VERSIONS
async def test_a_session_that_goes_on_ends_it_too(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    charger = await make_charger(version=version)
    await begin(charger, version)
    await tell(charger, version, 0, "Faulted")
    if version == "1.6":
        await tell(charger, version, 2, "Charging")
    else:
        info = {"transactionId": "tx-1", "chargingState": "Charging"}
        where = {"id": 2, "connectorId": 1}
        await charger.call("TransactionEvent", event("Updated", 1, transactionInfo=info, evse=where))
    assert await troubles(records) == [(None, "fault", "session")]


def counted(version: str, seq_no: int, wh: int) -> tuple[str, dict[str, Any]]:
    """A reading of the running transaction, as its version tells it."""
    if version == "1.6":
        sampled = {"timestamp": now(), "sampledValue": [{"value": str(wh)}]}
        return "MeterValues", {"connectorId": 2, "meterValue": [sampled]}
    told = event("Updated", seq_no, meterValue=register(wh), triggerReason="MeterValuePeriodic")
    return "TransactionEvent", told


@VERSIONS
@pytest.mark.parametrize(("second", "ended"), [(4000, "session"), (3000, None)])
async def test_readings_that_rise_after_it_disprove_it(
    records: Records, make_charger: MakeCharger, version: str, second: int, ended: str | None
) -> None:
    """What lies between the last reading before it and the first after it may have been delivered before it."""
    charger = await make_charger(version=version)
    await records.hold("alice", number=2)
    await begin(charger, version)
    await charger.call(*counted(version, 1, 2000))
    await tell(charger, version, 0, "Faulted")
    await charger.call(*counted(version, 2, 3000))
    assert await troubles(records) == [(None, "fault", None)]
    await charger.call(*counted(version, 3, second))
    assert await troubles(records) == [(None, "fault", ended)]
    assert ("trouble_ended" in await records.kinds()) == (ended is not None)


@VERSIONS
async def test_readings_disprove_it_over_a_new_connection_that_has_heard_nothing_of_it(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice", number=2)
    await begin(charger, version)
    await tell(charger, version, 0, "Faulted")
    epoch = (await records.charger()).epoch
    for n, wh in enumerate((3000, 4000), 1):
        await take(records, official.VERSIONS[version], *counted(version, n, wh), epoch + n)
    assert await troubles(records) == [(None, "fault", "session")]
    assert "trouble_ended" in await records.kinds()


@VERSIONS
async def test_a_boot_and_then_a_good_word_end_trouble_of_the_whole_charger(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    charger = await make_charger(version=version)
    await tell(charger, version, 0, "Faulted")
    station = {"model": "M", "vendorName": "V"}
    boot = (
        {"chargePointVendor": "V", "chargePointModel": "M"}
        if version == "1.6"
        else {"reason": "PowerUp", "chargingStation": station}
    )
    await charger.call("BootNotification", boot)
    assert await troubles(records) == [(None, "fault", None)]
    await tell(charger, version, 0, "Faulted")
    await tell(charger, version, 1, "Available")
    assert await troubles(records) == [(None, "fault", None)]
    await charger.call("BootNotification", boot)
    await tell(charger, version, 1, "Available")
    assert await troubles(records) == [(None, "fault", "booted")]


async def test_a_lock_failure_is_told_without_a_change_of_status(
    records: Records, make_charger: MakeCharger
) -> None:
    charger = await make_charger()
    await records.hold("alice")
    for error in ("NoError", "ConnectorLockFailure", "ConnectorLockFailure", "NoError"):
        await tell(charger, "1.6", 1, "Finishing", error)
    assert await troubles(records) == [(1, "lock_failure", "own_word")]
    told = [(one.status, one.detail) for one in await records.told() if one.kind == "connector_status"]
    assert told == [("finishing", ""), ("finishing", "ConnectorLockFailure"), ("finishing", "")]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("mended", ["by its word", "by the cable"])
async def test_a_lock_failure_of_a_station_comes_by_notify_event(
    records: Records, make_charger: MakeCharger, version: str, mended: str
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    lock = {"name": "ConnectorPlugRetentionLock", "evse": {"id": 1}}
    await tell(charger, version, 1, "Occupied")
    await notify(charger, lock, "Problem", "true")
    await tell(charger, version, 2, "Occupied")
    await tell(charger, version, 1, "Occupied")
    assert await troubles(records) == [(1, "lock_failure", None)]
    assert [one.detail for one in await records.told()][-1] == "ConnectorLockFailure"
    if mended == "by its word":
        await notify(charger, lock, "Problem", "false")
    else:
        await tell(charger, version, 1, "Available")
    assert await troubles(records) == [(1, "lock_failure", "own_word")]
    assert [one.detail for one in await records.told()][-1] == ""


@VERSIONS
async def test_an_unlock_that_fails_and_one_that_succeeds_tell_of_the_lock(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    charger = await make_charger(version=version)
    await records.hold("alice")
    epoch = (await records.charger()).epoch
    await tell(charger, version, 1, "Occupied" if version != "1.6" else "Finishing")
    for answer in ("UnlockFailed", "Unlocked"):
        await note_if_unlock(
            records.engine,
            "NORTH-1",
            epoch,
            UnlockConnector(connector_number=1),
            CommandReply(outcome=CommandOutcome.REJECTED, detail=answer),
            datetime.now(UTC),
        )
    assert await troubles(records) == [(1, "lock_failure", "own_word")]
    assert [one.detail for one in await records.told()][-2:] == ["ConnectorLockFailure", ""]


async def test_silence_is_an_interval_from_the_end_of_a_connection_to_the_next(
    records: Records, make_charger: MakeCharger, gateway: Gateway
) -> None:
    charger = await make_charger()
    await charger.stop()

    async def silences() -> list[Any]:
        statement = select(TroubleRow.__table__).where(TroubleRow.cause == "silent")
        async with records.engine.connect() as connection:
            return list((await connection.execute(statement)).all())

    async def is_silent() -> bool:
        return len(await silences()) == 1

    await records.eventually(is_silent)
    (silent,) = await silences()
    assert (silent.connector_id, silent.ended_at) == (None, None)
    await make_charger()
    (silent,) = await silences()
    assert (silent.ended_by, silent.ended_at > silent.began_at) == ("own_word", True)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_the_end_of_a_transaction_takes_back_no_fault(
    records: Records, make_charger: MakeCharger, version: str
) -> None:
    """Its charging state tells of the cable; that the connector is well again, only its own status says."""
    charger = await make_charger(version=version)
    await charger.call("TransactionEvent", event("Started", 0, idToken=TOKEN))
    fault = {"timestamp": now(), "connectorStatus": "Faulted", "evseId": 1, "connectorId": 1}
    await charger.call("StatusNotification", fault)
    info = {"transactionId": "tx-1", "stoppedReason": "GroundFault", "chargingState": "EVConnected"}
    await charger.call("TransactionEvent", event("Ended", 1, transactionInfo=info))
    assert await records.status() == "faulted"
    assert await troubles(records) == [(1, "fault", None)]

"""Old events go; what somebody still needs stays."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.tables import (
    ChargingSession,
    InboxEvent,
    MeterReading,
    OutboxDelivery,
    Source,
    Target,
    TroubleRow,
    UnplacedTransaction,
)
from ocpp_gateway.storage.retention import EventRetention
from tests.ocpp_gateway.records import Records

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEPT = timedelta(days=90)


async def event(
    engine: AsyncEngine,
    name: str,
    *,
    days: int,
    charger: str = "NORTH-1",
    status: str = "available",
    delivered_days: int | None = -1,
    source: Source = Source.CHARGER,
) -> None:
    """`days` old; `delivered_days` None: not yet delivered, -1: to nobody."""
    at = NOW - timedelta(days=days)
    async with engine.begin() as connection:
        row = insert(InboxEvent).values(
            source=source, event_id=name, subject=charger, kind="connector_status", at=at, received_at=at,
            payload={"status": status},
        )  # fmt: skip
        row_id = (await connection.execute(row.returning(InboxEvent.id))).scalar_one()
        if delivered_days != -1:
            then = None if delivered_days is None else NOW - timedelta(days=delivered_days)
            await connection.execute(
                insert(OutboxDelivery).values(
                    inbox_id=row_id, target=Target.RESERVATION_CHARGER, key="R", delivered_at=then
                )
            )


async def left(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        rows = await connection.scalars(select(InboxEvent.event_id).order_by(InboxEvent.id))
        return list(rows)


def retention(engine: AsyncEngine) -> EventRetention:
    return EventRetention(engine, kept=KEPT, pause_s=0, clock=lambda: NOW)


async def test_old_events_go_with_their_deliveries(engine: AsyncEngine, records: Records) -> None:
    await event(engine, "old", days=91)
    await event(engine, "old, heard", days=100, delivered_days=99)
    await event(engine, "young", days=89)
    assert await retention(engine).purge() == 2
    assert await left(engine) == ["young"]
    async with engine.connect() as connection:
        assert (await connection.execute(select(OutboxDelivery.id))).all() == []


async def test_what_no_workflow_has_heard_stays(engine: AsyncEngine, records: Records) -> None:
    await event(engine, "unheard", days=400, delivered_days=None)
    await event(engine, "heard lately", days=400, delivered_days=2)
    assert await retention(engine).purge() == 0
    assert await left(engine) == ["unheard", "heard lately"]


async def test_faults_stay_longer(engine: AsyncEngine, records: Records) -> None:
    await event(engine, "ancient", days=361, status="faulted")
    await event(engine, "fault", days=359, status="faulted")
    await event(engine, "unavailable", days=91, status="unavailable")
    await retention(engine).purge()
    assert await left(engine) == ["fault", "unavailable"]


async def test_a_charger_with_an_open_session_keeps_all_that_it_may_send_again(
    engine: AsyncEngine, records: Records
) -> None:
    await event(engine, "of the session", days=120)
    await event(engine, "elsewhere", days=120, charger="NORTH-2")
    async with engine.begin() as connection:
        await connection.execute(
            insert(ChargingSession).values(
                charger_id="NORTH-1", connector_id=records.connectors["NORTH-1", 1], transaction_id="t",
                id_tag="X", authorised=True, started_at=NOW - timedelta(days=120), meter_start_wh=0,
                meter_last_wh=0, meter_at=NOW - timedelta(days=120),
            )
        )  # fmt: skip
    await retention(engine).purge()
    assert await left(engine) == ["of the session"]


@pytest.mark.parametrize(("ended_days", "left"), [(91, 0), (89, 1), (None, 1)])
async def test_readings_of_sessions_long_over_go(
    engine: AsyncEngine, records: Records, ended_days: int | None, left: int
) -> None:
    long_ago = NOW - timedelta(days=120)
    async with engine.begin() as connection:
        session = insert(ChargingSession).values(
            charger_id="NORTH-1", connector_id=records.connectors["NORTH-1", 1], transaction_id="t",
            id_tag="X", authorised=True, started_at=long_ago, meter_start_wh=0, meter_last_wh=0, meter_at=long_ago,
            ended_at=None if ended_days is None else NOW - timedelta(days=ended_days),
        )  # fmt: skip
        number = (await connection.execute(session.returning(ChargingSession.id))).scalar_one()
        reading = {"session_id": number, "at": long_ago, "wh": 0, "context": "begin", "told": "start"}
        await connection.execute(insert(MeterReading).values(received_at=long_ago, **reading))
    await retention(engine).purge()
    async with engine.connect() as connection:
        assert len((await connection.execute(select(MeterReading.id))).all()) == left


async def test_thousands_go_page_by_page_past_those_that_stay(engine: AsyncEngine, records: Records) -> None:
    at = NOW - timedelta(days=100)
    rows = [
        {"source": Source.CHARGER, "event_id": str(n), "subject": "NORTH-1", "kind": "charger_booted", "at": at,
         "received_at": at, "payload": {}}
        for n in range(2500)
    ]  # fmt: skip
    for number in range(3):
        await event(engine, f"fault {number}", days=100, status="faulted")
    async with engine.begin() as connection:
        await connection.execute(insert(InboxEvent), rows)
    await event(engine, "young", days=1)
    assert await retention(engine).purge() == 2500
    assert await left(engine) == ["fault 0", "fault 1", "fault 2", "young"]


async def test_less_than_a_week_is_refused(engine: AsyncEngine, records: Records) -> None:
    with pytest.raises(ValueError, match="at least 7 days"):
        EventRetention(engine, kept=timedelta(days=6))


async def test_trouble_that_is_long_over_is_forgotten_and_what_stands_is_not(
    records: Records, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        for cause, ended in (("fault", 400), ("unavailable", 10), ("lock_failure", None)):
            await connection.execute(
                insert(TroubleRow).values(
                    charger_id="NORTH-1",
                    cause=cause,
                    began_at=NOW - timedelta(days=500),
                    noticed_at=NOW - timedelta(days=500),
                    ended_at=None if ended is None else NOW - timedelta(days=ended),
                )
            )
    await retention(engine).purge()
    async with engine.connect() as connection:
        left = list(await connection.scalars(select(TroubleRow.cause).order_by(TroubleRow.id)))
    assert left == ["unavailable", "lock_failure"]


async def test_an_end_that_nobody_placed_is_forgotten_after_long(
    records: Records, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        for days in (400, 300):
            at = NOW - timedelta(days=days)
            row = {"event_id": f"e-{days}", "charger_id": "NORTH-1", "ended_at": at, "heard_at": at}
            await connection.execute(insert(UnplacedTransaction).values(**row))
    await retention(engine).purge()
    async with engine.connect() as connection:
        assert list(await connection.scalars(select(UnplacedTransaction.event_id))) == ["e-300"]


async def test_what_was_told_of_walk_ins_goes_once_it_was_received_long_ago(
    engine: AsyncEngine, records: Records
) -> None:
    for name, delivered in (("old", 91), ("young", 89), ("waiting", None)):
        await event(engine, name, days=200, delivered_days=delivered, source=Source.WALK_IN)
    await retention(engine).purge()
    assert await left(engine) == ["young", "waiting"]

"""A charger that stood offline for days tells of them when it is connected for the first time, and is believed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from db.tables import MeterReading
from domain.charging.clocks import InstantBasis
from simulator.charge_point.messages import Message
from simulator.charge_point.past import PastVisit, live_through, named_by_past
from simulator.charge_point.times import SetTime
from tests.ocpp_gateway.conftest import ALICE, BOB, CHARGER, MakeCharger
from tests.ocpp_gateway.records import Records

STRANGER = "5712A46E"


async def test_past_days_are_kept_with_their_times_drivers_and_energy(
    make_charger: MakeCharger, records: Records
) -> None:
    now, clock = datetime.now(UTC), SetTime()
    charger = await make_charger(version="2.0.1", start=False, time=clock)
    visits = [
        PastVisit(connector=1, card=card, start=now - ago, lasts=timedelta(minutes=40), power_w=20_000)
        for card, ago in ((BOB, timedelta(days=1)), (ALICE, timedelta(days=3)), (STRANGER, timedelta(days=2)))
    ]
    await live_through(charger, clock, visits)
    assert clock.at is None, "and then it is now"
    await charger.start()

    async def are_told() -> bool:
        return [row.ended_at is not None for row in await records.sessions()] == [True] * len(visits)

    await records.eventually(are_told)
    rows = sorted(await records.sessions(), key=lambda row: row.started_at)
    told = [(row.driver_id, row.authorised) for row in rows]
    assert told == [("alice", True), (None, False), ("bob", True)], "a stranger is nobody's, then as now"
    for row, visit in zip(rows, sorted(visits, key=lambda one: one.start), strict=True):
        assert abs(row.started_at - visit.start) < timedelta(seconds=1)
        assert abs(row.ended_at - visit.start - visit.lasts) < timedelta(seconds=1)
        assert (row.started_basis, row.ended_basis) == (InstantBasis.CHARGER, InstantBasis.CHARGER)
        assert 9_000 < row.meter_last_wh - row.meter_start_wh < 13_334, "what a car takes that fills up"


@pytest.mark.parametrize("breaks_off_after", [1, 4, 14])
async def test_a_past_that_broke_off_is_told_again_and_nothing_of_it_twice(
    make_charger: MakeCharger, records: Records, breaks_off_after: int
) -> None:
    now = datetime.now(UTC)
    visits = [
        PastVisit(connector=1, card=card, start=now - ago, lasts=timedelta(minutes=40), power_w=20_000)
        for card, ago in ((ALICE, timedelta(days=3)), (BOB, timedelta(days=1)))
    ]
    answered, enough = 0, asyncio.Event()

    def count(message: Message) -> None:
        nonlocal answered
        answered += (message.action, message.direction, message.kind) == ("TransactionEvent", "in", "result")
        if answered >= breaks_off_after:
            enough.set()

    clock = SetTime()
    first = await make_charger(
        version="2.0.1",
        start=False,
        time=clock,
        on_message=count,
        transaction_id=named_by_past(CHARGER, clock),
    )
    await live_through(first, clock, visits)
    await first.start()
    await enough.wait()
    await first.stop()
    for _ in range(2):
        clock = SetTime()
        again = await make_charger(
            version="2.0.1", start=False, time=clock, transaction_id=named_by_past(CHARGER, clock)
        )
        await live_through(again, clock, visits)
        await again.start()
        await again.told()
        await again.stop()

    async def are_told() -> bool:
        return [row.ended_basis for row in await records.sessions()] == [InstantBasis.CHARGER] * len(visits)

    await records.eventually(are_told)
    rows = sorted(await records.sessions(), key=lambda row: row.started_at)
    assert [row.driver_id for row in rows] == ["alice", "bob"]
    for row, visit in zip(rows, visits, strict=True):
        assert abs(row.started_at - visit.start) < timedelta(seconds=1)
        assert abs(row.ended_at - visit.start - visit.lasts) < timedelta(seconds=1)
        assert 9_000 < row.meter_last_wh - row.meter_start_wh < 13_334
    async with records.engine.connect() as connection:
        of = MeterReading.session_id, MeterReading.at
        told = await connection.execute(select(*of, func.count(MeterReading.wh.distinct())).group_by(*of))
        assert {count for _, _, count in told} == {1}, "the register shows the same again"

"""A charger that stood offline for days tells of them when it is connected for the first time, and is believed."""

from datetime import UTC, datetime, timedelta

from domain.charging.clocks import InstantBasis
from simulator.charge_point.past import PastVisit, live_through
from simulator.charge_point.times import SetTime
from tests.ocpp_gateway.conftest import ALICE, BOB, MakeCharger
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

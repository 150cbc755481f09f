"""Who hears of an edge: what is loaded of holds decides like all of them."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import insert, update

from db.queries.charging.concerned import Edge, concerned
from db.tables import ChargingSession, Hold, WaitingEntry
from domain.charging.concerned import WatchingHold, is_concerned
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.records import Records

HOUR = timedelta(hours=1)


async def test_the_holds_that_are_read_decide_like_all_of_them(records: Records) -> None:
    now = datetime.now(UTC)
    holds: dict[str, WatchingHold] = {}
    for n, (locked, watch, released) in enumerate(product((False, True), (-2, -1, 1, 3), (False, True))):
        # One after the other on connector 1: the constraint lets no two overlap.
        starts_in = (2 * n - 15) * HOUR
        hold_id = await records.hold("alice", code=f"R{n}", starts_in=starts_in, lasts=HOUR, locked=locked)
        watch_from = now + watch * HOUR
        values = {"watch_from": watch_from, "released_at": now if released else None}
        async with records.engine.begin() as connection:
            await connection.execute(update(Hold).where(Hold.id == hold_id).values(values))
        if not released:
            until = now + starts_in + HOUR + timedelta(minutes=5)
            holds[f"R{n}"] = WatchingHold(locked=locked, watch_from=watch_from, until=until)
    edges = [
        Edge(charger_id=charger, connector_id=connector, locked_only=locked_only)
        for charger, connector in (
            (CHARGER, records.connectors[CHARGER, 1]),
            (CHARGER, None),
            (CHARGER, records.connectors[CHARGER, 2]),
            ("NORTH-2", None),
        )
        for locked_only in (False, True)
    ]
    async with records.engine.connect() as connection:
        found = await concerned(connection, edges, now)
        assert await concerned(connection, [], now) == []
    expected = {
        locked_only: sorted(
            code for code, hold in holds.items() if is_concerned(hold, locked_only=locked_only, now=now)
        )
        for locked_only in (False, True)
    }
    assert all(expected.values())
    assert found == [expected[False], expected[True]] * 2 + [[]] * 4


async def test_the_reservation_of_an_open_session_hears_of_everything(records: Records) -> None:
    now = datetime.now(UTC)
    async with records.engine.begin() as connection:
        await connection.execute(
            insert(ChargingSession).values(
                charger_id=CHARGER,
                connector_id=records.connectors[CHARGER, 1],
                transaction_id="tx",
                id_tag="CARD",
                reservation_code="RUNS",
                authorised=True,
                started_at=now,
                meter_start_wh=0,
                meter_last_wh=0,
                meter_at=now,
            )
        )
        edges = [Edge(charger_id=CHARGER, locked_only=locked_only) for locked_only in (False, True)]
        assert await concerned(connection, edges, now) == [["RUNS"], ["RUNS"]]


@pytest.mark.parametrize(("state", "hears"), [("offered", False), ("accepted", True), ("booked", True)])
async def test_what_is_only_offered_to_who_waits_hears_nothing(
    records: Records, *, state: str, hears: bool
) -> None:
    """There is no reservation yet, and perhaps none comes: it would be waited for."""
    now = datetime.now(UTC)
    await records.hold("alice", code="OFFER", locked=False)
    async with records.engine.begin() as connection:
        await connection.execute(
            insert(WaitingEntry).values(
                id="entry",
                account="alice",
                driver_id="alice",
                site_id="north",
                window_start=now,
                window_end=now + HOUR,
                length_seconds=3600,
                joined_at=now,
                until=now + HOUR,
                asked_from=now,
                state=state,
                offer_code="OFFER",
                offer_start=now,
                offer_end=now + HOUR,
                offer_until=now + HOUR,
            )
        )
        found = await concerned(connection, [Edge(charger_id=CHARGER)], now)
    assert found == [["OFFER"] if hears else []]

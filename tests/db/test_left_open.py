"""Which reservations have something open: every one once, and a page costs the same however many there are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from db.engine import Sessions, create_engine, create_sessions
from db.queries.left_open import OPEN_CODES, open_codes

MANY = 3000
DECIDED = MANY - 100
"""From there on a bill was decided, and not posted."""
SUPERSEDED = MANY - 50
"""Up to there another was posted, later."""


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    """Two open holds each of MANY reservations, and payments: of every second of them, and of as many others.

    Every third number, of as many again, has a settlement.
    """
    engine = create_engine(database_url, pool_size=2)
    sessions = create_sessions(engine)
    async with sessions.begin() as session:
        await session.execute(
            text("SET LOCAL session_replication_role = replica")
        )  # without sites and drivers
        await session.execute(
            text(
                "INSERT INTO holds (reservation_code, step, connector_id, berth_id, pool_id, driver_id, during, "
                "slot_start, slot_end, opens_at, watch_from, placed_at) "
                "SELECT lpad(i::text, 6, '0'), 'step-' || s, 2 * i + s, 2 * i + s, 'p', 'd', "
                "tstzrange(now(), 'infinity'), now(), now(), now(), now(), now() - interval '1 day' "
                f"FROM generate_series(1, {MANY}) i, generate_series(0, 1) s"
            )
        )
        await session.execute(
            text(
                "INSERT INTO payments (reservation_code, step, currency, amount_minor, status, updated_at) "
                "SELECT lpad((2 * i)::text, 6, '0'), 'deposit', 'EUR', 1000, 'requires_capture', "
                f"now() - interval '1 day' FROM generate_series(1, {MANY}) i"
            )
        )
        await session.execute(
            text(
                "INSERT INTO settlements (reservation_code, step, outcome, currency, charge_minor, credit_minor, "
                "energy_wh, somebody_waits, occupancy_percent, priced_at, ask, posted_at, captured_minor, "
                "released_minor, refunded_minor) "
                "SELECT lpad((3 * i)::text, 6, '0'), step, 'COMPLETED', 'EUR', 0, 0, 0, false, 0, "
                "now() - interval '1 day', '{\"code\": 1}', posted, n, n, n "
                f"FROM generate_series(1, {MANY}) i, (VALUES ('settle', NULL::timestamptz, NULL::int), "
                "('settle-2', now(), 0)) kinds(step, posted, n) "
                f"WHERE step = 'settle' AND i >= {DECIDED} OR step = 'settle-2' AND i < {SUPERSEDED} "
                "ORDER BY i, step"
            )
        )
    yield sessions
    await engine.dispose()


async def test_every_code_comes_once_and_in_order(sessions: Sessions) -> None:
    found: list[str] = []
    async with sessions() as session:
        while page := await open_codes(
            session, before=datetime.now(UTC), after=found[-1] if found else "", page=100
        ):
            assert len(page) <= 100
            found += page
    wanted = {f"{i:06}" for i in range(1, MANY + 1)} | {f"{2 * i:06}" for i in range(1, MANY + 1)}
    wanted |= {f"{3 * i:06}" for i in range(SUPERSEDED, MANY + 1)}
    assert found == sorted(wanted)


async def test_a_page_is_read_from_the_indexes_of_what_is_open(sessions: Sessions) -> None:
    async with sessions() as session:
        await session.execute(text("ANALYZE holds, payments, settlements"))
        values = {"before": datetime.now(UTC), "after": "000500", "page": 100}
        plan = await session.scalars(text(f"EXPLAIN {OPEN_CODES.text}"), values)
        told = "\n".join(plan)
    assert "ix_holds_open_by_code" in told
    assert "ix_payments_open_by_code" in told
    assert "ix_settlements_unposted" in told
    assert "Seq Scan" not in told

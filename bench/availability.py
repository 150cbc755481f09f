"""How long "what is free at this site on this day" takes as the table of holds grows."""

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.figures import median_ratio, milliseconds, quantile
from bench.ground import Ground, Say
from bench.place import free_site
from bench.sizes import Sizes
from bench.statements import OUTSIDE, StatementWatch
from db.engine import Sessions, create_engine, create_sessions
from db.queries.place.availability import availability
from db.queries.place.holds import open_holds
from domain.place.slots import Slot

_DAY = timedelta(days=1)
_ROUNDS = 5
# Every connector gets the same number, two hours apart, in an order of its own (127 is prime).
_FILL = text("""
INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start, slot_end,
                   opens_at, watch_from, placed_at)
SELECT 'bench-' || n, 'book', c.id, c.pool_id, 'bench-driver', tstzrange(at, at + interval '65 minutes'), at,
       at + interval '60 minutes', at - interval '10 minutes', at - interval '2 hours', :now
FROM generate_series(0, :holds - 1) n
JOIN (SELECT id, pool_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS all_of_them
      FROM connectors) c ON c.place = n % c.all_of_them
CROSS JOIN LATERAL (
    SELECT CAST(:first AS timestamptz) + ((n / c.all_of_them) * 37 + c.place * 11) % 127 * interval '2 hours' AS at
) w
""")
_DRIVER = text("INSERT INTO drivers (id, created_at, blocked) VALUES ('bench-driver', :now, false)")


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Holds in the table → figures; each level in a database of its own, asked in turn."""
    now = datetime.now(UTC)
    engines: dict[int, AsyncEngine] = {}
    try:
        for holds in sizes.holds:
            say(f"availability: filling a database with {holds:,} holds")
            engines[holds] = create_engine(await ground.another_database(f"holds_{holds}"), pool_size=1)
            await _fill(engines[holds], holds, now)
        say(f"availability: asking each {sizes.queries} times")
        return await _compare(engines, sizes.queries, now)
    finally:
        for engine in engines.values():
            await engine.dispose()


async def _fill(engine: AsyncEngine, holds: int, now: datetime) -> None:
    async with engine.begin() as connection:
        await connection.execute(_DRIVER, {"now": now})
        await connection.execute(_FILL, {"holds": holds, "now": now, "first": _day_of(now).start - 2 * _DAY})
        await connection.execute(text("ANALYZE"))


async def _compare(engines: dict[int, AsyncEngine], queries: int, now: datetime) -> dict[str, Any]:
    sessions = {holds: create_sessions(engine) for holds, engine in engines.items()}
    p50: dict[int, list[float]] = {holds: [] for holds in engines}
    for asked in sessions.values():
        await _ask(asked, now)
    for _ in range(_ROUNDS):
        for holds, asked in sessions.items():
            taken = [await _ask(asked, now) for _ in range(max(1, queries // _ROUNDS))]
            p50[holds].append(quantile(taken, 0.5))
    first = next(iter(engines))
    return {
        str(holds): {
            "p50_ms": milliseconds(median(p50[holds])),
            "ratio": round(median_ratio(p50[holds], p50[first]), 2),
            "holds_in_the_day": await _in_sight(sessions[holds], now),
            "statements": await _statements(engines[holds], now),
        }
        for holds in engines
    }


def _day_of(now: datetime) -> Slot:
    """The day that is asked for: all of it can be booked, and holds lie before, in and after it."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0) + 3 * _DAY
    return Slot(start, start + _DAY)


async def _ask(sessions: Sessions, now: datetime) -> float:
    began = time.perf_counter()
    day = _day_of(now)
    async with sessions() as session:
        found = await availability(session, site_id=free_site(0), start=day.start, end=day.end, now=now)
    assert found.pools[0].windows
    return time.perf_counter() - began


async def _in_sight(sessions: Sessions, now: datetime) -> int:
    async with sessions() as session:
        return len(await open_holds(session, [f"{free_site(0)}-fast"], _day_of(now)))


async def _statements(engine: AsyncEngine, now: datetime) -> int:
    watch = StatementWatch(engine)
    await _ask(create_sessions(engine), now)
    return watch.by_activity[OUTSIDE].statements

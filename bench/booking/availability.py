"""How long a fortnight of a big site takes, as the table of holds grows with what others booked and with the past."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.booking.place import (
    BIG_SITE,
    CHARGERS_EACH,
    CONNECTORS_EACH,
    FORTNIGHT,
    OTHERS,
    POOLS,
    seed_for_size,
)
from bench.booking.prices import VARYING
from bench.booking.rich import RICH_SITE, SEDAN, make_rich, rich_site
from bench.booking.sizes import Sizes
from bench.figures import median_ratio, milliseconds, quantile
from bench.ground import Say
from bench.statements import OUTSIDE, StatementWatch
from db.documents import price_rules_to_document
from db.engine import Sessions, create_engine, create_sessions
from db.queries.place.availability import SiteAvailability, availability
from db.seed import seed
from db.tables import PriceRulesVersion
from domain.place.fit import NO_NEEDS, Needs
from domain.place.slots import next_grid_start
from runtime.embedded.postgres import EmbeddedPostgres

_TEMPLATE = "big"
_DRIVER = "bench-driver"
_PRICED = timedelta(seconds=1)
"""So much later prices vary at the site: the same question, with and without."""
# Every third of a day each berth of the two sites has one hold of one to three hours, at an hour of its own (the
# multipliers only mix): the same at each level. From the day before, so that some are under way and some are over.
# Where bays differ, two of three were booked by who fits on some of them only: by plug, by size, or by who they are.
_HERE = text("""
INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start, slot_end,
                   opens_at, watch_from, placed_at, plug, needs, among)
SELECT 'here-' || c.id || '-' || n, 'book', c.id, c.pool_id, :driver, tstzrange(at, at + lasts + interval '5 minutes'),
       at, at + lasts, at - interval '10 minutes', at - interval '2 hours', :now,
       CASE WHEN c.plug_types_declared AND n % 3 = 0 THEN 'CHADEMO' END,
       CASE WHEN b.id IS NOT NULL AND (c.id + n) % 3 = 1
            THEN jsonb_build_object('length_cm', b.length_cm, 'accessible', b.accessible) END,
       CASE WHEN b.id IS NOT NULL AND (c.id + n) % 3 = 2 THEN ARRAY(SELECT o.id FROM connectors o
           WHERE o.pool_id = c.pool_id AND (o.id = c.id OR (o.id + n) % 4 > 0)) END
FROM connectors c JOIN chargers h ON h.id = c.charger_id AND h.site_id = ANY(:sites) LEFT JOIN bays b ON b.id = c.bay_id
CROSS JOIN generate_series(0, 44) n
CROSS JOIN LATERAL (
    SELECT CAST(:first AS timestamptz) + n * interval '8 hours' + (c.id * 7 + n * 5) % 5 * interval '1 hour' AS at,
           (1 + (c.id * 3 + n * 11) % 3) * interval '1 hour' AS lasts
) w
WHERE c.id = (SELECT min(o.id) FROM connectors o WHERE o.berth_id = c.berth_id)
""")
# Half of what else there is are open holds of other sites, in the same weeks; half is over and given back.
_ELSEWHERE = text("""
INSERT INTO holds (reservation_code, step, connector_id, berth_id, pool_id, driver_id, during, slot_start, slot_end,
                   opens_at, watch_from, placed_at, released_at, release_reason)
SELECT 'there-' || c.id || '-' || n, 'book', c.id, c.berth_id, c.pool_id, :driver,
       tstzrange(at, at + interval '65 minutes'), at, at + interval '60 minutes', at - interval '10 minutes',
       at - interval '2 hours', :now, CASE WHEN n < 0 THEN at + interval '1 hour' END,
       CASE WHEN n < 0 THEN 'completed' END
FROM connectors c JOIN chargers h ON h.id = c.charger_id AND h.site_id <> ALL(:sites)
CROSS JOIN generate_series(-:each, :each - 1) n
CROSS JOIN LATERAL (SELECT CAST(:first AS timestamptz) + n * interval '90 minutes' AS at) w
""")
_WITHOUT_TRIGGERS = text("SET LOCAL session_replication_role = replica")
"""A million rows in a minute; what the triggers would write is written."""
_MAKE_DRIVER = text("INSERT INTO drivers (id, created_at, blocked) VALUES (:driver, :now, false)")
_CONNECTED = text("UPDATE chargers SET gateway_instance = 'elsewhere', epoch = 1, last_seen_at = :now")
# One in each pool is broken, which matters as far as the fault watch of the policy looks.
_BROKEN = text("""
UPDATE connectors SET status = 'faulted' WHERE id IN (SELECT min(id) FROM connectors GROUP BY pool_id)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """`later`: so much after the table was filled."""

    site: str
    later: timedelta = timedelta(0)
    needs: Needs = NO_NEEDS
    driver: str | None = None
    ahead: timedelta = FORTNIGHT


ALIKE, VARYING_PRICES, DIFFERING, PARTICULAR = "alike", "priced", "rich", "particular"
_QUESTIONS = {
    ALIKE: _Question(site=BIG_SITE),
    VARYING_PRICES: _Question(site=BIG_SITE, later=_PRICED),
    DIFFERING: _Question(site=RICH_SITE),
    PARTICULAR: _Question(site=RICH_SITE, needs=SEDAN, driver=_DRIVER),
}
"""Where bays are alike, without and with prices that vary; where they differ, by anybody and by one who is told what
fits their car and they may use."""
Taken = list[tuple[float, float]]
"""What each question took, as `_timed` has it."""


async def measure(postgres: EmbeddedPostgres, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Holds in the table → figures; each level in a database of its own, asked in turn."""
    now = datetime.now(UTC)
    engines: dict[int, AsyncEngine] = {}
    try:
        for holds in sizes.holds:
            say(f"availability: filling a database with {holds:,} holds")
            url = await postgres.create_database(f"fortnight_{holds}", template=_TEMPLATE)
            engines[holds] = create_engine(url, pool_size=1, statement_timeout=timedelta(minutes=5))
            await _fill(engines[holds], holds, now)
        say(f"availability: asking each {sizes.queries} times for a fortnight")
        return await _compare(engines, sizes, now)
    finally:
        for engine in engines.values():
            await engine.dispose()


async def planted(postgres: EmbeddedPostgres, upgrade: Any) -> None:
    """The database that each level begins with."""
    url = await postgres.create_database(_TEMPLATE)
    await upgrade(url)
    engine = create_engine(url, pool_size=1)
    try:
        async with create_sessions(engine).begin() as session:
            now = datetime.now(UTC)
            there = seed_for_size()
            await seed(session, replace(there, sites=(*there.sites, rich_site())), now=now)
            await session.execute(_MAKE_DRIVER, {"driver": _DRIVER, "now": now})
            await make_rich(session, now)
            await session.execute(_CONNECTED, {"now": now})
            await session.execute(_BROKEN)
    finally:
        await engine.dispose()


async def _fill(engine: AsyncEngine, holds: int, now: datetime) -> None:
    first = next_grid_start(now, timedelta(hours=1)) - timedelta(days=1)
    about = {"driver": _DRIVER, "now": now, "sites": [BIG_SITE, RICH_SITE], "first": first}
    async with create_sessions(engine).begin() as session:
        document = price_rules_to_document(VARYING)
        session.add(
            PriceRulesVersion(site_id=BIG_SITE, version=1, valid_from=now + _PRICED, document=document)
        )
    async with engine.begin() as connection:
        here = (await connection.execute(_HERE, about)).rowcount
        await connection.execute(_WITHOUT_TRIGGERS)
        each = max(0, holds - here) // (2 * OTHERS * POOLS * CHARGERS_EACH * CONNECTORS_EACH)
        await connection.execute(_ELSEWHERE, about | {"each": each})
    async with engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("VACUUM ANALYZE"))


async def _compare(engines: dict[int, AsyncEngine], sizes: Sizes, now: datetime) -> dict[str, Any]:
    """Level → question → figures."""
    sessions = {holds: create_sessions(engine) for holds, engine in engines.items()}
    questions = {name: replace(each, ahead=timedelta(days=sizes.ahead)) for name, each in _QUESTIONS.items()}
    taken: dict[tuple[int, str], list[Taken]] = {
        (holds, name): [] for holds in engines for name in _QUESTIONS
    }
    for asked in sessions.values():
        for question in questions.values():
            await _timed(asked, question, now)
    for _ in range(sizes.rounds):
        for holds, asked in sessions.items():
            for name, question in questions.items():
                times = max(1, sizes.queries // sizes.rounds)
                taken[holds, name].append([await _timed(asked, question, now) for _ in range(times)])
    smallest = next(iter(engines))
    return {
        str(holds): {
            name: {
                **_figures(taken[holds, name], taken[smallest, name], taken[holds, ALIKE]),
                **await _answered(engines[holds], question, now),
            }
            for name, question in questions.items()
        }
        for holds in engines
    }


def _figures(rounds: list[Taken], smallest: list[Taken], alike: list[Taken]) -> dict[str, float]:
    """`ratio`: to the same in the smallest table. `to_alike`: to bays that are alike, in the same table."""
    every = [one for each in rounds for one in each]
    return {
        "p50_ms": milliseconds(median(_medians(rounds))),
        "p99_ms": milliseconds(quantile([took for took, _ in every], 0.99)),
        "cpu_ms": milliseconds(median(cpu for _, cpu in every)),
        "ratio": round(median_ratio(_medians(rounds), _medians(smallest)), 2),
        "to_alike": round(median_ratio(_medians(rounds), _medians(alike)), 2),
    }


def _medians(rounds: list[Taken]) -> list[float]:
    return [quantile([took for took, _ in each], 0.5) for each in rounds]


async def _ask(sessions: Sessions, asked: _Question, now: datetime) -> SiteAvailability:
    at = now + asked.later
    async with sessions() as session:
        return await availability(
            session, site_id=asked.site, start=at, end=at + asked.ahead, now=at, needs=asked.needs,
            driver_id=asked.driver,
        )  # fmt: skip


async def _timed(sessions: Sessions, asked: _Question, now: datetime) -> tuple[float, float]:
    """Seconds until the answer, and of this process's CPU."""
    began, cpu = time.perf_counter(), time.process_time()
    await _ask(sessions, asked, now)
    return time.perf_counter() - began, time.process_time() - cpu


async def _answered(engine: AsyncEngine, asked: _Question, now: datetime) -> dict[str, Any]:
    watch = StatementWatch(engine)
    found = await _ask(create_sessions(engine), asked, now)
    return {
        "statements": watch.by_activity[OUTSIDE].statements,
        "windows": sum(len(pool.windows) for pool in found.pools),
        "free": sum(window.free for pool in found.pools for window in pool.windows),
    }

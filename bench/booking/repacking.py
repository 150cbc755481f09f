"""What it costs that others make way: bookings in a pool of fifty, for which nobody moves, or so many others do.

Each is placed as the worker does it, up to the commit, and taken back.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import text

from activities.holds.placing import place
from bench.booking.place import seed_for_size
from bench.booking.sizes import Sizes
from bench.figures import milliseconds, quantile
from contracts.holds import PlaceHold
from db.engine import Sessions, create_engine, create_sessions
from db.seed import BaySeed, ChargerSeed, ConnectorSeed, PoolSeed, SiteSeed, seed
from domain.place.fit import NO_NEEDS, Needs
from domain.place.slots import Slot, next_grid_start
from runtime.embedded.postgres import EmbeddedPostgres

EVSES = 50
_SITE, _RICH, _EACH = "crowded", "crowded-rich", 5
_HOUR = timedelta(hours=1)
_TRAILER = Needs(trailer=True)
_DRIVER = text("INSERT INTO drivers (id, created_at, blocked) VALUES ('bench-driver', :now, false)")
_CONNECTED = text("UPDATE chargers SET gateway_instance = 'elsewhere', epoch = 1, last_seen_at = :now")
_ALL = text("SELECT id FROM connectors WHERE pool_id = :pool ORDER BY id")
# Ids of the same length: packing goes by them.
_HELD = text("""
INSERT INTO holds (id, reservation_code, step, connector_id, pool_id, driver_id, during, slot_start, slot_end, opens_at,
                   watch_from, placed_at, among)
VALUES (:id, 'held-' || :id, 'book', :connector, :pool, 'bench-driver',
        tstzrange(:start, CAST(:end AS timestamptz) + interval '5 minutes'), :start, :end, :start, :start, :now, :among)
""")
# What this transaction has written of those.
_MOVED = text(
    "SELECT count(*) FROM holds WHERE id BETWEEN 100000 AND 199999 AND xmin = pg_current_xact_id()::xid"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """On a day of its own, two rows of guests, before and after noon, and one who wants both. `turned`: so many of each
    row sit one place further than packing has them.
    """

    name: str
    day: int
    site: str = _SITE
    moves: int
    turned: tuple[int, int] = (0, 0)


MOST_MOVE, MOST_MOVE_RICH = "50 move", "bays differ, 1 moves"
_CASES = (
    _Case(name="nobody moves", day=2, moves=0),
    _Case(name="1 moves", day=3, moves=1),
    _Case(name="10 move", day=4, moves=10, turned=(9, 0)),
    _Case(name=MOST_MOVE, day=5, moves=50, turned=(47, 2)),
    _Case(name="bays differ, nobody moves", day=6, moves=0, site=_RICH),
    _Case(name=MOST_MOVE_RICH, day=7, moves=1, site=_RICH),
)


class _TakenBack(Exception):
    """So that the next finds the same."""


async def measure(postgres: EmbeddedPostgres, upgrade: Any, sizes: Sizes) -> dict[str, Any]:
    """Name → figures; `more_ms`: beside the booking of that site for which nobody moves."""
    url = await postgres.create_database("crowded")
    await upgrade(url)
    engine = create_engine(url, pool_size=1)
    try:
        sessions, now = create_sessions(engine), datetime.now(UTC)
        await _filled(sessions, now)
        taken: dict[str, list[tuple[float, float]]] = {case.name: [] for case in _CASES}
        for case in _CASES:
            await _timed(sessions, case, now)
        for _ in range(sizes.repackings):
            for case in _CASES:
                taken[case.name].append(await _timed(sessions, case, now))
    finally:
        await engine.dispose()
    idle = {case.site: median(took for took, _ in taken[case.name]) for case in _CASES if not case.moves}
    return {
        case.name: {
            "moves": case.moves,
            "p50_ms": milliseconds(median(took for took, _ in taken[case.name])),
            "p99_ms": milliseconds(quantile([took for took, _ in taken[case.name]], 0.99)),
            "cpu_ms": milliseconds(median(cpu for _, cpu in taken[case.name])),
            "more_ms": milliseconds(median(took for took, _ in taken[case.name]) - idle[case.site]),
        }
        for case in _CASES
    }


async def _filled(sessions: Sessions, now: datetime) -> None:
    async with sessions.begin() as session:
        there = replace(seed_for_size(), sites=(_site(_SITE, 0), _site(_RICH, EVSES // 2)))
        await seed(session, there, now=now)
        await session.execute(_DRIVER, {"now": now})
        await session.execute(_CONNECTED, {"now": now})
        for case in _CASES:
            ids = (await session.scalars(_ALL, {"pool": f"{case.site}-fast"})).all()
            rows = _rows(case, ids, _start(case, now))
            for number, (connector, slot, among) in enumerate(rows):
                about = {
                    "id": 100_000 + case.day * 1_000 + number,
                    "connector": connector,
                    "among": among,
                    "pool": f"{case.site}-fast",
                    "start": slot.start,
                    "end": slot.end,
                    "now": now,
                }
                await session.execute(_HELD, about)


def _rows(case: _Case, ids: Sequence[int], start: datetime) -> Sequence[tuple[int, Slot, list[int] | None]]:
    """Connector, slot, and which connectors would do."""
    morning, noon = Slot(start, start + _HOUR), Slot(start + 2 * _HOUR, start + 3 * _HOUR)
    if case.site == _RICH:  # those with room for a trailer are taken by who would fit nearly anywhere
        long = len(ids) // 2 - (0 if case.moves else 1)
        return [(id_, morning, [one for one in ids if one != ids[-1]]) for id_ in ids[:long]]
    first, second = [*ids[:-1]], [*ids[:-1]]
    if case.moves:
        first[-1] = ids[-1]
        for row, turned in ((first, case.turned[0]), (second, case.turned[1])):
            row[:turned] = [*row[1:turned], *row[:1]] if turned else []
    return [(id_, morning, None) for id_ in first] + [(id_, noon, None) for id_ in second]


async def _timed(sessions: Sessions, case: _Case, now: datetime) -> tuple[float, float]:
    """Seconds until it is decided and written, and of this process's CPU."""
    start = _start(case, now)
    ask = PlaceHold(
        code="14NV-4FX0-ASSX",
        account="newcomer",
        driver_id="newcomer",
        fleet_id=None,
        site_id=case.site,
        pool_id=None,
        connector_type=None,
        slot=Slot(start, start + 3 * _HOUR),
        now=now,
        needs=_TRAILER if case.site == _RICH else NO_NEEDS,
    )
    took = cpu = 0.0
    try:
        async with sessions.begin() as session:
            began, cpu_began = time.perf_counter(), time.process_time()
            await place(session, ask)
            took, cpu = time.perf_counter() - began, time.process_time() - cpu_began
            moved = await session.scalar(_MOVED)
            assert moved == case.moves, f"{case.name}: {moved} moved"
            raise _TakenBack
    except _TakenBack:
        return took, cpu


def _start(case: _Case, now: datetime) -> datetime:
    return next_grid_start(now + timedelta(days=case.day), _HOUR, "Europe/Berlin")


def _site(site_id: str, long: int) -> SiteSeed:
    """`long`: so many of its bays have room for a trailer."""
    pool = PoolSeed(id=f"{site_id}-fast", name="Fast")
    return SiteSeed(
        id=site_id,
        name=site_id,
        latitude=52.52,
        longitude=13.405,
        pools=(pool,),
        chargers=tuple(
            ChargerSeed(
                id=f"{site_id}-{n}",
                connectors=tuple(
                    ConnectorSeed(pool_id=pool.id, number=k + 1, bay=str(n * _EACH + k)) for k in range(_EACH)
                ),
            )
            for n in range(EVSES // _EACH)
        ),
        bays=tuple(BaySeed(label=str(n), trailer=n < long) for n in range(EVSES)),
    )

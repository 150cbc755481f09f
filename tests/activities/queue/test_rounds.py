"""The loop that keeps waiting lists: woken by what happens at a site, and cheap where nobody waits."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from activities.queue.rounds import keep_waiting_lists
from api.desk.waiting_list import Entry
from db.engine import create_engine, create_sessions
from db.tables import WatchedSite
from domain.place.slots import Slot
from tests.activities.queue.list_desk import Town
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot_rules, plant


@pytest.mark.parametrize("free_at_once", [True, False])
async def test_who_joins_and_what_becomes_free_wake_it(
    town: Town, database_url: str, *, free_at_once: bool
) -> None:
    """No sweep comes to help within the test: only what Postgres tells."""
    now = datetime.now(UTC)
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=5)
    slot = Slot(start, start + timedelta(hours=1))
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    town.now = now
    if not free_at_once:
        await town.books("b0", slot)
    engine, stop = create_engine(database_url, pool_size=4), asyncio.Event()
    loop = asyncio.create_task(
        keep_waiting_lists(engine, lambda: town.booking, stop, sweep=timedelta(hours=1))
    )
    anna = await town.waits("anna", slot)
    if not free_at_once:
        await until_watched(town)
        await town.gives_back(make_booking("b0"))
    await until_offered(town, anna)
    stop.set()
    await loop
    await engine.dispose()


async def until_watched(town: Town) -> None:
    async with asyncio.timeout(30):
        while True:
            async with town.sessions() as session:
                if await session.scalar(select(func.count()).select_from(WatchedSite)):
                    return
            await asyncio.sleep(0.05)


async def until_offered(town: Town, entry: Entry) -> None:
    async with asyncio.timeout(30):
        while True:
            if (await town.entry(entry)).offer is not None:
                return
            await asyncio.sleep(0.05)


async def test_where_nobody_waits_a_round_is_one_query_and_bookings_ask_nothing_of_the_list(
    town: Town, database_url: str
) -> None:
    await plant(town.sessions, make_seed(make_site(chargers=1)))
    engine, asked = create_engine(database_url, pool_size=2), list[str]()
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    town.sessions = create_sessions(engine)
    assert await town.round() == 0
    assert len([one for one in asked if "waiting_list_entries" in one]) == len(asked) == 1
    asked.clear()
    town.holds = type(town.holds)(town.sessions)
    ask = await town.books("b0")
    await town.gives_back(ask)
    assert asked
    assert not any("waiting_list" in one for one in asked)
    await engine.dispose()

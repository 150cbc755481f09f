"""What is planted out of what was kept is what the seed itself plants."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from db.engine import Sessions, create_engine, create_sessions
from db.tables.metadata import Table
from tests.databases import Databases
from tests.factories import make_driver, make_seed, make_site, plant
from tests.factories.replanting import rows_of

_OF_TODAY = re.compile(r'"20(?:2[1-9]|[3-9])[^"]*"')
_TABLES = sorted(Table.metadata.tables)


@pytest.fixture
async def empty(databases: Databases) -> AsyncIterator[list[Sessions]]:
    urls = [await databases.lend() for _ in range(4)]
    engines = [create_engine(url) for url in urls]
    yield [create_sessions(engine) for engine in engines]
    for engine, url in zip(engines, urls, strict=True):
        await engine.dispose()
        await databases.take_back(url)


async def state_of(sessions: Sessions) -> tuple[dict[str, str], list[tuple[str, int]]]:
    """All rows, without when they were written, and what comes next."""
    async with sessions() as session:
        rows = await rows_of(session, _TABLES)
        begun = await session.execute(text("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"))
        return {name: _OF_TODAY.sub("today", found) for name, found in rows.items()}, [*map(tuple, begun)]


async def test_the_third_time_is_as_the_second_and_beside_others_it_is_seeded(empty: list[Sessions]) -> None:
    site = make_site(site_id="replanted", chargers=2, connectors_each=2)
    plan = make_seed(site, drivers=(make_driver(driver_id="ana", rfid=("04A1B2C3",)),))
    other = make_seed(make_site(site_id="beside"))
    seeded, kept, again, beside = empty
    connectors = await plant(seeded, plan)
    assert await plant(kept, plan) == connectors
    assert await plant(again, plan) == connectors
    assert await state_of(again) == await state_of(kept)
    assert (await state_of(kept))[1] == (await state_of(seeded))[1]
    there = await plant(beside, other)
    assert (await plant(beside, plan)).keys() == connectors.keys() | there.keys()

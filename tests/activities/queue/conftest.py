"""The waiting list on a database of each test's own."""

from collections.abc import AsyncIterator

import pytest

from activities.holds.activities import HoldActivities
from db.engine import Sessions, create_engine, create_sessions
from tests.activities.queue.list_desk import Town


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=20)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
def town(sessions: Sessions) -> Town:
    return Town(sessions, HoldActivities(sessions))

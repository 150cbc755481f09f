"""Every test here runs for each route from a source to a target."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine
from tests.delivery.outbox import Outbox
from tests.delivery.routes import ROUTES, Route


@pytest.fixture(params=list(ROUTES))
def route(request: pytest.FixtureRequest) -> Route:
    return ROUTES[request.param]


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url, pool_size=8)
    yield engine
    await engine.dispose()


@pytest.fixture
def outbox(engine: AsyncEngine, route: Route) -> Outbox:
    return Outbox(engine, route)

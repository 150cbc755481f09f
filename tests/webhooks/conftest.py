"""A site with a gateway and chargers, somebody who bills walk-ins at a real address, and an engineer's receiver."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from db.engine import create_engine, create_sessions
from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.conftest import engine, gateway, make_charger, records
from tests.ocpp_gateway.records import Records
from tests.webhooks import engineers
from tests.webhooks.biller import KEY, Biller, running_biller
from webhooks.walk_ins import Receiver, hand_on

__all__ = ["engine", "gateway", "make_charger", "records"]


@pytest.fixture
async def biller() -> AsyncIterator[Biller]:
    async with running_biller() as running:
        yield running


@pytest.fixture
async def handing_on(records: Records, gateway: Gateway, biller: Biller) -> AsyncIterator[None]:
    """As a worker does it."""
    stop = asyncio.Event()
    work = asyncio.create_task(hand_on(records.engine, Receiver(url=biller.url, key=KEY), stop))
    await biller.expected(records)
    yield
    stop.set()
    await work


@pytest.fixture
async def receiver() -> AsyncIterator[engineers.Receiver]:
    async with engineers.running_receiver() as running:
        yield running


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[engineers.Site]:
    engine = create_engine(database_url, pool_size=10)
    yield engineers.Site(engine, create_sessions(engine))
    await engine.dispose()

"""A gateway on a free port, over a planted database, with and without Temporal behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import create_engine, create_sessions
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from simulator.charge_point import VirtualChargePoint
from tests.factories import PASSWORD, make_driver, make_seed, make_site, plant
from tests.ocpp_gateway.records import Records

CHARGER = "NORTH-1"
ALICE, BOB, FLEET_A, FLEET_B = "A11CE001", "B0B00001", "F1EE7001", "F1EE7002"

MakeCharger = Callable[..., Awaitable[VirtualChargePoint]]


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url, pool_size=4)
    yield engine
    await engine.dispose()


@pytest.fixture
async def records(engine: AsyncEngine) -> Records:
    """Two chargers with two connectors each; Alice, Bob, and two drivers of one fleet."""
    sessions = create_sessions(engine)
    connectors = await plant(
        sessions,
        make_seed(
            make_site(chargers=2, connectors_each=2),
            drivers=(
                make_driver(driver_id="alice", rfid=(ALICE,)),
                make_driver(driver_id="bob", rfid=(BOB,)),
                make_driver(driver_id="fleet-1", rfid=(FLEET_A,), group_id="FLEET"),
                make_driver(driver_id="fleet-2", rfid=(FLEET_B,), group_id="FLEET"),
            ),
        ),
        online=False,
    )
    return Records(engine, connectors)


@pytest.fixture
async def gateway(records: Records, database_url: str) -> AsyncIterator[Gateway]:
    """Without Temporal: events stay in the outbox, where tests can see them."""
    options = GatewayOptions(instance="gw-1", call_timeout_s=2.0, flush_s=0.2)
    async with running_gateway(database_url, options=options) as running:
        yield running


@pytest.fixture
async def make_charger(gateway: Gateway) -> AsyncIterator[MakeCharger]:
    async with AsyncExitStack() as stack:

        async def make(
            identity: str = CHARGER, version: str = "1.6", *, start: bool = True, **over: object
        ) -> VirtualChargePoint:
            values: dict[str, object] = {"password": PASSWORD, "connectors": 2, "url": gateway.url}
            charger = VirtualChargePoint(identity=identity, version=version, **(values | over))  # type: ignore[arg-type]  # typed by the caller
            stack.push_async_callback(charger.stop)
            if start:
                await charger.start()
            return charger

        yield make

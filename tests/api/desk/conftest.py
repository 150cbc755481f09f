"""The desk on real Postgres, its workflows and gateways played: no HTTP, no Temporal."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api.desk.desk import Desk, open_desk
from api.desk.limits import Limits
from db.engine import Sessions, create_engine, create_sessions
from tests.api.desk.players import PlayedDebts, PlayedGateways, PlayedReservations
from tests.api.stage import NOW, WEBHOOK_SECRET
from tests.factories.sites import make_driver, make_seed, make_site, plant


@pytest.fixture(scope="module")
async def sessions(database: str) -> AsyncIterator[Sessions]:
    """Site `north` with three chargers, drivers of their own and of a fleet."""
    engine = create_engine(database, pool_size=4)
    sessions = create_sessions(engine)
    drivers = (
        make_driver(driver_id="driver-1"),
        make_driver(driver_id="driver-2"),
        make_driver(driver_id="fleet-1-driver", fleet_id="fleet-1"),
    )
    await plant(sessions, make_seed(make_site(chargers=3), drivers=drivers))
    yield sessions
    await engine.dispose()


@pytest.fixture
def workflows() -> PlayedReservations:
    return PlayedReservations()


@pytest.fixture
def gateways() -> PlayedGateways:
    return PlayedGateways()


@pytest.fixture
def desk(sessions: Sessions, workflows: PlayedReservations, gateways: PlayedGateways) -> Desk:
    return open_desk(
        sessions=sessions,
        reservations=workflows,
        gateways=gateways,
        debts=PlayedDebts(),
        stripe_webhook_secret=WEBHOOK_SECRET,
        clock=lambda: NOW,
        limits=Limits(concurrent_bookings=1, booking_line=timedelta(0)),
    )

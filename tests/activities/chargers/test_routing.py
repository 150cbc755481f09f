"""A route names the queue of the gateway that owns the socket, and what the charger was learned to do."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update
from temporalio.exceptions import ApplicationError

from activities.chargers.routing import RoutingActivities
from contracts.chargers import Route
from contracts.names import gateway_queue
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Charger
from domain.charging.enforcement import EnforcementLevel
from tests.factories import make_seed, plant


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


async def test_a_connected_charger_is_reached_through_its_gateways_queue(sessions: Sessions) -> None:
    await plant(sessions, make_seed(), gateway="g7")
    route = await RoutingActivities(sessions).resolve_route("NORTH-1")
    assert route == Route(charger_id="NORTH-1", queue=gateway_queue("g7"), epoch=1, can_reserve=None)


async def test_what_is_not_connected_has_no_queue(sessions: Sessions) -> None:
    await plant(sessions, make_seed(), online=False)
    async with sessions.begin() as session:
        await session.execute(update(Charger).values(capabilities={"reserve_now": False}))
    route = await RoutingActivities(sessions).resolve_route("NORTH-1")
    assert route == Route(charger_id="NORTH-1", queue=None, epoch=0, can_reserve=False)


async def test_what_is_known_of_the_charger_limits_what_may_be_promised(sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    async with sessions.begin() as session:
        await session.execute(update(Charger).values(capabilities={"honours_holds": False}))
    route = await RoutingActivities(sessions).resolve_route("NORTH-1")
    assert (route.promise_held, route.promise_not_held) == (EnforcementLevel.SOFT, EnforcementLevel.SOFT)


async def test_an_unknown_charger_is_a_final_failure(sessions: Sessions) -> None:
    with pytest.raises(ApplicationError) as raised:
        await RoutingActivities(sessions).resolve_route("NOBODY")
    assert (raised.value.type, raised.value.non_retryable) == ("charger_unknown", True)

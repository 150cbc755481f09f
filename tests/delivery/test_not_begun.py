"""For whom a place is held before their reservation is started, as of a group or by an offer that was accepted: what is
said to them in that moment, as that their bay is to be maintained, waits until they are there."""

import asyncio
from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.holds.activities import HoldActivities
from contracts.holds import PlaceHold, ReleaseHolds
from db.engine import create_sessions
from delivery.relay import Relay
from domain.reservation.release import ReleaseReason
from tests.api.stage import publish, view_of
from tests.delivery.outbox import Outbox, codes, eventually, heard, open_reservation
from tests.factories import make_booking, make_seed, plant


def relay(outbox: Outbox, client: Client) -> Relay:
    return Relay(outbox.engine, outbox.route.target(outbox.engine, client))


async def held(engine: AsyncEngine) -> tuple[HoldActivities, PlaceHold]:
    sessions = create_sessions(engine)
    await plant(sessions, make_seed())
    holds, ask = HoldActivities(sessions), replace(make_booking("a"), code=codes(1)[0])
    assert (await holds.place_hold(ask)).held is not None
    return holds, ask


async def test_they_are_told_once_they_are_begun(outbox: Outbox, temporal_env: WorkflowEnvironment) -> None:
    _, ask = await held(outbox.engine)
    await outbox.say(ask.code, "planned")
    await relay(outbox, temporal_env.client).deliver_all()
    assert await outbox.outcomes() == {"planned": ""}
    await open_reservation(temporal_env.client, ask.code)
    await outbox.put_off(None)
    await relay(outbox, temporal_env.client).deliver_all()
    assert await outbox.outcomes() == {"planned": "signalled"}
    assert await heard(temporal_env.client, ask.code) == ["planned"]


async def test_whose_place_was_given_back_is_told_nothing(
    outbox: Outbox, temporal_env: WorkflowEnvironment
) -> None:
    holds, ask = await held(outbox.engine)
    await outbox.say(ask.code, "planned")
    await holds.release_holds(ReleaseHolds(code=ask.code, reason=ReleaseReason.EXPIRED, now=ask.now))
    await relay(outbox, temporal_env.client).deliver_all()
    assert await outbox.outcomes() == {"planned": "no_workflow"}


async def test_who_is_begun_after_nobody_was_found_and_shown_before_that_is_looked_at_is_told(
    outbox: Outbox, temporal_env: WorkflowEnvironment
) -> None:
    """While it is looked whether the namespace is ours."""
    _, ask = await held(outbox.engine)
    await outbox.say(ask.code, "planned")
    async with outbox.engine.connect() as beside:

        async def looks() -> bool:
            waiting = text(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'home_namespace'::regclass"
            )
            return bool(await beside.scalar(waiting))

        await beside.execute(text("LOCK TABLE home_namespace"))
        delivering = asyncio.create_task(relay(outbox, temporal_env.client).deliver_all())
        await eventually(looks)
        await open_reservation(temporal_env.client, ask.code)
        await publish(create_sessions(outbox.engine), view_of(ask.code))
        await beside.commit()
        await delivering
    assert await outbox.outcomes() == {"planned": "signalled"}
    assert await heard(temporal_env.client, ask.code) == ["planned"]

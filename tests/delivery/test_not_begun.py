"""For whom a place is held before their reservation is started, as of a group or by an offer that was accepted: what is
said to them in that moment, as that their bay is to be maintained, waits until they are there."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.holds.activities import HoldActivities
from contracts.holds import PlaceHold, ReleaseHolds
from db.engine import create_sessions
from delivery.relay import Relay
from domain.reservation.release import ReleaseReason
from tests.delivery.outbox import Outbox, codes, heard, open_reservation
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

"""An ordinary reservation stays within 70 history events: what it costs to run, and what operators must read."""

from datetime import timedelta

from domain.charging.connector import ConnectorStatus
from domain.facts.stay import ChargingEnded
from tests.workflows.caching import with_and_without_cache
from tests.workflows.world import World

pytestmark = with_and_without_cache

BUDGET = 70


async def test_an_ordinary_reservation_takes_at_most_70_events(world: World) -> None:
    with world.environment.with_time_skipping_disabled():
        visit = await world.book(starts_in=timedelta(minutes=15, seconds=1))
    await visit.until("LOCKED")
    await visit.card()
    await visit.until("ARRIVED")
    await visit.started()
    await visit.until("CHARGING")
    await visit.stopped()
    await visit.until_told(ChargingEnded)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.ended()

    events = await visit.events()
    print(f"\nAn ordinary reservation: {len(events)} events")  # noqa: T201 - a figure people ask for
    assert len(events) <= BUDGET, "\n".join(events)

"""What hangs within a workflow task is soon asked of a worker: a task renewed for seconds is not what replay sees."""

from datetime import timedelta

import pytest

from tests.workflows.caching import with_and_without_cache
from tests.workflows.world import World

pytestmark = with_and_without_cache

TO_LOCK = timedelta(minutes=15, seconds=1)


@pytest.mark.parametrize("effect", ["place_hold", "authorise_deposit", "publish"])
async def test_a_booking_outlives_an_effect_that_hangs_once(world: World, effect: str) -> None:
    world.troubles.hang_once(effect)
    visit = await world.book()
    assert visit.decision.outcome == "confirmed"
    assert len(visit.holds) == 1
    await visit.replay()


@pytest.mark.parametrize("effect", ["place_hold", "authorise_deposit"])
async def test_an_attempt_that_looks_older_than_a_lost_one_is_asked_of_a_worker(
    world: World, effect: str
) -> None:
    """Nothing that a lost task asked is newer than that."""
    world.troubles.supersede_once(effect)
    visit = await world.book()
    assert visit.decision.outcome == "confirmed"
    await visit.replay()


@pytest.mark.parametrize("effect", ["lock_hold", "resolve_route", "announce"])
async def test_a_lock_outlives_an_effect_that_hangs_once(world: World, effect: str) -> None:
    visit = await world.book(starts_in=TO_LOCK)
    world.troubles.hang_once(effect)
    view = await visit.until("LOCKED")
    assert view.state == "LOCKED"
    await visit.replay()

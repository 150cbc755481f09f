"""What lost attempts ask too late is refused, and a booking that was given up holds nothing ever after."""

from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.holds.activities import HoldActivities
from activities.reconciliation.forgetting import forget_versions
from contracts.holds import GiveUpBooking, ReleaseHolds
from db.engine import Sessions
from domain.reservation.release import ReleaseReason
from tests.factories import NOON, make_booking, make_seed, plant


async def test_an_attempt_that_was_lost_holds_nothing_after_a_later_one_gave_up(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    booking = replace(make_booking(), version=3)
    given_up = await holds.give_up_booking(GiveUpBooking(code=booking.code, now=NOON, version=7))
    assert not given_up.payments
    with pytest.raises(ApplicationError) as refusal:
        await holds.place_hold(booking)
    assert (refusal.value.type, refusal.value.non_retryable) == ("superseded", True)


async def test_what_was_held_by_an_earlier_attempt_is_given_up(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    booking = replace(make_booking(), version=3)
    assert (await holds.place_hold(booking)).held is not None
    await holds.give_up_booking(GiveUpBooking(code=booking.code, now=NOON, version=7))
    other = replace(make_booking("other"), version=3)
    assert (await holds.place_hold(other)).held is not None
    again = await holds.place_hold(replace(booking, version=11))
    assert again.refusal is not None
    assert again.refusal.code == "booking_too_late"


async def test_a_release_of_long_ago_does_not_take_the_present_hold(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """A worker that was stopped in the middle of it and goes on an hour later."""
    await plant(sessions, make_seed())
    booking = replace(make_booking(), version=30)
    placed = await holds.place_hold(booking)
    late = ReleaseHolds(code=booking.code, reason=ReleaseReason.NO_SHOW, now=NOON, version=12)
    with pytest.raises(ApplicationError, match="later"):
        await holds.release_holds(late)
    assert await holds.place_hold(booking) == placed


async def test_another_run_is_heard_if_it_asked_later_whatever_its_version(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """A workflow that was reset has a shorter history; of the run before it nothing counts any more."""
    await plant(sessions, make_seed())
    booking = make_booking()
    before, after = attempt("before", minutes=1), attempt("after", minutes=2)
    placed = await before.run(holds.place_hold, replace(booking, version=40))
    assert await after.run(holds.place_hold, replace(booking, version=3)) == placed
    late = ReleaseHolds(code=booking.code, reason=ReleaseReason.NO_SHOW, now=NOON, version=90)
    with pytest.raises(ApplicationError, match="later"):
        await before.run(holds.release_holds, late)
    with pytest.raises(ApplicationError, match="later"):
        await attempt("after", minutes=3).run(holds.release_holds, replace(late, version=2))
    assert await attempt("after", minutes=3).run(holds.release_holds, replace(late, version=7)) == 1


async def test_versions_of_a_server_that_was_restored_are_forgotten(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Its run is the same, and its history is shorter."""
    await plant(sessions, make_seed())
    booking = make_booking()
    placed = await attempt("run", minutes=5).run(holds.place_hold, replace(booking, version=40))
    again = replace(booking, version=12)
    assert await forget_versions(sessions, NOON + timedelta(minutes=6)) == 0
    assert await forget_versions(sessions, NOON + timedelta(minutes=4), only_looking=True) == 1
    with pytest.raises(ApplicationError, match="later"):
        await attempt("run", minutes=9).run(holds.place_hold, again)
    assert await forget_versions(sessions, NOON + timedelta(minutes=4)) == 1
    assert await attempt("run", minutes=9).run(holds.place_hold, again) == placed
    with pytest.raises(ApplicationError, match="later"):
        await attempt("run", minutes=10).run(holds.place_hold, replace(booking, version=11))


def attempt(run: str, *, minutes: int) -> ActivityEnvironment:
    """Asked for by that run, so long after noon."""
    environment = ActivityEnvironment()
    environment.info = replace(
        environment.info, workflow_run_id=run, scheduled_time=NOON + timedelta(minutes=minutes)
    )
    return environment

"""What lost attempts ask too late is refused, and a booking that was given up holds nothing ever after."""

from dataclasses import replace

import pytest
from temporalio.exceptions import ApplicationError

from activities.holds.activities import HoldActivities
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

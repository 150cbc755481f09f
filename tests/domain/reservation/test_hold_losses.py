"""When a hold is to stand on its charger, and which word of its loss is news."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.commands import CommandOutcome
from domain.reservation.hold_losses import (
    MOST_TOLD,
    REPEATS_WITHIN,
    Push,
    ToldLosses,
    ToldMissing,
    is_news,
    is_to_stand,
    is_told,
)

NOON = datetime(2030, 6, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTLE = timedelta(seconds=25)

instants = st.integers(-90, 90).map(lambda minutes: NOON + minutes * MINUTE)


@given(instants, instants, instants | st.none(), instants)
def test_it_is_to_stand_from_the_last_push_until_that_expires_or_the_driver_comes(
    at: datetime, until: datetime, came_at: datetime | None, now: datetime
) -> None:
    came = came_at is not None and came_at >= at
    assert is_to_stand(Push(at=at, until=until), came_at, now) is (now < until and not came)
    assert not is_to_stand(None, came_at, now)


def told(
    *, shows_holds: bool = False, stood_again: bool = False, last_at: datetime | None = NOON
) -> ToldLosses:
    return ToldLosses(
        locked_at=NOON - MINUTE, last_at=last_at, shows_holds=shows_holds, stood_again=stood_again
    )


def test_the_same_words_soon_after_are_the_same_loss() -> None:
    soon, later = NOON + REPEATS_WITHIN - timedelta(seconds=1), NOON + REPEATS_WITHIN
    assert is_told(told(), soon)
    assert not is_told(told(), later)  # of the hold pushed since
    assert is_told(told(shows_holds=True), later)  # a second loss is found by what is shown
    assert not is_told(told(shows_holds=True, stood_again=True), soon)
    assert not is_told(told(last_at=None), soon)
    assert (told().since, told(last_at=None).since) == (NOON, NOON - MINUTE)


@pytest.mark.parametrize(
    ("times", "shown_anew", "heard_s_ago", "answer", "news"),
    [
        (1, True, None, None, True),
        (1, False, None, None, False),
        (1, False, 24, CommandOutcome.ACCEPTED, False),
        (1, False, 25, CommandOutcome.ACCEPTED, True),
        (1, False, 25, CommandOutcome.NO_RESPONSE, True),
        (1, False, 25, None, True),
        (1, False, 25, CommandOutcome.OCCUPIED, False),
        (MOST_TOLD - 1, True, 25, None, True),
        (MOST_TOLD, True, 25, None, False),
    ],
)
def test_a_missing_hold_is_told_again_once_a_push_has_changed_nothing(
    times: int, shown_anew: bool, heard_s_ago: int | None, answer: CommandOutcome | None, news: bool
) -> None:
    heard_at = None if heard_s_ago is None else NOON - timedelta(seconds=heard_s_ago)
    missing = ToldMissing(times=times, shown_anew=shown_anew, heard_at=heard_at, answer=answer)
    assert is_news(missing, SETTLE, NOON) is news
    assert is_news(None, SETTLE, NOON)

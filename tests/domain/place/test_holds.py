"""What a hold covers and from when it matters, placed, moved and replaced; and until when it may move."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.place.holds import locked_after_move, times_of, times_of_rest
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.place.slots import Slot
from tests.domain.builders import at, window
from tests.domain.place.pools import NOW, make_hold
from tests.factories import make_policy, make_slot_rules

POLICY = make_policy(
    slots=make_slot_rules(buffer=timedelta(minutes=5)),
    early_start=timedelta(minutes=10),
    fault_watch=timedelta(hours=2),
)


def test_a_hold_covers_slot_and_buffer_and_opens_early() -> None:
    times = times_of(window(60, 120), POLICY)
    assert (times.slot, times.window) == (window(60, 120), window(60, 125))
    assert (times.opens_at, times.watch_from) == (at(50), at(-60))


def test_a_moved_hold_keeps_the_figures_of_its_booking() -> None:
    moved = times_of(window(60, 120), POLICY).moved_to(window(90, 180))
    assert moved == times_of(window(90, 180), POLICY)


def test_a_replacement_covers_what_is_left_and_stays_open_since_the_slot_was() -> None:
    rest = times_of_rest(window(-30, 60), POLICY, NOW)
    assert (rest.slot, rest.window) == (window(0, 60), window(0, 65))
    assert (rest.opens_at, rest.watch_from) == (at(-40), at(-150))


def test_before_its_slot_a_replacement_covers_all_of_it_and_after_it_nothing() -> None:
    assert times_of_rest(window(30, 60), POLICY, NOW) == times_of(window(30, 60), POLICY)
    with pytest.raises(PlaceRefused) as refusal:
        times_of_rest(window(-60, 0), POLICY, NOW)
    assert refusal.value.reason is NoPlaceReason.SLOT_OVER


@given(st.integers(-90, 60), st.integers(0, 30))
def test_a_hold_goes_back_to_its_times_without_what_has_passed(start: int, lost: int) -> None:
    former = times_of(window(start, start + 60), POLICY)
    rest = times_of_rest(window(start, max(start + 60, 15) + lost), POLICY, NOW)
    back = former.back_from(rest)
    assert (back.slot, back.opens_at, back.watch_from) == (former.slot, former.opens_at, former.watch_from)
    assert back.window.start == max(NOW, former.window.start)
    assert back.window.end == (former.window.end if former.window.end > NOW else rest.window.end)


def test_a_hold_for_another_time_is_locked_anew_and_an_extended_one_stays_locked() -> None:
    assert locked_after_move(at(-10), keeps_connector=False) is None
    assert locked_after_move(at(-10), keeps_connector=True) == at(-10)
    assert locked_after_move(None, keeps_connector=True) is None


@given(st.integers(-120, 120), st.booleans(), st.integers(0, 60))
def test_a_hold_may_move_until_it_is_locked_or_its_window_opens(start: int, locked: bool, early: int) -> None:
    hold = make_hold(1, 1, Slot(at(start), at(start + 60)), locked=locked, early=early)
    assert hold.is_fixed(NOW) == (locked or start - early <= 0)

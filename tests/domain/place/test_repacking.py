"""Corners of re-packing that random pools seldom hit: each example decides one condition of `Pool`."""

from datetime import timedelta

import pytest

from domain.charging.connector import ConnectorStatus
from domain.place.choice import Choice, NoPlace
from domain.place.choosing import for_booking
from domain.place.crowd import HoldsMissing
from domain.terms.policy import Policy
from tests.domain.builders import window
from tests.domain.place.pools import CODE, free, make_connector, make_hold, make_pool
from tests.factories import make_policy, make_slot_rules

BROKEN = make_connector(3, status=ConnectorStatus.FAULTED)


def policy(early_start: int = 10) -> Policy:
    """A broken connector matters for ten hours."""
    return make_policy(
        slots=make_slot_rules(buffer=timedelta(0)),
        fault_watch=timedelta(hours=10),
        early_start=timedelta(minutes=early_start),
    )


def test_whoever_must_leave_a_broken_connector_may_make_those_move_who_came_before() -> None:
    """Hold 31 has to go to connector 1, which hold 11 must leave for it, long before the newcomer comes."""
    pool = make_pool(
        make_connector(1),
        make_connector(2),
        BROKEN,
        holds=(
            make_hold(11, 1, window(30, 90)),
            make_hold(12, 1, window(140, 170)),
            make_hold(13, 1, window(180, 240)),
            make_hold(21, 2, window(90, 150)),
            make_hold(22, 2, window(150, 180), locked=True),
            make_hold(31, 3, window(60, 120)),
        ),
        policy=policy(),
    )
    found = for_booking([pool], window(170, 200), CODE)
    assert isinstance(found, Choice)
    assert found.moves == {11: 2, 31: 1, 13: 2}


def test_nobody_is_placed_while_earlier_guests_are_more_than_the_connectors_that_work() -> None:
    """Three guests at half past, two connectors left: the newcomer's own time has room, but no order fits."""
    pool = make_pool(
        make_connector(1),
        make_connector(2),
        BROKEN,
        holds=(
            make_hold(31, 3, window(30, 80)),
            make_hold(11, 1, window(30, 80)),
            make_hold(21, 2, window(30, 100)),
            make_hold(12, 1, window(130, 170)),
        ),
        policy=policy(),
    )
    assert isinstance(for_booking([pool], window(90, 150), CODE), NoPlace)
    assert free(pool, window(90, 150)) == 0


def test_the_first_of_two_bookings_may_take_the_place_that_the_second_needs() -> None:
    """Whoever may start already is fixed at once: hold 31 could only have gone where the first newcomer is."""
    pool = make_pool(
        make_connector(1),
        make_connector(2),
        BROKEN,
        make_connector(4),
        holds=(
            make_hold(11, 1, window(10, 30), locked=True),
            make_hold(12, 1, window(60, 80)),
            make_hold(21, 2, window(10, 30), locked=True),
            make_hold(22, 2, window(80, 120)),
            make_hold(31, 3, window(20, 60)),
        ),
        policy=policy(early_start=45),
    )
    assert free(pool, window(40, 100)) == 1


def test_a_fixed_hold_that_was_not_loaded_is_asked_for() -> None:
    """Hold 21 could make way only until 170, when a fixed one follows that was not loaded."""
    holds = (
        make_hold(11, 1, window(30, 90), locked=True),
        make_hold(21, 2, window(120, 180)),
        make_hold(12, 1, window(170, 230), locked=True),
    )
    slot = window(60, 150)
    assert isinstance(for_booking([make_pool(holds=holds)], slot, CODE), NoPlace)
    with pytest.raises(HoldsMissing):
        for_booking([make_pool(holds=holds[:2], seen=slot)], slot, CODE)


def test_a_slot_that_was_not_loaded_is_asked_for() -> None:
    pool = make_pool(seen=window(60, 120))
    with pytest.raises(HoldsMissing):
        for_booking([pool], window(60, 135), CODE)

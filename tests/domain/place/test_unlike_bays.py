"""Bays of unlike shapes, some kept for who needs room, some asked for by name: what is shown, given, and kept."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.place.availability import availability_of
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.connectors import PoolConnector
from domain.place.fit import NO_NEEDS, BayShape, Needs
from domain.place.holds import OpenHold, times_of
from domain.place.pool import Pool
from tests.domain.builders import window
from tests.domain.place.pools import CODE, assert_no_overlap, free
from tests.domain.place.test_availability import bookings_accepted
from tests.domain.place.test_few_moves import rich_pools

WISHES = (
    NO_NEEDS,
    Needs(accessible=True),
    Needs(bay="B1"),
    Needs(height_cm=220),
    Needs(bay="B2", height_cm=190),
)
STARTS, LENGTHS = st.integers(0, 14), st.integers(1, 6)
"""In quarters of an hour."""


@st.composite
def unlike_bays(draw: st.DrawFn) -> Pool:
    pool = draw(rich_pools())
    bays = tuple(draw(shaped(connector)) for connector in pool.connectors)
    by_id = {bay.id: bay for bay in bays}
    own = [hold for hold in pool.holds if hold.connector_id in by_id]
    others = [hold for hold in pool.holds if hold.connector_id not in by_id]  # of a pool that shares a bay
    asked = [draw(asking(hold, by_id[hold.connector_id])) for hold in own]
    kept = timedelta(minutes=draw(st.sampled_from([0, 60, 600])))
    policy = replace(pool.policy, slots=replace(pool.policy.slots, accessible_kept_until=kept))
    pool = replace(pool, connectors=bays, policy=policy, needs=draw(st.sampled_from(WISHES)))
    return replace(pool, holds=(*others, *(pool.ground.narrowed(hold) for hold in asked)))


@st.composite
def shaped(draw: st.DrawFn, connector: PoolConnector) -> PoolConnector:
    shape = BayShape(
        accessible=draw(st.sampled_from([False, False, True])),
        height_cm=draw(st.sampled_from([None, 200])),
    )
    return replace(connector, bay=f"B{connector.id}", shape=shape)


@st.composite
def asking(draw: st.DrawFn, hold: OpenHold, bay: PoolConnector) -> OpenHold:
    """What it asked for, it has."""
    had = (NO_NEEDS, NO_NEEDS, Needs(bay=bay.bay or ""), Needs(accessible=bay.shape.accessible))
    return replace(hold, needs=draw(st.sampled_from(had)))


@settings(max_examples=100)
@given(unlike_bays(), STARTS, LENGTHS)
def test_as_many_are_shown_as_free_as_bookings_are_accepted(pool: Pool, start: int, long: int) -> None:
    asked = window(15 * start, 15 * (start + long))
    assert free(pool, asked) == bookings_accepted(pool, asked)


@settings(max_examples=100)
@given(unlike_bays(), LENGTHS)
def test_windows_that_are_shown_together_are_shown_as_each_alone(pool: Pool, long: int) -> None:
    """Neighbours that the same holds have some of share what was worked out."""
    slots = [window(5 * n, 5 * n + 15 * long) for n in range(40)]
    together = [one.free for one in availability_of(pool, slots).windows]
    assert together == [free(replace(pool), slot) for slot in slots]


@settings(max_examples=100)
@given(unlike_bays(), STARTS, LENGTHS)
def test_whoever_makes_way_keeps_what_they_asked_for_and_who_comes_gets_it(
    pool: Pool, start: int, long: int
) -> None:
    asked = window(15 * start, 15 * (start + long))
    choice = for_booking([pool], asked, CODE)
    if not isinstance(choice, Choice):
        return
    holds = {hold.id: hold for hold in pool.holds}
    for hold_id, to in choice.moves.items():
        hold = holds[hold_id]
        assert not hold.is_settled(pool.now)
        assert hold.may_be_on(to)
        assert pool.connector(to).has(hold.plug)
        assert hold.needs.bay in ("", pool.connector(to).bay)
    assert pool.needs.bay in ("", pool.connector(choice.connector_id).bay)
    after = pool.after(choice, times_of(asked, pool.policy), 9999)
    assert_no_overlap(tuple(replace(hold, connector_id=hold.berth_id) for hold in after.holds))

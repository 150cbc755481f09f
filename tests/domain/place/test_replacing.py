"""A replacement: for a reroute, a late arrival, by an operator. Equal or better, and it must work today."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.place.choice import Choice
from domain.place.holds import times_of, times_of_rest
from domain.place.pool import Pool
from domain.place.reasons import NoPlaceReason
from domain.place.replacing import equal_or_better, for_replacement, lost_place
from domain.place.slots import Slot
from tests.domain.builders import window
from tests.domain.place.pools import (
    CODE,
    NOW,
    assert_no_overlap,
    given_to,
    make_connector,
    make_facts,
    make_pool,
    pools,
    reason,
    slots,
)

FAULTED = make_connector(1, status=ConnectorStatus.FAULTED)
LATER = window(60, 120)


def test_a_replacement_must_work_today_however_far_the_slot_is() -> None:
    times = times_of(window(6000, 6060), make_pool().policy)
    assert given_to(for_replacement([make_pool(FAULTED, make_connector(2))], times, CODE)) == 2
    refused = for_replacement([make_pool(FAULTED)], times, CODE)
    assert reason(refused) is NoPlaceReason.NOTHING_EQUAL_OR_BETTER


def test_a_replacement_takes_from_the_walk_in_share() -> None:
    times = times_of(LATER, make_pool().policy)
    assert given_to(for_replacement([make_pool(walk_in=2)], times, CODE)) == 1


def test_a_replacement_tries_the_preferred_connector_before_every_other() -> None:
    first, second = make_pool(), make_pool(make_connector(3), make_connector(4), facts=make_facts("far"))
    times = times_of(LATER, first.policy)
    assert given_to(for_replacement([first, second], times, CODE, prefer=4)) == 4
    assert given_to(for_replacement([first, second], times, CODE, prefer=4, exclude=[4])) == 1
    assert given_to(for_replacement([first, second], times, CODE, exclude=[1, 2])) == 3


def test_an_operator_names_the_connector_or_learns_what_is_wrong_with_it() -> None:
    pool = make_pool(FAULTED, make_connector(2), make_connector(3, sessions=("",)))
    rest = times_of_rest(window(-30, 60), pool.policy, NOW)
    assert given_to(for_replacement([pool], rest, CODE, only=2)) == 2
    assert reason(for_replacement([pool], rest, CODE, only=1)) is NoPlaceReason.OUT_OF_ORDER
    assert reason(for_replacement([pool], rest, CODE, only=3)) is NoPlaceReason.OCCUPIED


@settings(max_examples=200)
@given(pools(), slots(), st.sets(st.integers(1, 4)))
def test_a_replacement_never_takes_what_is_excluded_broken_or_promised(
    pool: Pool, slot: Slot, exclude: set[int]
) -> None:
    times = times_of(slot, pool.policy)
    found = for_replacement([pool], times, CODE, exclude=exclude)
    if isinstance(found, Choice):
        assert found.connector_id not in exclude
        assert pool.connector(found.connector_id) in pool.working
        assert_no_overlap(pool.after(found, times, 99).holds)


def test_equal_or_better_stays_near_and_wastes_no_power() -> None:
    here = make_facts("here")
    ranked = [
        here,
        make_facts("beside"),
        make_facts("stronger", power_w=300_000),
        make_facts("nearer", site_id="b"),
        make_facts("nearby", site_id="a"),
    ]
    unfit = [
        make_facts("weaker", power_w=50_000),
        make_facts("other-plug", connector_type="CHADEMO"),
    ]
    shuffled = sorted([*ranked, *unfit], key=lambda p: p.id[::-1])
    lost = lost_place(LATER, "north", here, 150_000, away={"a": 9_000, "b": 2_000})
    assert equal_or_better(shuffled, lost) == ranked


def test_without_a_present_pool_every_plug_may_do() -> None:
    other = make_facts("other-plug", connector_type="CHADEMO")
    assert equal_or_better([other], lost_place(LATER, "north", None, 150_000)) == [other]

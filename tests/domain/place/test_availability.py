"""Offered is what placing accepts: availability and booking are one rule, on random pools."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.errors import SlotInvalid
from domain.place.availability import (
    MOST_WINDOWS,
    availability_of,
    check_span,
    each_of,
    fewer_slots,
    starts_to_offer,
    usual_length,
)
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.crowd import Counted, HoldsMissing
from domain.place.holds import times_of
from domain.place.packing import Packed, pack
from domain.place.pool import Pool
from domain.place.slots import Slot, check_slot
from domain.terms.policy import SlotRules
from tests.domain.builders import START, at, window
from tests.domain.place.pools import CODE, NOW, free, make_connector, make_hold, make_pool, pools, slots


def bookings_accepted(pool: Pool, slot: Slot) -> int:
    """Books the slot for one new reservation after another, as the rows of the table would have it."""
    count = 0
    while True:
        choice = for_booking([pool], slot, f"NEW-{count}")
        if not isinstance(choice, Choice):
            return count
        count += 1
        pool = pool.after(choice, times_of(slot, pool.policy), hold_id=1000 + count)


@settings(max_examples=400)
@given(pools(), slots())
def test_a_window_is_offered_exactly_when_a_booking_is_accepted(pool: Pool, slot: Slot) -> None:
    assert (free(pool, slot) > 0) == isinstance(for_booking([pool], slot, CODE), Choice)


@settings(max_examples=400)
@given(pools(), slots())
def test_as_many_bookings_are_accepted_as_are_offered_and_not_one_more(pool: Pool, slot: Slot) -> None:
    assert free(pool, slot) == bookings_accepted(pool, slot)


@settings(max_examples=200)
@given(pools(), slots())
def test_a_connector_is_shown_as_free_exactly_when_who_names_it_is_given_it(pool: Pool, slot: Slot) -> None:
    for one in each_of(pool, [slot]):
        named = replace(pool, named=frozenset({one.connector_id}))
        given = for_booking([named], slot, CODE)
        assert [window.free for window in one.windows] == [int(isinstance(given, Choice))]
        assert not isinstance(given, Choice) or given.connector_id == one.connector_id
        assert not isinstance(given, Choice) or free(pool, slot)


@settings(max_examples=200)
@given(pools(), st.lists(slots(), max_size=6))
def test_many_windows_are_told_what_each_alone_is_told(pool: Pool, some: list[Slot]) -> None:
    """Neighbours share what only depends on how near they are."""
    in_order = sorted(some, key=lambda slot: slot.start)
    together = [shown.free for shown in availability_of(pool, in_order).windows]
    assert together == [free(pool, slot) for slot in in_order]


@settings(max_examples=300)
@given(pools(), slots(), st.integers(0, 4), st.integers(0, 8))
def test_holds_that_were_not_loaded_are_asked_for_or_do_not_matter(
    whole: Pool, slot: Slot, before: int, after: int
) -> None:
    """Neither what is offered nor what is booked depends on them."""
    part = as_seen(whole, slot, before, after)
    booked = isinstance(for_booking([whole], slot, CODE), Choice)
    with suppress(HoldsMissing):
        assert isinstance(for_booking([part], slot, CODE), Choice) == booked
    with suppress(HoldsMissing):
        assert free(part, slot) == free(whole, slot)


def as_seen(whole: Pool, slot: Slot, before: int, after: int) -> Pool:
    """With the holds of the slot and so many quarters of an hour around it."""
    needed = times_of(slot, whole.policy).window
    seen = Slot(needed.start - before * timedelta(minutes=15), needed.end + after * timedelta(minutes=15))
    return replace(whole, holds=tuple(h for h in whole.holds if h.window.overlaps(seen)), seen=seen)


@settings(max_examples=300)
@given(pools(), slots(), st.frozensets(st.integers(1, 4)))
def test_holds_that_were_only_counted_are_asked_for_or_do_not_matter(
    whole: Pool, slot: Slot, known: frozenset[int]
) -> None:
    with suppress(HoldsMissing):
        assert free(as_counted(whole, known), slot) == free(whole, slot)


def test_counting_is_enough_for_a_pool_with_a_broken_connector_and_somebody_charging() -> None:
    """Whose holds are known one by one: all others are many."""
    broken = make_connector(3, status=ConnectorStatus.FAULTED)
    holds = [make_hold(10 * c + n, c, window(60 * n - 30, 60 * n + 15)) for c in (1, 3) for n in range(9)]
    pool = make_pool(make_connector(1), make_connector(2), broken, make_connector(4), holds=tuple(holds))
    starts = range(15, 600, 15)
    counted = [free(as_counted(pool, frozenset({3})), window(start, start + 30)) for start in starts]
    assert counted == [free(pool, window(start, start + 30)) for start in starts]
    assert {1, 2} <= set(counted)
    with pytest.raises(HoldsMissing):
        free(as_counted(pool, frozenset()), window(15, 45))


def as_counted(whole: Pool, known: frozenset[int]) -> Pool:
    """With the holds of the `known` berths, and who is fixed."""
    begin, end = Counter(h.window.start for h in whole.holds), Counter(h.window.end for h in whole.holds)
    changes = [(at, begin[at], end[at]) for at in sorted(begin | end)]
    holds = tuple(h for h in whole.holds if h.berth_id in known or h.is_fixed(whole.now))
    return replace(whole, holds=holds, counted=Counted(changes=changes, known=known))


@settings(max_examples=200)
@given(pools(), slots())
def test_a_far_slot_is_offered_exactly_when_the_pool_is_not_full(pool: Pool, slot: Slot) -> None:
    """Against the definition: the walk-in share survives and some assignment exists, fixed holds where they are."""
    far = slot.moved_to(max(slot.start, NOW + pool.policy.fault_watch) + timedelta(minutes=15))
    wanted = times_of(far, pool.policy).window
    most = max(
        sum(h.window.start <= t < h.window.end for h in pool.holds)
        for t in [
            wanted.start,
            *(h.window.start for h in pool.holds if wanted.start < h.window.start < wanted.end),
        ]
    )
    held = [Packed(str(h.id), h.window, h.connector_id if h.is_fixed(NOW) else None) for h in pool.holds]
    fits = pack([*held, Packed("new", wanted)], [c.id for c in pool.connectors]) is not None
    room = most + 1 <= len(pool.connectors) - pool.facts.walk_in_connectors
    assert (free(pool, far) > 0) == (room and fits)


def test_a_slot_that_begins_now_counts_only_idle_connectors() -> None:
    pool = make_pool(make_connector(1, sessions=("",)), make_connector(2))
    assert [free(pool, window(0, 30)), free(pool, window(15, 45))] == [1, 2]


def test_a_pool_shows_how_many_connectors_it_has_and_can_promise() -> None:
    pool = make_pool(make_connector(1), make_connector(2, connected=False, last_seen_at=None), walk_in=1)
    shown = availability_of(pool, [window(240, 300)])
    assert (shown.connectors, shown.bookable, shown.pool) == (2, 0, pool.facts)
    assert [(w.slot, w.free) for w in shown.windows] == [(window(240, 300), 1)]


def test_windows_of_a_pool_that_is_never_empty_are_counted_without_looking_at_all_holds() -> None:
    """A fortnight of slots back to back, whose turnovers never coincide; each search would take a second."""
    holds = [
        make_hold(connector * 1000 + n, connector, window(n * 60 + connector, n * 60 + 59 + connector))
        for connector in range(1, 21)
        for n in range(14 * 24)
    ]
    pool = make_pool(*[make_connector(n) for n in range(1, 22)], holds=tuple(holds))
    starts = range(90, 14 * 24 * 60 - 60, 15)
    assert [free(pool, window(start, start + 30)) for start in starts] == [1] * len(starts)


@given(st.integers(-600, 600), st.integers(1, 3000), st.sampled_from([0, 15, 20]), st.integers(0, 60))
def test_offered_starts_may_be_booked(begin: int, lasts: int, step: int, lead: int) -> None:
    rules = SlotRules(
        step=timedelta(minutes=step), shortest=timedelta(minutes=1), lead=timedelta(minutes=lead)
    )
    starts, next_from = starts_to_offer(rules, at(begin), at(begin + lasts), NOW)
    length = rules.step or timedelta(minutes=30)
    for start in starts:
        check_slot(Slot(start, start + length), rules, NOW)
        assert at(begin) <= start < at(begin + lasts)
    assert next_from is None


def test_more_starts_than_fit_go_on_where_they_were_cut() -> None:
    rules = SlotRules()
    found = []
    begin = START
    while begin is not None:
        starts, following = starts_to_offer(rules, begin, START + timedelta(days=10), NOW)
        assert len(starts) <= MOST_WINDOWS
        found += starts
        if following is None:
            break
        begin = following
    assert found == [START + n * timedelta(minutes=15) for n in range(10 * 96)]


@pytest.mark.parametrize("days", [-1, 0, 32])
def test_a_span_is_forward_and_at_most_a_month(days: int) -> None:
    with pytest.raises(SlotInvalid):
        check_span(START, START + timedelta(days=days))


@pytest.mark.parametrize(("shortest", "longest", "usual"), [(15, 240, 60), (90, 240, 90), (15, 45, 45)])
def test_the_usual_length_is_an_hour_as_far_as_the_rules_allow(
    shortest: int, longest: int, usual: int
) -> None:
    rules = SlotRules(shortest=timedelta(minutes=shortest), longest=timedelta(minutes=longest))
    assert usual_length(rules) == timedelta(minutes=usual)


def test_of_many_connectors_fewer_windows_are_looked_at_and_where_the_others_begin_is_told() -> None:
    many = [window(15 * n, 15 * n + 60) for n in range(100)]
    assert fewer_slots({"dc": many}, 40, None) == ({"dc": many}, None)
    kept, more = fewer_slots({"dc": many, "ac": many[50:]}, 80, None)
    assert (kept["dc"], kept["ac"], more) == (many[:50], [], many[50].start)

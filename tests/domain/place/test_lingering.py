"""Who walked in and stays narrows what begins before; who has booked is stranded by nobody who comes."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.place.choice import Choice
from domain.place.choosing import for_booking, for_extension, for_lock, for_reschedule
from domain.place.forecast import LONGEST_OVERRUN, ForecastSource, RunningSession, forecast
from domain.place.fullness import promised_percent
from domain.place.holds import OpenHold, times_of
from domain.place.packing import Packed, pack, peak_overlap
from domain.place.pool import Pool
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot
from tests.domain.builders import at, window
from tests.domain.place.pools import (
    CODE,
    NOW,
    free,
    given_to,
    make_connector,
    make_hold,
    make_pool,
    reason,
    rows_of_holds,
    running,
    slots,
)

MINUTE = timedelta(minutes=1)
BUSY = make_connector(1, sessions=("",), running=(running(3),))
"""For three quarters of an hour more."""
OTHER = make_connector(2)
SOON, LATER = window(20, 80), window(45, 105)


def test_the_slot_that_begins_in_twenty_minutes_is_not_to_be_had_where_somebody_stays_for_forty() -> None:
    alone = make_pool(BUSY)
    assert (free(alone, SOON), free(alone, LATER)) == (0, 1)
    assert reason(for_booking([alone], SOON, CODE)) is NoPlaceReason.OCCUPIED
    assert given_to(for_booking([make_pool(BUSY, OTHER)], SOON, CODE)) == 2
    unknown = make_connector(1, sessions=("",), running=(RunningSession(code="", started_at=NOW),))
    assert free(make_pool(unknown), SOON) == 1


def test_walk_ins_take_what_is_kept_for_them_first() -> None:
    third = make_connector(3)
    assert free(make_pool(BUSY, OTHER, third, walk_in=1), SOON) == 2
    assert free(make_pool(BUSY, OTHER, third), SOON) == 2
    another = make_connector(2, sessions=("",), running=(running(3),))
    assert free(make_pool(BUSY, another, third, walk_in=1), SOON) == 1


def test_prices_go_by_what_is_promised_not_by_who_walked_in() -> None:
    pool, alone = make_pool(BUSY, OTHER), make_pool(make_connector(1), OTHER)
    assert promised_percent([pool], SOON) == promised_percent([alone], SOON) == 0
    booked = make_hold(7, 2, SOON)
    assert promised_percent([make_pool(BUSY, OTHER, holds=(booked,))], SOON) == 50


def test_who_was_promised_that_place_needs_another_which_nobody_else_is_given() -> None:
    theirs = make_hold(7, 1, SOON)
    pool = make_pool(BUSY, OTHER, holds=(theirs,))
    assert free(pool, SOON) == 0
    assert isinstance(for_booking([pool], window(80, 140), CODE), Choice)
    lock = for_lock(pool, 7, CODE)
    assert (lock.connector_id, lock.contested) == (2, False)


def test_whose_slot_is_over_is_expected_to_stay_as_long_again_and_its_own_slot_takes_nothing_twice() -> None:
    late = RunningSession(code="ABC", started_at=NOW - 90 * MINUTE, slot_end=NOW - 9 * MINUTE)
    found = forecast([late], NOW)
    assert found is not None
    assert (found.until, found.source) == (NOW + 11 * MINUTE, ForecastSource.OVERRUN)
    long_since = RunningSession(code="ABC", started_at=NOW - 900 * MINUTE, slot_end=NOW - 600 * MINUTE)
    assert (found := forecast([long_since], NOW)) is not None
    assert found.until == NOW + LONGEST_OVERRUN + 5 * MINUTE
    within = RunningSession(code="ABC", started_at=NOW - 30 * MINUTE, slot_end=NOW + 30 * MINUTE)
    assert (found := forecast([within], NOW)) is not None
    assert (found.until, found.source, found.takes_time) == (at(30), ForecastSource.SLOT, False)


def test_who_is_late_themselves_is_not_in_their_own_way() -> None:
    late = RunningSession(code=CODE, started_at=NOW - 90 * MINUTE, slot_end=NOW - 10 * MINUTE)
    own = make_connector(1, sessions=(CODE,), running=(late,))
    pool = make_pool(own, holds=(make_hold(7, 1, window(-90, -10), locked=True),))
    times = times_of(window(-90, 20), pool.policy)
    assert given_to(for_extension(pool, times, CODE, hold_id=7, connector_id=1)) == 1
    beside = replace(pool, connectors=(own, make_connector(2, sessions=("",), running=(running(3),))))
    assert given_to(for_extension(beside, times, CODE, hold_id=7, connector_id=1)) == 1
    assert given_to(for_reschedule(pool, times_of(SOON, pool.policy), CODE, hold_id=7)) == 1


def test_who_overstays_is_not_counted_beside_the_buffer_of_their_own_hold() -> None:
    """Their slot was over six minutes ago, and their hold has the berth for the turnover buffer still."""
    begun, over = NOW - 66 * MINUTE, NOW - 6 * MINUTE
    late = RunningSession(code="own", started_at=begun, slot_end=over)
    there = make_connector(1, sessions=("own",), running=(late,))
    pool = make_pool(there, OTHER, holds=(make_hold(7, 1, Slot(begun, NOW + 24 * MINUTE)),))
    soon = Slot(NOW + 9 * MINUTE, NOW + 69 * MINUTE)
    assert free(pool, soon) == 1
    assert given_to(for_booking([pool], soon, CODE)) == 2


lengths = st.lists(st.integers(1, 300).map(lambda minutes: minutes * MINUTE), max_size=12)


@given(lengths, st.integers(0, 200))
def test_who_is_said_to_be_there_is_more_likely_than_not(lasted: list[timedelta], gone: int) -> None:
    session = RunningSession(code="", started_at=NOW - gone * MINUTE, lasted=tuple(lasted))
    found = forecast([session], NOW)
    longer = [one for one in lasted if one > gone * MINUTE]
    assert (found is None) == (len(lasted) < 5 or not longer)
    if found is not None:
        assert found.until > NOW
        still = [one for one in longer if session.started_at + one >= found.until]
        assert 2 * len(still) > len(longer)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Connectors that work, some with a walk-in on them."""
    count = draw(st.integers(1, 3))
    stays = [draw(st.sampled_from([0, 0, 1, 3, 6])) for _ in range(count)]
    connectors = [
        make_connector(n, sessions=("",), running=(running(quarters),)) if quarters else make_connector(n)
        for n, quarters in enumerate(stays, start=1)
    ]
    holds = tuple(hold for n in range(1, count + 1) for hold in draw(rows_of_holds(n, 3)))
    return make_pool(*connectors, holds=holds, walk_in=draw(st.sampled_from([0, 0, 1])))


def packs(pool: Pool, *more: Slot) -> bool:
    """Have all of them a place, beside who is there? A hold that is fixed has it, whoever is there now."""
    fixed = {h.id for h in pool.holds if h.is_settled(pool.now)}
    there = [
        Packed(f"walk-in {c.id}", Slot(pool.now, found.until), c.id)
        for c in pool.connectors
        if (found := c.busy(pool.now)) is not None
    ]
    if any(_clash(h, one) for h in pool.holds if h.id in fixed for one in there):
        return False
    holds = [Packed(str(h.id), h.window, h.connector_id if h.id in fixed else None) for h in pool.holds]
    new = [Packed(f"new {n}", slot) for n, slot in enumerate(more)]
    return pack([*holds, *there, *new], [c.id for c in pool.connectors]) is not None


def _clash(hold: OpenHold, there: Packed) -> bool:
    return hold.connector_id == there.connector_id and hold.window.overlaps(there.window)


@settings(max_examples=400)
@given(pools(), slots().filter(lambda slot: slot.start > NOW))
def test_it_is_accepted_exactly_when_all_can_be_kept(pool: Pool, slot: Slot) -> None:
    if not packs(pool):
        return  # somebody has no place already
    alive = [h.window for h in pool.holds if h.window.overlaps(slot)]
    within = [Slot(max(w.start, slot.start), min(w.end, slot.end)) for w in alive]
    has_share = peak_overlap([*within, slot]) <= len(pool.connectors) - pool.facts.walk_in_connectors
    assert isinstance(for_booking([pool], slot, CODE), Choice) == (has_share and packs(pool, slot))

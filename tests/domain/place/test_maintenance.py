"""Nothing new is placed where a berth is closed for maintenance, and everything else is as if somebody stood there."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.place.choice import Choice, NoPlace
from domain.place.choosing import for_booking, for_clearing, for_extension, for_lock, for_reschedule
from domain.place.closures import Closure, ClosureCause
from domain.place.crowd import HoldsMissing
from domain.place.fit import Needs
from domain.place.holds import OpenHold, times_of
from domain.place.pool import Pool
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot
from tests.domain.builders import at, window
from tests.domain.place.pools import (
    CODE,
    free,
    given_to,
    make_connector,
    make_hold,
    make_pool,
    pools,
    reason,
    slots,
)
from tests.domain.place.test_availability import as_seen, bookings_accepted

LATER = window(120, 180)


def closed(span: Slot, *connector_ids: int) -> Closure:
    return Closure(span=span, cause=ClosureCause.MAINTENANCE, connector_ids=frozenset(connector_ids))


@st.composite
def maintained_pools(draw: st.DrawFn) -> Pool:
    """Of any connectors, at times that overlap what is promised there, too."""
    pool = draw(pools(most_holds=3))
    ids = [c.id for c in pool.connectors]
    closures = tuple(
        closed(draw(slots()), *draw(st.sets(st.sampled_from(ids), min_size=1)))
        for _ in range(draw(st.integers(1, 3)))
    )
    return replace(pool, closures=closures)


def in_maintenance(pool: Pool, hold: OpenHold) -> bool:
    return any(
        one.span.overlaps(hold.window) and hold.connector_id in (one.connector_ids or ())
        for one in pool.closures
    )


@settings(max_examples=150)
@given(maintained_pools(), slots())
def test_as_many_bookings_are_accepted_as_are_offered_and_none_where_it_is_closed(
    pool: Pool, slot: Slot
) -> None:
    offered, stood = free(pool, slot), {h.id for h in pool.holds if in_maintenance(pool, h)}
    assert offered == bookings_accepted(pool, slot)
    found = for_booking([pool], slot, CODE)
    assert isinstance(found, Choice) == (offered > 0)
    if isinstance(found, Choice):
        after = pool.after(found, times_of(slot, pool.policy), 1000)
        there = {h.id: h.connector_id for h in after.holds if in_maintenance(pool, h)}
        assert there == {h.id: h.connector_id for h in pool.holds if h.id in stood}  # nor does anybody move


@settings(max_examples=80)
@given(maintained_pools(), slots())
def test_a_closed_berth_refuses_what_a_locked_hold_of_somebody_else_refuses(pool: Pool, slot: Slot) -> None:
    """Where nobody stands in it: then what is closed can be written as holds."""
    closures = [
        c
        for c in pool.closures
        if not any(in_maintenance(replace(pool, closures=(c,)), h) for h in pool.holds)
    ]
    spans: dict[int, list[Slot]] = {}
    for one in sorted(closures, key=lambda c: c.span.start):
        for id_ in one.connector_ids or ():
            if not any(one.span.overlaps(other) for other in spans.get(id_, ())):
                spans.setdefault(id_, []).append(one.span)
    held = tuple(
        replace(make_hold(-id_ * 100 - n, id_, span, locked=True), pool_id="", connector_id=-id_ * 100 - n)
        for id_, its in spans.items()
        for n, span in enumerate(its)
    )
    written = replace(pool, closures=(), holds=(*pool.holds, *held))
    said = replace(pool, closures=tuple(closed(span, id_) for id_, its in spans.items() for span in its))
    assert free(said, slot) == free(written, slot)


@settings(max_examples=80)
@given(maintained_pools(), slots(), st.integers(0, 4), st.integers(0, 8))
def test_what_was_not_loaded_is_asked_for_or_does_not_matter(
    whole: Pool, slot: Slot, before: int, after: int
) -> None:
    part = as_seen(whole, slot, before, after)
    with suppress(HoldsMissing):
        assert isinstance(for_booking([part], slot, CODE), Choice) == (free(whole, slot) > 0)
    with suppress(HoldsMissing):
        assert free(part, slot) == free(whole, slot)


def test_a_refusal_for_maintenance_says_when_that_is_over_and_only_where_it_is_the_reason() -> None:
    pool = make_pool(make_connector(1), closures=(closed(window(100, 200), 1),))
    assert for_booking([pool], LATER, CODE) == NoPlace(NoPlaceReason.MAINTENANCE, at(200))
    full = replace(pool, connectors=(make_connector(1), make_connector(2)), holds=(make_hold(1, 2, LATER),))
    assert for_booking([full], LATER, CODE) == NoPlace(NoPlaceReason.MAINTENANCE, at(200))
    taken = replace(pool, holds=(make_hold(1, 1, LATER),))
    assert for_booking([taken], LATER, CODE) == NoPlace(NoPlaceReason.FULL)
    assert isinstance(for_booking([pool], window(200, 260), CODE), Choice)


def test_what_stands_in_a_window_leaves_it_and_does_not_come_back() -> None:
    hold = make_hold(7, 1, LATER)
    pool = make_pool(holds=(hold,), closures=(closed(window(150, 400), 1),))
    assert given_to(for_clearing(pool, 7, CODE)) == 2
    assert for_lock(pool, 7, CODE).connector_id == 2
    times = times_of(window(200, 260), pool.policy)
    assert given_to(for_reschedule(pool, times, CODE, hold_id=7)) == 2
    alone = replace(pool, connectors=(make_connector(1),))
    assert reason(for_clearing(alone, 7, CODE)) is NoPlaceReason.MAINTENANCE
    assert for_lock(alone, 7, CODE).faulted
    longer = times_of(Slot(LATER.start, LATER.end + timedelta(minutes=15)), pool.policy)
    assert reason(for_extension(pool, longer, CODE, hold_id=7, connector_id=1)) is NoPlaceReason.MAINTENANCE
    settled = replace(pool, holds=(replace(hold, locked=True),))
    assert reason(for_clearing(settled, 7, CODE)) is NoPlaceReason.FIXED_HOLDS
    assert for_lock(settled, 7, CODE).connector_id == 1


def test_a_hold_whose_bay_is_called_otherwise_by_now_leaves_what_is_maintained() -> None:
    hold = replace(make_hold(7, 1, LATER), needs=Needs(bay="as it was called"))
    pool = make_pool(holds=(hold,), closures=(closed(window(150, 400), 1),))
    assert given_to(for_clearing(pool, 7, CODE)) == 2
    named = replace(pool, holds=(replace(hold, needs=Needs(bay=pool.connector(1).bay or "")),))
    assert not isinstance(for_clearing(named, 7, CODE), Choice)

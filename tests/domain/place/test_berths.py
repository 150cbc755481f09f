"""Berths with several connectors, of one pool or of two: what is offered, what is placed, and the truth agree."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.place.choice import Choice
from domain.place.choosing import booking_wish, for_booking
from domain.place.crowd import HoldsMissing
from domain.place.holds import OpenHold, times_of
from domain.place.pool import Pool
from domain.place.slots import Slot
from tests.domain.builders import window
from tests.domain.place.pools import CODE, NOW, free, make_connector, make_hold, make_pool, pools, slots

TWIN, ELSEWHERE = 100, 1000
"""Added to a connector's id: of its sibling in the same pool, and in another one."""


@st.composite
def sharing(draw: st.DrawFn) -> Pool:
    """Some berths with a second connector of the pool, some with one of another pool that may hold them."""
    pool = draw(pools(most_connectors=3, most_holds=3))
    connectors = []
    for connector in pool.connectors:
        shared = replace(connector, siblings=(ConnectorStatus.AVAILABLE,))
        connectors.append(draw(st.sampled_from([connector, shared])))
        if draw(st.booleans()):
            status = draw(st.sampled_from([ConnectorStatus.AVAILABLE, ConnectorStatus.FAULTED]))
            connectors[-1] = shared
            connectors.append(replace(shared, id=connector.id + TWIN, status=status))
    shared_berths = {c.berth_id for c in connectors if c.siblings}
    twins = {c.berth_id for c in connectors if c.id > TWIN}
    holds = [draw(placed(h, h.berth_id in shared_berths, h.berth_id in twins)) for h in pool.holds]
    return replace(pool, connectors=tuple(connectors), holds=tuple(holds))


@st.composite
def placed(draw: st.DrawFn, hold: OpenHold, is_shared: bool, has_twin: bool) -> OpenHold:
    elsewhere = replace(hold, connector_id=hold.connector_id + ELSEWHERE, pool_id="other", locked=True)
    twin = replace(hold, connector_id=hold.connector_id + TWIN)
    found: OpenHold = draw(
        st.sampled_from([hold, *([elsewhere] if is_shared else []), *([twin] if has_twin else [])])
    )
    return found


def bookings_accepted(pool: Pool, slot: Slot) -> int:
    count = 0
    while isinstance(choice := for_booking([pool], slot, f"NEW-{count}"), Choice):
        count += 1
        pool = pool.after(choice, times_of(slot, pool.policy), hold_id=1000 + count)
    return count


@settings(max_examples=400)
@given(sharing(), slots())
def test_as_many_bookings_are_accepted_as_are_offered(pool: Pool, slot: Slot) -> None:
    assert free(pool, slot) == bookings_accepted(pool, slot)


@settings(max_examples=300)
@given(sharing(), slots())
def test_a_booking_finds_a_berth_exactly_when_there_is_one(pool: Pool, slot: Slot) -> None:
    """Against trying every assignment: no berth is promised twice, and other pools' holds stay."""
    found = for_booking([pool], slot, CODE)
    wish = booking_wish(pool, slot, CODE)
    room = pool.room(wish)
    assert room is not None
    assert isinstance(found, Choice) == (room > 0 and an_assignment_exists(pool, slot))
    if isinstance(found, Choice):
        assert found.connector_id in wish.candidates.ids
        assert not any(h.is_fixed(NOW) for h in pool.holds if h.id in found.moves)
        after = pool.after(found, times_of(slot, pool.policy), 9999).holds
        assert not any(
            a.berth_id == b.berth_id and a.window.overlaps(b.window) for a, b in combinations(after, 2)
        )


def an_assignment_exists(pool: Pool, slot: Slot) -> bool:
    wish = booking_wish(pool, slot, CODE)
    around = pool.without(-1)._around(wish)
    serving, candidates = pool.berths(wish.candidates.serving), pool.berths(wish.candidates.ids)
    places = [[h.berth_id] if h.is_fixed(NOW) else serving for h in around]
    spans = [*(h.window for h in around), wish.window]
    return any(
        not any(
            chosen[i] == chosen[j] and spans[i].overlaps(spans[j])
            for i, j in combinations(range(len(spans)), 2)
        )
        for chosen in product(*places, candidates)
    )


@settings(max_examples=300)
@given(sharing(), slots(), st.integers(0, 4), st.integers(0, 8))
def test_holds_that_were_not_loaded_are_asked_for_or_do_not_matter(
    whole: Pool, slot: Slot, before: int, after: int
) -> None:
    quarter = timedelta(minutes=15)
    needed = times_of(slot, whole.policy).window
    seen = Slot(needed.start - before * quarter, needed.end + after * quarter)
    part = replace(whole, holds=tuple(h for h in whole.holds if h.window.overlaps(seen)), seen=seen)
    with suppress(HoldsMissing):
        assert free(part, slot) == free(whole, slot)


def test_two_connectors_of_one_berth_are_one_place() -> None:
    pair = (make_connector(1), make_connector(2, berth_id=1))
    assert free(make_pool(*pair), window(60, 90)) == 1
    assert free(make_pool(*pair, holds=(make_hold(7, 1, window(60, 90)),)), window(60, 90)) == 0


def test_what_another_pool_has_on_a_broken_plugs_berth_takes_nothing_from_the_others() -> None:
    broken = make_connector(1, status=ConnectorStatus.FAULTED, siblings=(ConnectorStatus.AVAILABLE,))
    stranger = replace(
        make_hold(7, 1, window(60, 90), locked=True), pool_id="other", connector_id=1 + ELSEWHERE
    )
    pool = make_pool(broken, make_connector(2), holds=(stranger,))
    assert free(pool, window(60, 90)) == 1


@pytest.mark.parametrize(
    ("status", "siblings", "sessions", "usable"),
    [
        (ConnectorStatus.UNAVAILABLE, (ConnectorStatus.CHARGING,), (), True),
        (ConnectorStatus.UNAVAILABLE, (ConnectorStatus.PREPARING,), (), True),
        (ConnectorStatus.UNAVAILABLE, (ConnectorStatus.RESERVED,), (), True),
        (ConnectorStatus.UNAVAILABLE, (ConnectorStatus.AVAILABLE,), ("",), True),
        (ConnectorStatus.UNAVAILABLE, (ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED), (), False),
        (ConnectorStatus.UNAVAILABLE, (ConnectorStatus.AVAILABLE,), (), False),
        (ConnectorStatus.UNAVAILABLE, (), (), False),
        (ConnectorStatus.FAULTED, (ConnectorStatus.CHARGING,), (), False),
    ],
)
def test_unavailable_is_no_trouble_while_the_sibling_is_in_use(
    status: ConnectorStatus, siblings: tuple[ConnectorStatus, ...], sessions: tuple[str, ...], usable: bool
) -> None:
    connector = make_connector(1, status=status, siblings=siblings, sessions=sessions)
    assert connector.is_usable == usable


def test_a_car_at_the_sibling_takes_the_connector() -> None:
    connector = make_connector(1, siblings=(ConnectorStatus.OCCUPIED,))
    assert connector.is_taken_from(CODE)
    assert not connector.is_taken_from(CODE, trust_status=False)

"""Where bays differ, as many bookings are offered as are accepted one after another, and each can be kept."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.place.choice import Choice
from domain.place.choosing import booking_wish, for_booking
from domain.place.connectors import PoolConnector
from domain.place.few_moves import FewMoves
from domain.place.holds import OpenHold, times_of
from domain.place.places import Places
from domain.place.pool import Pool
from domain.place.rows import Rows, Timeline
from domain.place.slots import Slot
from domain.place.wishes import Wish
from tests.domain.builders import window
from tests.domain.place.pools import CODE, assert_no_overlap, free, make_facts, make_hold, make_pool, running
from tests.domain.place.test_availability import bookings_accepted
from tests.domain.place.test_maintenance import closed
from tests.domain.place.test_unlike_connectors import CCS, CHADEMO, evse, held

KINDS = ((CCS, CHADEMO), (CCS,), (CHADEMO,))


@st.composite
def rich_pools(draw: st.DrawFn) -> Pool:
    """Plugs, people who may use some bays only, bays shared with another pool, trouble, walk-ins, maintenance."""
    count = draw(st.integers(3, 7))
    evses = [draw(evses_of(number)) for number in range(1, count + 1)]
    ids = [one.id for one in evses]
    holds = tuple(hold for one in evses for hold in draw(rows(one, ids)))
    walk_ins = draw(st.sampled_from([(), (), (1,)]))
    return make_pool(
        *(
            replace(one, running=(running(2),), sessions=("",)) if one.id in walk_ins else one
            for one in evses
        ),
        holds=holds,
        facts=make_facts(
            connector_type=CHADEMO, plugs=(CCS, CHADEMO), walk_in_connectors=draw(st.sampled_from([0, 0, 1]))
        ),
        closures=tuple(
            closed(window(60 * n, 60 * n + 90), draw(st.sampled_from(ids)))
            for n in range(draw(st.integers(0, 2)))
        ),
    )


@st.composite
def evses_of(draw: st.DrawFn, number: int) -> PoolConnector:
    one = evse(number, *draw(st.sampled_from(KINDS)))
    broken = draw(st.sampled_from([False] * 5 + [True]))
    return replace(one, charger_status=ConnectorStatus.FAULTED) if broken else one


@st.composite
def rows(draw: st.DrawFn, one: PoolConnector, ids: list[int]) -> Iterator[OpenHold]:
    end, found = 0, []
    for n in range(draw(st.integers(0, 4))):
        start = end + 15 * draw(st.sampled_from([0, 1, 3]))
        end = start + 15 * draw(st.integers(1, 5))
        locked = draw(st.sampled_from([False] * 5 + [True]))
        if draw(st.sampled_from([False] * 5 + [True])):
            found.append(
                replace(
                    make_hold(10 * one.id + n, one.id, window(start, end), locked=True), connector_id=-one.id
                )
            )
            continue
        plug = draw(st.sampled_from([plug for plug, _ in one.plugs]))
        some = draw(st.none() | st.frozensets(st.sampled_from(ids)))
        hold = held(10 * one.id + n, one.id, start, end, plug, locked=locked)
        found.append(replace(hold, among=None if some is None else some | {one.id}))
    return iter(found)


@settings(max_examples=300)
@given(rich_pools(), st.integers(0, 14), st.integers(1, 6))
def test_as_many_are_accepted_as_are_offered_and_not_one_more(pool: Pool, start: int, long: int) -> None:
    asked = window(15 * start, 15 * (start + long))
    assert free(pool, asked) == bookings_accepted(pool, asked)


@settings(max_examples=300)
@given(rich_pools(), st.integers(0, 14), st.integers(1, 6))
def test_what_is_given_can_be_kept_beside_all_that_was_promised(pool: Pool, start: int, long: int) -> None:
    asked, by_id = window(15 * start, 15 * (start + long)), {hold.id: hold for hold in pool.holds}
    for number in range(len(pool.connectors)):
        choice = for_booking([pool], asked, CODE)
        if not isinstance(choice, Choice):
            break
        for id_, to in choice.moves.items():
            if id_ in by_id:
                assert not by_id[id_].is_settled(pool.now)
                assert by_id[id_].may_be_on(to)
                assert pool.connector(to).has(by_id[id_].plug)
        assert pool.connector(choice.connector_id).has(CHADEMO)
        pool = pool.after(choice, times_of(asked, pool.policy), 1000 + number)
        on_berths = tuple(replace(hold, connector_id=hold.berth_id) for hold in pool.holds)
        assert_no_overlap(on_berths)


@settings(max_examples=200)
@given(rich_pools(), st.integers(2, 14), st.integers(1, 6))
def test_no_assignment_has_more_than_is_told_to_be_the_most(pool: Pool, start: int, long: int) -> None:
    pool = replace(pool, closures=())
    wish = booking_wish(pool, window(15 * start, 15 * (start + long)))
    room = pool.room(wish) or 0
    if wish.candidates.ids and room > 0:
        assert most_by_trying(pool, wish, room) <= pool.accepted(wish, room).most


@pytest.mark.parametrize("lingering", [{1}, {2}, {1, 2}])
def test_nobody_makes_way_where_somebody_lingers(lingering: set[int]) -> None:
    """Who is at 1 may go on to 3, where nobody else may be; nobody is at 2."""
    asked = window(240, 300)
    held_at = replace(held(10, 1, 240, 300, CCS), among=frozenset({1, 3}))
    pool = make_pool(evse(1, CCS), evse(2, CCS), evse(3, CCS), holds=(held_at,))
    candidates = booking_wish(pool, asked).candidates
    rows = Rows(
        Places(pool.connectors, pool.ground.berth_of, candidates),
        [pool.ground.berth_of[number] for number in (1, 2)],
        Timeline(pool.holds, pool.now),
        [replace(make_hold(100 + at, at, asked), connector_id=at) for at in lingering],
    )
    moves = FewMoves(rows, lambda _span: None)
    left = {pool.ground.berth_of[number] for number in (1, 2) if number not in lingering}
    made = moves.made(asked)
    assert (set() if made is None else {made.berth_id}) == left
    accepted = moves.accepted(asked, 2, moving=True).made
    assert {one.berth_id for one in accepted} == left


def most_by_trying(pool: Pool, wish: Wish, room: int) -> int:
    """Each stands where it is or goes where it fits. Of those that may move only who is there in the window."""
    asked, able = wish.window, {*wish.candidates.serving} - wish.candidates.doubtful
    settled = [(h.berth_id, h.window) for h in pool.holds if h.is_settled(pool.now)]
    rest = [
        (
            [
                c.id
                for c in pool.connectors
                if c.id == h.connector_id or (c.id in able and c.has(h.plug) and h.may_be_on(c.id))
            ],
            h.window,
        )
        for h in pool.holds
        if not h.is_settled(pool.now) and h.window.overlaps(asked)
    ]
    wanted = [*wish.candidates.ids]

    def placed(taken: list[tuple[int, Slot]], others: list[tuple[list[int], Slot]]) -> bool:
        if not others:
            return True
        (among, span), *more = others
        return any(
            placed([*taken, (id_, span)], more)
            for id_ in among
            if not any(at == id_ and span.overlaps(other) for at, other in taken)
        )

    count = 0
    while count < room and placed(
        settled, sorted([*rest, *[(wanted, asked)] * (count + 1)], key=lambda p: len(p[0]))
    ):
        count += 1
    return count

"""Which connector a booking, a reschedule, an extension is given: small pools for each rule, random ones for all."""

from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.place.choice import Choice, NoPlace
from domain.place.choosing import (
    booking_wish,
    for_booking,
    for_extension,
    for_reschedule,
)
from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold, times_of
from domain.place.pool import Pool
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot
from tests.domain.builders import at, window
from tests.domain.place.pools import (
    CODE,
    NOW,
    assert_no_overlap,
    given_to,
    make_connector,
    make_facts,
    make_hold,
    make_pool,
    overlap,
    pools,
    reason,
    slots,
)

FAULTED = make_connector(1, status=ConnectorStatus.FAULTED)
BUSY = make_connector(1, status=ConnectorStatus.CHARGING, sessions=("",))
SOON = window(10, 70)
LATER = window(60, 120)
FAR = window(300, 360)


def book(pool: Pool, slot: Slot) -> Choice | NoPlace:
    return for_booking([pool], slot, CODE)


def test_a_booking_goes_to_the_connector_with_the_smallest_gap_before_it() -> None:
    holds = (make_hold(1, 1, window(-60, 30)), make_hold(2, 2, window(0, 55)))
    pool = make_pool(make_connector(1), make_connector(2), make_connector(3), holds=holds)
    assert given_to(book(pool, LATER)) == 2


def test_a_hold_more_than_a_day_ago_makes_no_better_fit() -> None:
    old = make_hold(1, 2, window(60 - 26 * 60, 60 - 25 * 60))
    assert given_to(book(make_pool(holds=(old,)), LATER)) == 1


@pytest.mark.parametrize(
    ("trouble", "slot", "expected"),
    [
        ({"status": ConnectorStatus.FAULTED}, LATER, 2),
        ({"charger_status": ConnectorStatus.UNAVAILABLE}, LATER, 2),
        ({"connected": False, "last_seen_at": at(-10)}, LATER, 2),
        ({"connected": False, "last_seen_at": at(-1)}, LATER, 2),
        ({"sessions": ("",)}, SOON, 2),
        ({"status": ConnectorStatus.OCCUPIED}, SOON, 2),
        ({"sessions": ("",)}, LATER, 1),
        ({"sessions": (CODE,), "status": ConnectorStatus.CHARGING}, window(0, 60), 1),
    ],
)
def test_a_doubtful_connector_comes_last(trouble: dict[str, object], slot: Slot, expected: int) -> None:
    pool = make_pool(make_connector(1, **trouble), make_connector(2))
    assert given_to(book(pool, slot)) == expected


@pytest.mark.parametrize(
    ("connector", "slot", "refused"),
    [
        (FAULTED, FAR, None),  # may be repaired by then
        (FAULTED, window(120, 180), NoPlaceReason.OUT_OF_ORDER),  # the fault watch is two hours
        (FAULTED, window(135, 180), None),
        (make_connector(1, connected=False, last_seen_at=at(-1)), LATER, None),  # a reconnect is no outage
        (make_connector(1, connected=False, last_seen_at=at(-3)), LATER, NoPlaceReason.OUT_OF_ORDER),
        (make_connector(1, connected=False, last_seen_at=None), LATER, NoPlaceReason.OUT_OF_ORDER),
        (BUSY, SOON, None),  # may have gone by then
        (BUSY, window(0, 60), NoPlaceReason.OCCUPIED),
        (make_connector(1, status=ConnectorStatus.FINISHING), window(0, 60), NoPlaceReason.OCCUPIED),
        (make_connector(1, status=ConnectorStatus.PREPARING), window(0, 60), None),
    ],
)
def test_the_only_connector_is_given_or_refused(
    connector: PoolConnector, slot: Slot, refused: NoPlaceReason | None
) -> None:
    found = book(make_pool(connector), slot)
    assert (found.reason if isinstance(found, NoPlace) else None) == refused


def test_a_refusal_says_what_stands_in_the_way() -> None:
    both = (make_hold(1, 1, LATER), make_hold(2, 2, LATER))
    assert reason(book(make_pool(holds=both), LATER)) is NoPlaceReason.FULL
    assert reason(book(make_pool(holds=both[:1], walk_in=1), LATER)) is NoPlaceReason.WALK_IN_SHARE
    across = (make_hold(1, 1, window(0, 90)), make_hold(2, 2, window(120, 180), locked=True))
    assert reason(book(make_pool(holds=across), window(60, 150))) is NoPlaceReason.FIXED_HOLDS


def test_soft_holds_change_connectors_when_nothing_is_free_as_it_is() -> None:
    across = (make_hold(1, 1, window(30, 90)), make_hold(2, 2, window(120, 180)))
    found = book(make_pool(holds=across), window(60, 150))
    assert isinstance(found, Choice)
    assert found.moves in ({1: 2}, {2: 1})


def test_the_most_powerful_pool_with_a_place_is_taken() -> None:
    weak = make_pool(facts=make_facts("ac", power_w=22_000))
    full = make_pool(
        make_connector(3), holds=(make_hold(1, 3, LATER),), facts=make_facts("hpc", power_w=300_000)
    )
    strong = make_pool(make_connector(4), facts=make_facts("dc"))
    found = for_booking([weak, full, strong], LATER, CODE)
    assert isinstance(found, Choice)
    assert (found.pool_id, found.connector_id) == ("dc", 4)


def test_of_several_refusals_the_nearest_to_a_yes_is_told() -> None:
    broken = make_pool(FAULTED, facts=make_facts("a"))
    kept = make_pool(facts=make_facts("b", walk_in_connectors=2))
    assert reason(for_booking([broken, kept], LATER, CODE)) is NoPlaceReason.WALK_IN_SHARE
    assert reason(for_booking([], LATER, CODE)) is NoPlaceReason.OUT_OF_ORDER


@settings(max_examples=300)
@given(pools(most_connectors=3, most_holds=2), slots())
def test_a_booking_finds_a_place_exactly_when_there_is_one(pool: Pool, slot: Slot) -> None:
    """Against trying every assignment; and nobody is moved who may not be, nor onto another's time."""
    found = book(pool, slot)
    wish = booking_wish(pool, slot, CODE)
    room = pool.room(wish)
    assert room is not None
    assert isinstance(found, Choice) == (room > 0 and an_assignment_exists(pool, wish.window, slot))
    if isinstance(found, Choice):
        assert found.connector_id in wish.candidates.ids
        assert set(found.moves.values()) <= set(wish.candidates.serving)
        assert not any(h.is_fixed(NOW) for h in pool.holds if h.id in found.moves)
        assert_no_overlap(pool.after(found, times_of(slot, pool.policy), 99).holds)


def an_assignment_exists(pool: Pool, wanted: Slot, slot: Slot) -> bool:
    wish = booking_wish(pool, slot, CODE)
    if any(not clashes(pool.holds, c, wanted) for c in wish.candidates.ids):
        return True
    # What is connected to the window through overlaps has to be placed anew.
    around: list[OpenHold] = []
    while more := [h for h in pool.holds if h not in around and touches(h, around, wanted)]:
        around += more
    fixed = [h for h in around if h.is_fixed(NOW)]
    soft = [h for h in around if h not in fixed]
    for newcomer, *places in product(wish.candidates.ids, *[wish.candidates.serving] * len(soft)):
        moved = [replace(h, connector_id=c) for h, c in zip(soft, places, strict=True)]
        everyone = [*fixed, *moved, make_hold(99, newcomer, wanted)]
        if not any(overlap(a, b) for a, b in combinations(everyone, 2)):
            return True
    return False


def touches(hold: OpenHold, around: list[OpenHold], wanted: Slot) -> bool:
    return any(hold.window.overlaps(w) for w in [wanted, *(h.window for h in around)])


def clashes(holds: tuple[OpenHold, ...], connector_id: int, wanted: Slot) -> bool:
    return any(h.connector_id == connector_id and h.window.overlaps(wanted) for h in holds)


def test_a_reschedule_does_not_stand_in_its_own_way() -> None:
    pool = make_pool(make_connector(1), holds=(make_hold(7, 1, window(60, 120)),))
    times = times_of(window(90, 150), pool.policy)
    assert given_to(for_reschedule(pool, times, CODE, hold_id=7)) == 1
    assert reason(for_reschedule(pool, times, CODE, hold_id=8)) is NoPlaceReason.FULL


def test_an_extension_keeps_the_connector_and_soft_holds_leave_it() -> None:
    holds = (make_hold(7, 1, window(-30, 30)), make_hold(8, 1, window(30, 90)))
    pool = make_pool(make_connector(1, sessions=(CODE,)), make_connector(2), holds=holds)
    times = times_of(window(-30, 60), pool.policy)
    found = for_extension(pool, times, CODE, hold_id=7, connector_id=1)
    assert found == Choice(pool_id="dc", connector_id=1, moves={8: 2})
    locked = replace(pool, holds=(holds[0], replace(holds[1], locked=True)))
    refused = for_extension(locked, times, CODE, hold_id=7, connector_id=1)
    assert reason(refused) is NoPlaceReason.FIXED_HOLDS


@pytest.mark.parametrize(("walk_in", "neighbour"), [(1, ()), (0, (make_hold(8, 2, SOON, locked=True),))])
def test_an_extension_is_not_refused_for_the_trouble_of_another_connector(
    walk_in: int, neighbour: tuple[OpenHold, ...]
) -> None:
    broken = replace(FAULTED, id=2, berth_id=2, sessions=())
    holds = (make_hold(7, 1, SOON), *neighbour)
    pool = make_pool(make_connector(1, sessions=(CODE,)), broken, holds=holds, walk_in=walk_in)
    times = times_of(window(10, 90), pool.policy)
    assert given_to(for_extension(pool, times, CODE, hold_id=7, connector_id=1)) == 1


def test_an_extension_leaves_the_walk_in_share() -> None:
    holds = (make_hold(7, 1, SOON), make_hold(8, 2, LATER))
    pool = make_pool(make_connector(1, sessions=(CODE,)), make_connector(2), holds=holds, walk_in=1)
    times = times_of(Slot(SOON.start, LATER.end), pool.policy)
    refused = for_extension(pool, times, CODE, hold_id=7, connector_id=1)
    assert reason(refused) is NoPlaceReason.WALK_IN_SHARE


@settings(max_examples=300)
@given(pools(most_holds=2), st.data())
def test_an_extension_is_given_whatever_the_others_report(pool: Pool, data: st.DataObject) -> None:
    """What the other connectors of the pool report never decides, while none of their holds has to move."""
    own = data.draw(st.sampled_from(pool.connectors))
    times = times_of(window(-15, 45), pool.policy)
    others = tuple(h for h in pool.holds if h.connector_id != own.id)
    alone = replace(pool, holds=(*others, make_hold(99, own.id, window(-15, 15))))
    well = tuple(make_connector(c.id) if c.id != own.id else c for c in pool.connectors)
    found = [
        for_extension(replace(alone, connectors=all_), times, CODE, hold_id=99, connector_id=own.id)
        for all_ in (pool.connectors, well)
    ]
    assert isinstance(found[0], Choice) == isinstance(found[1], Choice)


def test_an_extension_does_not_ask_whether_its_own_connector_is_well() -> None:
    pool = make_pool(replace(FAULTED, sessions=(CODE,)), make_connector(2), holds=(make_hold(7, 1, SOON),))
    times = times_of(window(10, 90), pool.policy)
    assert given_to(for_extension(pool, times, CODE, hold_id=7, connector_id=1)) == 1

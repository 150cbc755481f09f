"""Packing against brute force, and the theorem that max overlap <= capacity is enough when nothing is pinned."""

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.place.packing import Packed, pack, peak_overlap
from tests.domain.builders import window


@st.composite
def small_pools(draw: st.DrawFn) -> tuple[list[Packed], list[int]]:
    connectors = list(range(1, draw(st.integers(1, 3)) + 1))
    holds = []
    for index in range(draw(st.integers(0, 6))):
        start, length = draw(st.integers(0, 8)), draw(st.integers(1, 5))
        pin = draw(st.sampled_from([None, None, *connectors]))
        few = None if pin else draw(st.none() | st.frozensets(st.sampled_from([*connectors, 9])))
        holds.append(Packed(f"hold-{index}", window(start, start + length), pin, few))
    return holds, connectors


def is_valid(holds: list[Packed], assignment: dict[str, int]) -> bool:
    kept = all(
        hold.connector_id in (None, assignment[hold.key])
        and (hold.among is None or assignment[hold.key] in hold.among)
        for hold in holds
    )
    return kept and not any(
        assignment[a.key] == assignment[b.key] and a.window.overlaps(b.window)
        for a, b in combinations(holds, 2)
    )


@settings(max_examples=400)
@given(small_pools())
def test_packing_succeeds_exactly_when_some_assignment_exists(pool: tuple[list[Packed], list[int]]) -> None:
    holds, connectors = pool
    exists = any(
        is_valid(holds, dict(zip([hold.key for hold in holds], choice, strict=True)))
        for choice in product(connectors, repeat=len(holds))
    )
    found = pack(holds, connectors)
    assert (found is not None) == exists
    if found is not None:
        assert is_valid(holds, found)
        assert set(found.values()) <= set(connectors)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 120)), max_size=60))
def test_unpinned_holds_fit_on_as_many_connectors_as_overlap_at_once(spans: list[tuple[int, int]]) -> None:
    holds = [Packed(f"hold-{n}", window(a, a + length)) for n, (a, length) in enumerate(spans)]
    peak = peak_overlap([hold.window for hold in holds])
    found = pack(holds, range(peak))
    assert found is not None
    assert is_valid(holds, found)
    if peak:
        assert pack(holds, range(peak - 1)) is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=20))
def test_the_peak_is_the_busiest_instant(spans: list[tuple[int, int]]) -> None:
    windows = [window(a, a + length) for a, length in spans]
    counted = [sum(w.start <= instant.start < w.end for w in windows) for instant in windows]
    assert peak_overlap(windows) == max(counted, default=0)


@given(small_pools())
def test_the_same_holds_are_packed_the_same_way_whatever_their_order(
    pool: tuple[list[Packed], list[int]],
) -> None:
    holds, connectors = pool
    assert pack(holds, connectors) == pack(list(reversed(holds)), connectors)


def test_a_pool_with_thousands_of_holds_neither_overflows_nor_stalls() -> None:
    back_to_back = [
        Packed(f"{connector}-{n}", window(n * 15 + connector % 7, n * 15 + 15 + connector % 7))
        for connector in range(10)
        for n in range(500)
    ]
    assert pack(back_to_back, range(10)) is not None
    pinned = [*back_to_back[1:], Packed("pinned", back_to_back[0].window, connector_id=4)]
    found = pack(pinned, range(10))
    assert found is not None
    assert found["pinned"] == 4


def test_a_pin_makes_way_where_greedy_would_block_it() -> None:
    holds = [Packed("long", window(0, 60)), Packed("short", window(0, 20)), Packed("pin", window(30, 60), 1)]
    assert pack(holds, [1, 2]) == {"long": 2, "short": 1, "pin": 1}


def test_two_holds_pinned_to_one_connector_at_once_do_not_fit() -> None:
    clash = [Packed("a", window(0, 30), 1), Packed("b", window(20, 40), 1)]
    assert pack(clash, [1, 2]) is None


def test_a_hold_on_a_connector_outside_the_pool_takes_nothing_from_it() -> None:
    assert pack([Packed("out", window(0, 30), 9), Packed("in", window(0, 30))], [1]) == {"out": 9, "in": 1}
    assert pack([Packed("in", window(0, 30))], []) is None

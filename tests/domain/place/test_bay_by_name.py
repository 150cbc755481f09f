"""One bay by name: had if and only if there is an assignment that keeps to it, and what that takes from others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BayCostsTooMuch, BayTaken, BayUnfit, UnknownBay
from domain.place.bay_by_name import AROUND, check_bay, check_cost, named_bay, pools_with
from domain.place.choice import Choice
from domain.place.choosing import for_booking, for_lock
from domain.place.fit import BayShape, Needs
from domain.place.holds import OpenHold, times_of
from domain.place.packing import Packed, pack
from domain.place.pool import Pool
from domain.place.replacing import for_replacement
from domain.place.slots import Slot
from domain.terms.named_bay import NamedBay
from tests.domain.builders import window
from tests.domain.place.pools import CODE, free, make_connector, make_hold, make_pool
from tests.factories import make_policy

STEP = timedelta(minutes=15)


def at_bay(number: int) -> Needs:
    return Needs(bay=f"Bay {number}")


def bays(count: int, *, holds: Sequence[OpenHold] = (), bay: int = 0) -> Pool:
    """Who asks wants that bay; 0: whichever."""
    pool = make_pool(*(make_connector(n) for n in range(1, count + 1)), needs=at_bay(bay) if bay else Needs())
    return replace(pool, holds=tuple(pool.ground.narrowed(hold) for hold in holds))


def kept(hold_id: int, number: int, start: int, end: int) -> OpenHold:
    return replace(make_hold(hold_id, number, window(start, end)), needs=at_bay(number))


def given_place(pool: Pool, asked: Slot) -> Choice:
    found = for_booking([pool], asked, CODE)
    assert isinstance(found, Choice)
    return found


def cost(pool: Pool, asked: Slot) -> NamedBay:
    told = named_bay(pool, times_of(asked, pool.policy), CODE, given_place(pool, asked))
    assert told is not None
    return told


def test_whoever_can_make_way_does_and_who_asked_for_it_by_name_does_not() -> None:
    soft, asked = make_hold(11, 1, window(60, 120)), window(60, 120)
    assert given_place(bays(2, holds=[soft], bay=1), asked).moves == {11: 2}
    pool = bays(2, holds=[kept(11, 1, 60, 120)], bay=1)
    refused = for_booking([pool], asked, CODE)
    assert not isinstance(refused, Choice)
    assert free(pool, asked) == 0
    with pytest.raises(BayTaken):
        check_bay(refused, pool.needs, [pool])
    assert given_place(bays(2, holds=[kept(11, 1, 60, 120)]), asked).connector_id == 2


def test_at_an_empty_site_nothing_is_lost() -> None:
    """Whoever comes is placed around it."""
    told = cost(bays(2, bay=2), window(60, 120))
    assert (told.bay, told.lost) == ("Bay 2", 0)
    assert told.starts == 1 + (window(60, 120).start + AROUND - bays(2).now) // STEP


def test_what_two_kept_bays_cut_into_pieces_is_lost_to_others() -> None:
    asked, together = window(120, 240), [kept(11, 1, 0, 60)]
    assert cost(bays(2, holds=together, bay=1), asked).lost == 0
    apart = [kept(11, 1, 240, 360), kept(12, 2, 0, 60)]
    # Left to us it were the first, and the second free from 60 on. Kept to the second, whoever comes has two hours of
    # the first until 240, if they begin by 120, and of either from then on: 135 to 225 are lost.
    assert cost(bays(2, holds=apart, bay=2), asked).lost == len(range(135, 226, 15))


@st.composite
def full_pools(draw: st.DrawFn) -> tuple[Pool, Slot]:
    count = draw(st.integers(2, 3))
    holds = []
    for number in range(1, count + 1):
        end = 30
        for n in range(draw(st.integers(0, 3))):
            start = end + 15 * draw(st.integers(0, 4))
            end = start + 15 * draw(st.integers(1, 6))
            one = kept if draw(st.booleans()) else (lambda i, c, s, e: make_hold(i, c, window(s, e)))
            holds.append(one(10 * number + n, number, start, end))
    start = 15 * draw(st.integers(2, 12))
    asked = window(start, start + 15 * draw(st.integers(1, 5)))
    return bays(count, holds=holds, bay=draw(st.integers(1, count))), asked


@given(full_pools())
def test_the_cost_is_what_others_are_refused_because_of_it(case: tuple[Pool, Slot]) -> None:
    pool, asked = case
    found = for_booking([pool], asked, CODE)
    if not isinstance(found, Choice):
        return
    told = named_bay(pool, times_of(asked, pool.policy), CODE, found)
    assert told is not None
    ids = tuple(c.id for c in pool.connectors)

    def takes(bay: int | None, other: Slot) -> bool:
        there = [
            Packed(str(h.id), h.window, among=h.among if h.among is None else frozenset(h.among))
            if not h.is_settled(pool.now)
            else Packed(str(h.id), h.window, h.connector_id)
            for h in pool.holds
        ]
        return pack([*there, Packed("mine", asked, bay), Packed("other", other)], ids) is not None

    starts = []
    begins = pool.now
    while begins <= asked.start + AROUND:
        starts.append(asked.moved_to(begins))
        begins += STEP
    possible = [one for one in starts if takes(None, one)]
    assert told.starts == len(possible)
    assert told.lost == len([one for one in possible if not takes(found.connector_id, one)])


def test_a_site_may_bar_what_takes_too_much() -> None:
    told = NamedBay(bay="Bay 1", lost=3, starts=40)
    check_cost(told, make_policy())
    check_cost(told, make_policy(most_starts_lost=3))
    with pytest.raises(BayCostsTooMuch) as refused:
        check_cost(told, make_policy(most_starts_lost=2))
    assert refused.value.why.parameters() == {"bay": "Bay 1", "lost": 3, "starts": 40, "most": 2}


def test_a_bay_that_is_not_there_or_does_not_fit_is_refused_as_such() -> None:
    pool = make_pool(make_connector(1, shape=BayShape(height_cm=200)), make_connector(2))
    there, labels = {pool.facts: pool.connectors}, ["Bay 1", "Bay 2", "Bay 9"]
    assert pools_with("Bay 2", there, labels) == [pool.facts]
    with pytest.raises(UnknownBay):
        pools_with("Bay 7", there, labels)
    with pytest.raises(BayUnfit) as elsewhere:
        pools_with("Bay 9", there, labels)
    assert elsewhere.value.why.parameters() == {"bay": "Bay 9", "misfits": ["pool"]}
    tall = replace(pool, needs=Needs(height_cm=210, bay="Bay 1"))
    with pytest.raises(BayUnfit) as low:
        check_bay(for_booking([tall], window(60, 120), CODE), tall.needs, [tall])
    assert low.value.why.parameters() == {"bay": "Bay 1", "misfits": ["height"]}


def test_at_lock_time_it_stays_at_its_bay_and_is_moved_only_when_that_is_broken() -> None:
    soon = kept(11, 1, 10, 70)
    pool = bays(2, holds=[soon])
    assert for_lock(pool, 11, CODE).connector_id == 1
    taken = replace(pool, connectors=(make_connector(1, sessions=("",)), make_connector(2)))
    assert (for_lock(taken, 11, CODE).connector_id, for_lock(taken, 11, CODE).contested) == (1, True)
    broken = replace(
        pool, connectors=(make_connector(1, connected=False, last_seen_at=None), make_connector(2))
    )
    assert for_lock(broken, 11, CODE).faulted
    times = times_of(window(10, 70), pool.policy)
    at_it = for_replacement([replace(pool, needs=soon.needs)], times, CODE, exclude=[1])
    assert not isinstance(at_it, Choice)
    assert isinstance(for_replacement([pool], times, CODE, exclude=[1]), Choice)


def test_a_bay_that_was_renamed_holds_nobody_any_more() -> None:
    pool = bays(2, holds=[replace(make_hold(11, 1, window(60, 120)), needs=Needs(bay="Bay 7"))])
    assert pool.holds[0].among is None

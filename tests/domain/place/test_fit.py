"""Which bay takes what, and whom accessible bays are kept for: whoever can have a place has one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NoFit
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.fit import UNMEASURED, BayShape, Misfit, MisfitKind, Needs, fits
from domain.place.holds import OpenHold
from domain.place.kept import check_access
from domain.place.pool import Pool
from domain.place.reasons import NoPlaceReason, PlaceRefused
from domain.place.slots import Slot
from tests.domain.builders import at, window
from tests.domain.place.pools import CODE, NOW, free, given_to, make_connector, make_hold, make_pool, reason

ACCESSIBLE, LONG = BayShape(accessible=True), BayShape(trailer=True, length_cm=1800)
SHORT = BayShape(length_cm=500, height_cm=210)
WHEELCHAIR, TRAILER = Needs(accessible=True), Needs(trailer=True, length_cm=1200)
KEPT = timedelta(hours=1)


def bays(*shapes: BayShape, holds: Sequence[OpenHold] = (), needs: Needs = Needs()) -> Pool:  # noqa: B008
    pool = make_pool(*(make_connector(n, shape=shape) for n, shape in enumerate(shapes, 1)), needs=needs)
    return replace(pool, holds=tuple(pool.ground.narrowed(hold) for hold in holds))


def test_all_that_stands_in_the_way_is_named_with_its_figures() -> None:
    van = Needs(accessible=True, trailer=True, length_cm=620, width_cm=210, height_cm=250)
    assert fits(van, SHORT) == (
        Misfit(kind=MisfitKind.ACCESSIBLE),
        Misfit(kind=MisfitKind.TRAILER),
        Misfit(kind=MisfitKind.LENGTH, needed=620, given=500),
        Misfit(kind=MisfitKind.HEIGHT, needed=250, given=210),
    )
    assert fits(Needs(length_cm=500, height_cm=210), SHORT) == ()
    assert fits(Needs(length_cm=1800), UNMEASURED) == ()  # nobody has measured it


def test_no_fit_names_the_misfits_of_the_bay_that_comes_nearest() -> None:
    pool = bays(SHORT, BayShape(length_cm=600, height_cm=230), needs=Needs(height_cm=220, length_cm=610))
    found = for_booking([pool], window(0, 60), CODE)
    with pytest.raises(NoFit) as refused:
        check_access(found, [pool], window(0, 60))
    assert refused.value.why.parameters() == {"misfits": ["length"], "largest": "600 × – × 230"}


def test_an_accessible_bay_is_kept_until_an_hour_before_and_then_given_last() -> None:
    far, near = window(61, 120), window(60, 120)
    pool = bays(ACCESSIBLE, UNMEASURED)
    assert (given_to(for_booking([pool], near, CODE)), free(pool, near), free(pool, far)) == (2, 2, 1)
    taken = bays(ACCESSIBLE, UNMEASURED, holds=[make_hold(21, 2, window(0, 200))])
    assert given_to(for_booking([taken], near, CODE)) == 1
    refused = for_booking([taken], far, CODE)
    assert reason(refused) is NoPlaceReason.KEPT_ACCESSIBLE
    with pytest.raises(PlaceRefused) as told:
        check_access(refused, [taken], far)
    assert told.value.why.parameters() == {"opens": at(1).isoformat()}
    assert given_to(for_booking([replace(taken, needs=WHEELCHAIR)], far, CODE)) == 1
    assert reason(for_booking([bays(UNMEASURED, needs=WHEELCHAIR)], far, CODE)) is NoPlaceReason.NO_FIT


def test_who_fits_elsewhere_makes_way_but_not_to_what_is_kept() -> None:
    """The car goes from the long bay to the ordinary one, not to the accessible one, and back to it near the start."""
    on_the_long = make_hold(21, 2, window(120, 180))
    found = for_booking(
        [bays(ACCESSIBLE, LONG, UNMEASURED, holds=[on_the_long], needs=TRAILER)], window(120, 180), CODE
    )
    assert isinstance(found, Choice)
    assert (found.connector_id, found.moves) == (2, {21: 3})
    full = bays(ACCESSIBLE, LONG, holds=[on_the_long], needs=TRAILER)
    assert reason(for_booking([full], window(120, 180), CODE)) is NoPlaceReason.FIXED_HOLDS
    later = replace(make_pool(*full.connectors, needs=TRAILER), now=at(60))
    later = replace(later, holds=(later.ground.narrowed(on_the_long),))
    found = for_booking([later], window(120, 180), CODE)
    assert isinstance(found, Choice)
    assert (found.connector_id, found.moves) == (2, {21: 1})


SHAPES = (UNMEASURED, SHORT, LONG, ACCESSIBLE, replace(ACCESSIBLE, trailer=True))
NEEDS = (Needs(), Needs(), Needs(height_cm=250), TRAILER, WHEELCHAIR, Needs(accessible=True, trailer=True))
NAMES = ("", "", "Bay 1", "Bay 2")
"""Of the bay that is asked for; empty: whichever."""


def may_be_on(pool: Pool, needs: Needs, start_of: Slot) -> list[int]:
    """By the rule as it is written, not by how it is worked out."""
    open_to_all = start_of.start - NOW <= KEPT
    return [
        c.id
        for c in pool.connectors
        if not fits(needs, c.shape)
        and (needs.accessible or open_to_all or not c.shape.accessible)
        and needs.bay in ("", c.bay)
    ]


@st.composite
def asked_of(draw: st.DrawFn) -> tuple[Pool, Slot]:
    names = st.sampled_from(NAMES)
    mine = draw(st.sampled_from(NEEDS)).at(draw(names))
    pool = bays(*draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4)), needs=mine)
    holds = []
    for one in pool.connectors:
        end = 15
        for n in range(draw(st.integers(0, 3))):
            start = end + 15 * draw(st.sampled_from([0, 1, 3]))
            end = start + 15 * draw(st.integers(1, 4))
            hold = replace(
                make_hold(10 * one.id + n, one.id, window(start, end), locked=draw(st.booleans())),
                needs=draw(st.sampled_from(NEEDS)).at(draw(names)),
            )
            if one.id in may_be_on(pool, hold.needs, hold.window):
                holds.append(pool.ground.narrowed(hold))
    start = 15 * draw(st.integers(1, 10))
    return replace(pool, holds=tuple(holds)), window(start, start + 15 * draw(st.integers(1, 5)))


def most_that_fit(pool: Pool, asked: Slot) -> int:
    """By trying every assignment."""
    settled = [(h.connector_id, h.window) for h in pool.holds if h.is_settled(pool.now)]
    rest = [(may_be_on(pool, h.needs, h.window), h.window) for h in pool.holds if not h.is_settled(pool.now)]

    def placed(taken: list[tuple[int, Slot]], others: list[tuple[list[int], Slot]]) -> bool:
        if not others:
            return True
        (among, span), *more = others
        return any(
            placed([*taken, (id_, span)], more)
            for id_ in among
            if not any(at == id_ and span.overlaps(other) for at, other in taken)
        )

    mine, count = (may_be_on(pool, pool.needs, asked), asked), 0
    while placed(settled, sorted([*rest, *[mine] * (count + 1)], key=lambda place: len(place[0]))):
        count += 1
    return count


@given(asked_of())
def test_a_booking_is_accepted_if_and_only_if_there_is_an_assignment(case: tuple[Pool, Slot]) -> None:
    pool, asked = case
    found = for_booking([pool], asked, CODE)
    possible = most_that_fit(pool, asked)
    assert (isinstance(found, Choice), free(pool, asked)) == (possible > 0, possible)
    if isinstance(found, Choice):
        by_id = {hold.id: hold for hold in pool.holds}
        assert found.connector_id in may_be_on(pool, pool.needs, asked)
        assert all(
            to in may_be_on(pool, by_id[id_].needs, by_id[id_].window) for id_, to in found.moves.items()
        )

"""In a pool whose connectors differ, soft holds make way to where they fit, and whoever can have a place has one."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
from domain.place.pool import Pool
from domain.place.slots import Slot
from tests.domain.builders import window
from tests.domain.place.pools import (
    CODE,
    assert_no_overlap,
    free,
    make_connector,
    make_facts,
    make_hold,
    make_pool,
    reason,
)

CCS, CHADEMO = "IEC_62196_T2_COMBO", "CHADEMO"


def evse(number: int, *plugs: str, broken: str = "") -> PoolConnector:
    """As who wants CHAdeMO sees it."""
    says = {one: ConnectorStatus.FAULTED if one == broken else ConnectorStatus.AVAILABLE for one in plugs}
    return make_connector(number, plugs=tuple(says.items())).wanted_for(CHADEMO)


def held(
    hold_id: int, number: int, start: int, end: int, plug: str = CCS, *, locked: bool = False
) -> OpenHold:
    hold = make_hold(hold_id, number, window(start, end), locked=locked)
    return replace(hold, plug=plug, confined=True)


def mixed(*connectors: PoolConnector, holds: tuple[OpenHold, ...]) -> Pool:
    facts = make_facts(connector_type=CHADEMO, plugs=(CCS, CHADEMO))
    return make_pool(*connectors, holds=holds, facts=facts)


BOTH, ONLY_CCS = evse(1, CCS, CHADEMO), evse(2, CCS)


def test_who_fits_elsewhere_makes_way_for_who_does_not() -> None:
    pool = mixed(BOTH, ONLY_CCS, holds=(held(11, 1, 60, 120),))
    found = for_booking([pool], window(90, 150), CODE)
    assert found == Choice(pool_id="dc", connector_id=1, moves={11: 2}, plug=CHADEMO)
    assert free(pool, window(90, 150)) == 1


def test_one_moves_for_another_that_moves() -> None:
    """To the second, whose guest goes to the third: only there is Type 2, too."""
    second, third = evse(2, CCS, "TYPE2"), evse(3, "TYPE2")
    holds = (held(11, 1, 60, 120), held(21, 2, 100, 160, "TYPE2"))
    found = for_booking([mixed(BOTH, second, third, holds=holds)], window(90, 150), CODE)
    assert isinstance(found, Choice)
    assert (found.connector_id, found.moves) == (1, {11: 2, 21: 3})


def test_nobody_moves_who_is_fixed_or_to_a_plug_that_is_taken_or_broken() -> None:
    asked = window(90, 150)
    for pool in (
        mixed(BOTH, ONLY_CCS, holds=(held(11, 1, 60, 120, locked=True),)),
        mixed(BOTH, ONLY_CCS, holds=(held(11, 1, 60, 120), held(21, 2, 60, 120))),
        mixed(BOTH, ONLY_CCS, holds=(held(11, 1, 60, 120, CHADEMO),)),
        mixed(BOTH, evse(2, CCS, broken=CCS), holds=(held(11, 1, 60, 120),)),
    ):
        assert reason(for_booking([pool], asked, CODE))
        assert free(pool, asked) == 0


@st.composite
def mixed_pools(draw: st.DrawFn) -> Pool:
    kinds = ((CCS, CHADEMO), (CCS,), (CHADEMO,))
    evses = [evse(number, *draw(st.sampled_from(kinds))) for number in range(1, draw(st.integers(2, 4)) + 1)]
    holds = []
    for one in evses:
        end = 0
        for n in range(draw(st.integers(0, 3))):
            start = end + 15 * draw(st.sampled_from([0, 1, 3]))
            end = start + 15 * draw(st.integers(1, 4))
            plug, locked = draw(st.sampled_from([plug for plug, _ in one.plugs])), draw(st.booleans())
            others = draw(st.none() | st.frozensets(st.sampled_from([c.id for c in evses])))
            hold = held(10 * one.id + n, one.id, start, end, plug, locked=locked)
            holds.append(replace(hold, among=None if others is None else others | {one.id}))
    return mixed(*evses, holds=tuple(holds))


def fits(pool: Pool, asked: Slot) -> bool:
    """Is there any assignment at all?"""
    settled = [(h.connector_id, h.window) for h in pool.holds if h.is_settled(pool.now)]
    places = [([c.id for c in pool.connectors if c.has(CHADEMO)], asked)]
    for hold in pool.holds:
        if not hold.is_settled(pool.now):
            fit = [c.id for c in pool.connectors if c.has(hold.plug) and hold.may_be_on(c.id)]
            places.append((fit, hold.window))

    def placed(taken: list[tuple[int, Slot]], rest: list[tuple[list[int], Slot]]) -> bool:
        if not rest:
            return True
        (among, window), *others = rest
        return any(
            placed([*taken, (id_, window)], others)
            for id_ in among
            if not any(at == id_ and window.overlaps(other) for at, other in taken)
        )

    return placed(settled, sorted(places, key=lambda place: len(place[0])))


@given(mixed_pools(), st.integers(0, 12), st.integers(1, 6))
def test_whatever_moves_has_its_plug_and_nobody_is_promised_twice(pool: Pool, start: int, long: int) -> None:
    asked = window(15 * start, 15 * (start + long))
    found = for_booking([pool], asked, CODE)
    assert isinstance(found, Choice) == (free(pool, asked) > 0) == fits(pool, asked)
    if not isinstance(found, Choice):
        return
    by_id = {hold.id: hold for hold in pool.holds}
    assert not any(by_id[id_].is_settled(pool.now) for id_ in found.moves)
    assert all(by_id[id_].may_be_on(to) for id_, to in found.moves.items())
    after = [replace(hold, connector_id=found.moves.get(hold.id, hold.connector_id)) for hold in pool.holds]
    assert all(pool.connector(hold.connector_id).has(hold.plug) for hold in after)
    assert pool.connector(found.connector_id).has(CHADEMO)
    assert_no_overlap((*after, held(0, found.connector_id, 15 * start, 15 * (start + long))))

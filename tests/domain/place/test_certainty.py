"""How likely an offer is kept: by what was seen at the berth, and by what counts on repairs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.place.availability import availability_of
from domain.place.berth_rates import UNSEEN, Rates
from domain.place.certainty import REPAIR, certainty, certainty_of, least_of, overbooked
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.pool import Pool
from domain.place.slots import Slot
from tests.domain.builders import window
from tests.domain.place.pools import CODE, make_connector, make_hold, make_pool, pools, slots

_ONE = some.floats(0, 0.25)
RATES = some.builds(
    Rates,
    level=some.sampled_from(list(EnforcementLevel)),
    fault=_ONE,
    overrun=_ONE,
    taken=_ONE,
    withdrawn=_ONE,
)
PROBABILITY = some.floats(0, 1)


@given(RATES, PROBABILITY, PROBABILITY)
def test_it_is_a_probability_and_no_better_than_its_worst_part(
    rates: Rates, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    assert 0.0 <= certainty(rates, more).kept <= certainty(rates, less).kept <= 1.0
    assert certainty(rates, more).kept <= 1.0 - max(more, rates.fault, rates.taken) + 1e-4


@given(some.integers(1, 60), some.integers(0, 60), some.integers(0, 14 * 24), some.integers(0, 14 * 24))
def test_what_counts_on_repairs_is_less_sure_the_nearer_it_is_and_the_more_is_missing(
    promised: int, working: int, one: int, other: int
) -> None:
    near, far = (timedelta(hours=hours) for hours in sorted((one, other)))
    assert 0.0 <= overbooked(promised, working, far) <= overbooked(promised, working, near) <= 1.0
    assert overbooked(promised, working + 1, near) <= overbooked(promised, working, near)
    assert (overbooked(promised, working, near) == 0.0) == (promised <= working)


@settings(max_examples=80)
@given(pools(), slots(), some.data())
def test_a_booking_is_told_no_less_than_the_window_was(pool: Pool, slot: Slot, data: some.DataObject) -> None:
    known = tuple(replace(c, rates=data.draw(RATES)) for c in pool.connectors)
    pool = replace(pool, connectors=known)
    (shown,) = availability_of(pool, [slot]).windows
    choice = for_booking([pool], slot, CODE)
    assert (shown.certainty is None) == (not isinstance(choice, Choice))
    if isinstance(choice, Choice) and shown.certainty is not None:
        given_one = certainty_of(pool, slot, CODE, choice.connector_id)
        assert shown.certainty == least_of(pool, slot)
        assert given_one.kept >= shown.certainty.kept - 1e-9
        assert given_one.overbooked == shown.certainty.overbooked


def test_a_slot_tomorrow_counts_on_the_repair_of_the_bay_that_is_broken_now() -> None:
    """Two bays, one of them broken: the first booking of tomorrow's slot has the other, the second has to hope."""
    working, broken = make_connector(1), make_connector(2, status=ConnectorStatus.FAULTED)
    day = REPAIR.total_seconds() / 60
    slot = window(day, day + 60)
    alone = certainty_of(make_pool(working, broken), slot, CODE, 1)
    beside = certainty_of(make_pool(working, broken, holds=(make_hold(1, 1, slot),)), slot, CODE, 2)
    assert alone == certainty(UNSEEN)
    share = overbooked(2, 1, REPAIR)
    assert share == pytest.approx(0.5 / 2.718281828)
    assert beside.overbooked == pytest.approx(share, abs=1e-4)
    assert beside.kept == pytest.approx(alone.kept * (1 - share), abs=1e-3)

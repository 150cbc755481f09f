"""Energy that is told from one reading to the next, by a station without a register."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.charging.meter import metered
from domain.charging.meter_memory import superfluous
from domain.charging.readings import Basis, Context, Limits, Reading, Told, Why
from tests.domain.builders import at

LIMITS = Limits(power_w=22_000, slack_wh=500, started_at=at(0), ended_at=at(60))


def taken(wh: int, minute: float, **over: Any) -> Reading:
    return Reading(at=at(0) + timedelta(minutes=minute), wh=wh, is_interval=True, **over)


def register(
    wh: int, minute: float, context: Context = Context.SAMPLE, how: Told = Told.TRANSACTION
) -> Reading:
    return Reading(at=at(0) + timedelta(minutes=minute), wh=wh, context=context, told=how)


@given(st.lists(st.integers(0, 350), min_size=1, max_size=20), st.data())
def test_each_counts_once_whatever_the_order_of_arrival(steps: list[int], data: st.DataObject) -> None:
    told = [taken(wh, n + 1) for n, wh in enumerate(steps)]
    arrived = data.draw(st.permutations([*told, *told[:3]]))
    found = metered(arrived, LIMITS)
    assert (found.energy_wh, found.basis, found.discarded) == (sum(steps), Basis.INTERVALS, ())
    assert not superfluous(set(told), found, 4)


@given(st.lists(st.tuples(st.integers(-50, 10**7), st.integers(-10, 80)), max_size=12))
def test_no_interval_is_more_than_the_connector_delivers_in_it(told: list[tuple[int, int]]) -> None:
    readings = [taken(wh, minute) for wh, minute in told]
    found = metered(readings, LIMITS)
    minutes = len({minute for _, minute in told if 0 < minute <= 60})
    assert 0 <= found.energy_wh <= LIMITS.deliverable_wh(timedelta(hours=1)) + 500 * minutes
    explained = {one.reading for one in found.discarded}
    assert explained <= set(readings)


def test_wild_ones_and_those_outside_the_transaction_do_not_count() -> None:
    odd = [taken(10**7, 20), taken(900, -1), taken(900, 61), taken(-3, 30)]
    found = metered([taken(1_000, 15), *odd, taken(2_000, 45)], LIMITS)
    assert found.energy_wh == 3_000
    assert {one.reading.wh: one.why for one in found.discarded} == {
        10**7: Why.IMPLAUSIBLE,
        900: Why.AFTER_END,
        -3: Why.NEGATIVE,
    }


def test_a_register_outranks_them_unless_it_stands_at_zero() -> None:
    told = [taken(1_000, 15 * n) for n in range(1, 4)]
    begin, end = register(7_000, 0, Context.BEGIN, Told.START), register(9_900, 60, Context.END, Told.STOP)
    found = metered([begin, *told, end], LIMITS)
    assert (found.energy_wh, found.basis) == (2_900, Basis.STOP)
    assert superfluous({begin, *told, end}, found, 32) == set(told)
    zero, still = register(0, 0, Context.BEGIN, Told.START), register(0, 60, Context.END, Told.STOP)
    assert metered([zero, *told, still], LIMITS).energy_wh == 3_000
    assert metered([zero, *told[:2], still], LIMITS).energy_wh == 0
    assert metered([register(5, 0, Context.BEGIN), *told], LIMITS).energy_wh == 3_000

"""Agreeing readings outvote one number that a charger named; one wild value outvotes nothing."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.charging.meter import metered
from domain.charging.readings import BATTERY_WH, Basis, Context, Limits, Reading, Told, Why
from tests.domain.builders import at

LIMITS = Limits(power_w=22_000, slack_wh=500, ended_at=at(60))


def told(wh: int, minute: float, context: Context = Context.SAMPLE, how: Told = Told.TRANSACTION) -> Reading:
    return Reading(at=at(0) + timedelta(minutes=minute), wh=wh, context=context, told=how)


def start(wh: int, minute: float = 0) -> Reading:
    return told(wh, minute, Context.BEGIN, Told.START)


def stop(wh: int, minute: float = 60) -> Reading:
    return told(wh, minute, Context.END, Told.STOP)


RISING = [told(5_000 + 1_000 * n, 10 * n) for n in range(1, 6)]


@pytest.mark.parametrize("end", [5_000, 7_000, 4_000])
def test_a_stop_below_readings_that_agree_is_outvoted(end: int) -> None:
    found = metered([start(5_000), *RISING, stop(end)], LIMITS)
    assert (found.energy_wh, found.basis) == (5_000, Basis.LAST_READING)
    assert [(one.reading, one.why) for one in found.discarded] == [(stop(end), Why.IMPLAUSIBLE)]


def test_a_stop_below_two_readings_is_the_truth() -> None:
    assert metered([start(5_000), *RISING, stop(8_000)], LIMITS).energy_wh == 3_000
    assert metered([start(5_000), *RISING[:2], stop(5_000)], LIMITS).energy_wh == 0


def test_nothing_after_a_stop_that_is_outvoted_raises_the_bill() -> None:
    assert metered([start(5_000), *RISING, stop(5_000), told(11_000, 65)], LIMITS).energy_wh == 5_000


def test_bounds_that_both_say_nothing_leave_it_to_the_readings() -> None:
    lifetime = [told(30_000 + 1_000 * n, 10 * n) for n in range(1, 6)]
    assert metered([start(0), *lifetime, stop(0)], LIMITS).energy_wh == 4_000
    other = [told(7_930_179 + n, 10 * n) for n in range(1, 6)]
    assert metered([start(0), *other, stop(300)], LIMITS).energy_wh == 300


@pytest.mark.parametrize("every", [10, 14])
def test_a_start_of_zero_before_a_register_that_stands_elsewhere_is_outvoted(every: int) -> None:
    samples = [told(8_000 + 100 * every * n, every * n + 0.1) for n in range(60 // every)]
    assert metered([start(0), *samples, stop(14_000)], LIMITS).energy_wh == 6_000
    running = metered([start(0), *samples], Limits(power_w=22_000, slack_wh=500))
    assert running.energy_wh == samples[-1].wh - 8_000


def test_a_rating_that_is_too_low_outvotes_no_start() -> None:
    fast = [told(min(5_500 * n, 11_500), 15 * n) for n in range(1, 5)]
    limits = Limits(power_w=11_000, slack_wh=1_000, ended_at=at(60))
    assert metered([start(0), *fast, stop(11_500)], limits).energy_wh == 11_500


def test_of_two_beginnings_none_raises_the_bill() -> None:
    both = [told(1_000, 0, Context.BEGIN), told(500, 0.5, Context.BEGIN), told(7_000, 60, Context.END)]
    assert metered(both, LIMITS).energy_wh == 6_000
    named = [start(0), told(8_000, 0.1, Context.BEGIN), stop(14_000)]
    assert metered(named, LIMITS).energy_wh == 6_000
    marked = [told(1_000 * n, 10 * n, Context.BEGIN) for n in range(6)]
    assert metered([*marked, told(6_000, 60, Context.END)], LIMITS).energy_wh == 6_000


# --- properties ------------------------------------------------------------------------------------------

STEPS = st.lists(st.integers(20, 300), min_size=5, max_size=14)


@given(STEPS, st.integers(0, 10**7), st.data())
def test_agreeing_readings_outvote_one_stop_that_contradicts_them(
    steps: list[int], base: int, data: st.DataObject
) -> None:
    registers = [base + sum(steps[: n + 1]) for n in range(len(steps))]
    samples = [told(wh, n + 1) for n, wh in enumerate(registers)]
    below = data.draw(st.integers(base, max(base, registers[-3] - 11)))
    found = metered([start(base), *samples, stop(below)], LIMITS)
    above = sum(wh > below + 10 for wh in registers)
    assert found.energy_wh == (registers[-1] if above >= 3 else below) - base


@given(STEPS, st.integers(0, 10**7), st.integers(0, 10**7), st.permutations(range(4)))
def test_a_bill_is_never_more_than_the_connector_delivers_nor_than_its_readings_rose(
    steps: list[int], base: int, end: int, order: list[int]
) -> None:
    registers = [base + sum(steps[: n + 1]) for n in range(len(steps))]
    groups = [
        [start(base)],
        [told(wh, n + 1) for n, wh in enumerate(registers)],
        [stop(end)],
        [told(base + 10, 0.2, Context.BEGIN)],
    ]
    found = metered([one for n in order for one in groups[n]], LIMITS)
    assert found == metered([one for group in groups for one in group], LIMITS)
    assert 0 <= found.energy_wh <= LIMITS.deliverable_wh(timedelta(hours=1))
    if end < base and end * 4 > registers[-1]:
        assert found.energy_wh <= registers[-1] - base


@given(STEPS, st.integers(0, 10**7), st.integers(0, 10**7))
@example([20] * 9 + [26, 300, 300, 300], 1, 1107)
def test_another_beginning_never_raises_a_bill(steps: list[int], base: int, wh: int) -> None:
    registers = [base + sum(steps[: n + 1]) for n in range(len(steps))]
    honest = [*(told(one, n + 1) for n, one in enumerate(registers)), stop(registers[-1])]
    more = [start(base), *honest, told(wh, 0.5, Context.BEGIN)]
    assert metered(more, LIMITS).energy_wh <= registers[-1] - base


@given(hours=st.integers(1, 48), begin=st.integers(0, 10**7), beyond=st.integers(1, 2**32))
def test_a_wild_stop_alone_never_bills_more_than_a_battery(hours: int, begin: int, beyond: int) -> None:
    limits = Limits(power_w=22_000, slack_wh=500, started_at=at(0), ended_at=at(60 * hours))
    most = limits.deliverable_wh(timedelta(hours=hours)) + BATTERY_WH
    found = metered([start(begin), stop(begin + most + beyond, 60 * hours)], limits)
    assert found.energy_wh <= BATTERY_WH

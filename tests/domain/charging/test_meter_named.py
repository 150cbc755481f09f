"""What is called a beginning or an end while the transaction goes on is none; an end may be the session's energy."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.meter import metered
from domain.charging.readings import Context, Limits, Reading, Told
from tests.domain.builders import at

LIMITS = Limits(power_w=22_000, slack_wh=500, started_at=at(0), ended_at=at(30))


def told(minute: float, wh: int, context: Context = Context.SAMPLE, how: Told = Told.TRANSACTION) -> Reading:
    return Reading(at=at(0) + timedelta(minutes=minute), wh=wh, context=context, told=how)


BEGIN, END = told(0, 5_000, Context.BEGIN), told(30, 11_000, Context.END)
SAMPLES = [told(minute, 5_000 + 200 * minute) for minute in range(5, 30, 5)]


@pytest.mark.parametrize(
    ("minute", "wh", "energy"), [(0, 5_000, 5_000), (15, 8_000, 5_000), (30, 11_000, 6_000)]
)
def test_what_was_told_after_a_cached_end_counts(minute: int, wh: int, energy: int) -> None:
    assert metered([BEGIN, *SAMPLES, told(minute, wh, Context.END)], LIMITS).energy_wh == energy


@pytest.mark.parametrize(("cached", "later", "energy"), [(0, 15, 3_000), (15, 25, 5_000), (26, 29, 5_200)])
def test_a_single_reading_after_an_end_that_was_read_long_before_it_counts(
    cached: int, later: int, energy: int
) -> None:
    """Within five minutes of the end it takes two: a single one may be wild."""
    end = told(cached, 5_000 + 200 * cached, Context.END)
    assert metered([BEGIN, end, told(later, 5_000 + 200 * later)], LIMITS).energy_wh == energy
    far = told(later, 900_000)
    assert metered([BEGIN, end, far], LIMITS).energy_wh == end.wh - BEGIN.wh


@given(called=st.sets(st.integers(1, 29)))
def test_an_end_that_the_transaction_goes_on_from_changes_nothing(called: Collection[int]) -> None:
    samples = [
        told(minute, 5_000 + 200 * minute, Context.END if minute in called else Context.SAMPLE)
        for minute in range(1, 30)
    ]
    assert metered([BEGIN, *samples, END], LIMITS).energy_wh == 6_000


@given(late=st.integers(36, 600), wh=st.integers(5_000, 200_000))
def test_an_end_long_after_the_end_raises_no_bill(late: int, wh: int) -> None:
    for how in (Told.START, Told.TRANSACTION):
        begin = told(0, 5_000, Context.BEGIN, how)
        assert metered([begin, *SAMPLES, told(late, wh, Context.END)], LIMITS).energy_wh == 5_000


def test_what_is_called_a_beginning_every_time_is_a_sample() -> None:
    begins = [told(minute, 5_000 + 200 * minute, Context.BEGIN) for minute in range(0, 30, 5)]
    assert metered(begins, LIMITS).energy_wh == 5_000
    assert metered([*begins, END], LIMITS).energy_wh == 6_000
    assert metered([BEGIN, begins[2], END], LIMITS).energy_wh == 6_000


@given(
    base=st.integers(100_000, 10**8),
    minutes=st.sets(st.integers(1, 29), min_size=2),
    how=st.sampled_from([Told.STOP, Told.TRANSACTION]),
)
def test_an_end_that_is_the_sessions_energy_is_billed_once(
    base: int, minutes: Collection[int], how: Told
) -> None:
    begin = told(0, base, Context.BEGIN, Told.START if how is Told.STOP else how)
    samples = [told(minute, base + 200 * minute) for minute in minutes]
    assert metered([begin, *samples, told(30, 6_000, Context.END, how)], LIMITS).energy_wh == 6_000


@given(base=st.integers(0, 10**7), power=st.integers(10, 200))
def test_a_register_of_wh_that_is_called_kwh_is_billed_in_wh(base: int, power: int) -> None:
    contexts = {0: Context.BEGIN, 30: Context.END}
    named = [
        replace(told(m, (base + power * m) * 1000, contexts.get(m, Context.SAMPLE)), unit="kWh")
        for m in range(0, 31, 5)
    ]
    found = metered(named, LIMITS)
    assert found.energy_wh == 30 * power
    assert set(found.rescaled) == set(named)

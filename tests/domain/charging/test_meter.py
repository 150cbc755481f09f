"""Which readings are billed: the stop where it makes sense, and no wild value ever."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.meter import metered
from domain.charging.meter_memory import superfluous
from domain.charging.readings import Basis, Context, Limits, Metered, Reading, Told, Why
from tests.domain.builders import at

LIMITS = Limits(power_w=11_000, slack_wh=1_000, ended_at=at(60))
WILD = 4_294_967_295


def start(wh: int, minute: float = 0) -> Reading:
    return Reading(at=at(0) + minutes(minute), wh=wh, context=Context.BEGIN, told=Told.START)


def stop(wh: int, minute: float = 60) -> Reading:
    return Reading(at=at(0) + minutes(minute), wh=wh, context=Context.END, told=Told.STOP)


def sample(wh: int, minute: float, **over: Any) -> Reading:
    return Reading(at=at(0) + minutes(minute), wh=wh, **over)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def said(found: Metered) -> dict[int, Why]:
    return {one.reading.wh: one.why for one in found.discarded}


def test_k3_1_a_lifetime_register_without_a_transaction_is_another_one() -> None:
    alone = [sample(7_930_179 + n, 10 * n, told=Told.CONNECTOR) for n in range(5)]
    found = metered([start(0), *alone, stop(300)], LIMITS)
    assert (found.energy_wh, found.basis) == (300, Basis.STOP)
    assert set(said(found).values()) == {Why.OTHER_REGISTER}
    running = metered([start(0), *alone], Limits(power_w=11_000, slack_wh=1_000))
    assert running.energy_wh == 0


def test_k3_2_one_wild_value_does_not_stick() -> None:
    found = metered([start(0), sample(WILD, 20), stop(2_000)], LIMITS)
    assert (found.energy_wh, found.basis, said(found)) == (2_000, Basis.STOP, {WILD: Why.IMPLAUSIBLE})
    running = metered([start(0), sample(900, 10), sample(WILD, 20)], LIMITS)
    assert running.energy_wh == 900


@pytest.mark.parametrize("wild", [WILD, 0, -5, 10**12])
@pytest.mark.parametrize("ended", [True, False])
def test_a_single_wild_value_in_the_middle_changes_nothing(wild: int, ended: bool) -> None:
    honest = [start(50_000), *(sample(50_000 + 900 * n, 5 * n) for n in range(1, 10))]
    honest += [stop(58_500)] if ended else []
    spoiled = [*honest, sample(wild, 22)]
    assert metered(spoiled, LIMITS).energy_wh == metered(honest, LIMITS).energy_wh
    assert wild in said(metered(spoiled, LIMITS))


def test_a_register_that_begins_anew_counts_in_both_parts() -> None:
    before = [start(40_000), sample(41_000, 10), sample(42_000, 20), sample(43_000, 30)]
    found = metered([*before, sample(0, 35), sample(700, 45), stop(1_500)], LIMITS)
    assert found.energy_wh == 3_000 + 1_500
    assert [part.energy_wh for part in found.parts] == [3_000, 1_500]
    session = [start(0), sample(1_000, 10), sample(2_000, 20), sample(3_000, 30)]
    assert metered([*session, sample(0, 35), sample(500, 45), stop(1_000)], LIMITS).energy_wh == 4_000


def test_a_stop_that_tells_the_session_where_the_start_told_a_total_is_the_sessions() -> None:
    assert metered([start(7_930_179), stop(300)], LIMITS).energy_wh == 300


def test_a_register_that_ran_backwards_delivered_nothing() -> None:
    assert metered([start(7_930_179), stop(7_930_170)], LIMITS).energy_wh == 0


def test_nothing_after_the_end_raises_the_bill() -> None:
    later = [sample(5_000, 61), sample(9_000, 90), stop(9_000, 90)]
    found = metered([start(0), sample(1_000, 30), stop(2_000), *later], LIMITS)
    assert found.energy_wh == 2_000
    unnamed = metered([start(0), sample(1_000, 30), sample(5_000, 61)], LIMITS)
    assert (unnamed.energy_wh, unnamed.basis) == (1_000, Basis.LAST_READING)


def test_a_second_stop_may_correct_the_first_downwards() -> None:
    assert metered([start(0), stop(2_000), stop(1_500)], LIMITS).energy_wh == 1_500


@pytest.mark.parametrize(
    "readings",
    [
        [start(7_930), sample(7_930_200, 20), stop(7_930_479)],
        [start(7_930_000), sample(7_930_200, 20), sample(7_930_400, 40), stop(7_930)],
        [start(7_930_000), sample(7_930_400_000, 20, unit="kWh"), sample(7_930_450_000, 40, unit="kWh")],
    ],
)
def test_numbers_told_in_the_other_unit_are_read_in_it(readings: list[Reading]) -> None:
    found = metered(readings, LIMITS)
    assert 400 <= found.energy_wh <= 479
    assert found.rescaled


@pytest.mark.parametrize("unit", ["", "Wh"])
@pytest.mark.parametrize(
    ("begin", "between", "end"),
    [
        (7_930, (7_932_000, 7_935_000), 7_937),
        (7_930, (7_933_500,), 7_937),
        (0, (2_300, 4_600, 7_400), 7),
        (12, (14_300, 16_600), 19),
    ],
)
def test_a_start_and_a_stop_in_kilowatt_hours_are_read_so_where_samples_say_so(
    begin: int, between: tuple[int, ...], end: int, unit: str
) -> None:
    samples = [sample(wh, 15 * n, unit=unit) for n, wh in enumerate(between, start=1)]
    found = metered([start(begin), *samples, stop(end)], LIMITS)
    assert (found.energy_wh, found.basis) == (7_000, Basis.STOP)
    assert {one.wh for one in found.rescaled} == {begin, end} - {0}
    assert (found.begin, found.end) == (start(begin), stop(end))


@given(
    st.lists(st.integers(0, 150), min_size=3, max_size=59),
    st.integers(0, 10_000_000),
    st.lists(st.integers(0, 10**7), max_size=1),
)
def test_a_bill_is_the_same_in_whichever_unit_start_and_stop_are_told(
    steps: list[int], base: int, wild: list[int]
) -> None:
    """To the whole kWh, as soon as two samples can tell; and no sample, nor one wild one, makes kWh of Wh."""
    registers = [base + sum(steps[:n]) for n in range(len(steps) + 1)]
    honest = [sample(wh, n) for n, wh in enumerate(registers[1:-1], start=1)]
    odd = [sample(wh, 2.5) for wh in wild]
    in_wh = [start(base), *honest, *odd, stop(registers[-1])]
    assert metered(in_wh, LIMITS).energy_wh == registers[-1] - base
    begin, end = base // 1000, registers[-1] // 1000
    telling = [one for one in honest if end < one.wh and 0 < begin < end]
    if len(telling) > 2:
        assert metered([start(begin), *honest, *odd, stop(end)], LIMITS).energy_wh == (end - begin) * 1000


@given(st.integers(0, 10**7), st.integers(1, 10), st.integers(-100, 10**10), st.floats(1, 59))
def test_an_end_just_below_the_beginning_delivered_nothing_whatever_one_sample_says(
    begin: int, below: int, wild: int, minute: float
) -> None:
    end = max(0, begin - below)
    assert metered([start(begin), sample(wild, minute), stop(end)], LIMITS).energy_wh == 0


@given(st.integers(100, 10**7), st.floats(0.26, 1), st.integers(1, 10**10), st.floats(1, 59))
def test_one_high_sample_bills_nothing_where_the_end_lies_below_the_beginning(
    begin: int, left: float, more: int, minute: float
) -> None:
    end = min(begin - 1, int(begin * left))  # not low enough for a register that has begun anew
    assert metered([start(begin), sample(begin + more, minute), stop(end)], LIMITS).energy_wh == 0


def test_a_stop_in_whole_kilowatt_hours_is_read_so_where_samples_say_so() -> None:
    samples = [sample(1_200, 20, unit="kWh"), sample(1_800, 40, unit="kWh")]
    assert metered([start(0), *samples, stop(2)], LIMITS).energy_wh == 2_000
    assert metered([start(0), stop(2)], LIMITS).energy_wh == 2
    assert metered([start(0), sample(1_200, 20), stop(2)], LIMITS).energy_wh == 2


def test_what_is_a_little_too_much_is_not_taken_for_another_unit() -> None:
    end = sample(13_200, 60, context=Context.END, unit="kWh")
    assert metered([start(12), stop(13_200)], LIMITS).energy_wh == 13_100
    assert metered([start(0), end], LIMITS).energy_wh == 13_100


def test_a_stop_below_what_two_samples_showed_is_the_truth_and_no_new_beginning() -> None:
    samples = [sample(1_000 * n, 5 * n) for n in range(2, 5)]
    assert metered([start(1_000), *samples, stop(2_000)], LIMITS).energy_wh == 1_000


def test_other_places_count_only_without_a_register_of_the_outlet() -> None:
    inlet = [sample(900_000 + n * 1_100, 10 * n, location="Inlet") for n in range(5)]
    assert metered([start(0), *inlet, stop(4_000)], LIMITS).energy_wh == 4_000
    assert metered(inlet, LIMITS).energy_wh == 4_400
    body = [sample(70 + n, 10 * n, location="Body") for n in range(3)]
    assert metered([*inlet, *body], LIMITS).energy_wh == 4_400


def test_a_beginning_that_fits_is_taken_for_one_that_does_not() -> None:
    begin, end = sample(7_930_179, 0, context=Context.BEGIN), sample(7_930_479, 60, context=Context.END)
    assert metered([start(0), begin, end, stop(7_930_479)], LIMITS).energy_wh == 300
    assert metered([start(7_930_179), begin, end, stop(0)], LIMITS).energy_wh in (0, 300)


def test_what_contradicts_itself_is_billed_to_what_the_connector_can_deliver() -> None:
    found = metered([start(0), stop(7_930_479)], LIMITS)
    assert (found.energy_wh, found.basis) == (13_100, Basis.CONNECTOR_POWER)


@pytest.mark.parametrize(
    ("told", "billed"),
    [
        ([start(0), sample(20_000, 1), stop(40_000, 2)], 1_403),
        ([start(0), sample(500, 1), sample(30_000, 2), sample(30_500, 3), stop(31_000, 4)], 1_806),
        ([start(0), sample(500, 1), sample(900, 2), stop(60_000, 3)], 900),
        ([start(0), sample(900, 20), stop(WILD)], 900),
    ],
)
def test_a_register_that_rises_too_fast_is_billed_to_what_was_possible_or_to_what_makes_sense(
    told: list[Reading], billed: int
) -> None:
    assert metered(told, LIMITS).energy_wh == billed


def test_without_readings_there_is_no_energy() -> None:
    assert metered([], LIMITS).basis is Basis.NOTHING
    assert metered([sample(-1, 1)], LIMITS).energy_wh == 0


# --- properties ------------------------------------------------------------------------------------------

EVERY = st.builds(
    Reading,
    at=st.integers(-10, 90).map(lambda minute: at(0) + minutes(minute)),
    wh=st.one_of(st.integers(-10, 20_000), st.integers(7_900_000, 7_990_000), st.sampled_from([0, WILD])),
    context=st.sampled_from(Context),
    told=st.sampled_from(Told),
    location=st.sampled_from(["", "", "Inlet"]),
    unit=st.sampled_from(["", "Wh", "kWh"]),
)


@given(st.lists(EVERY, max_size=12).flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
def test_the_order_of_arrival_changes_nothing(both: tuple[list[Reading], list[Reading]]) -> None:
    told, arrived = both
    assert metered(told, LIMITS) == metered([*arrived, *told], LIMITS)


@given(
    st.lists(st.integers(0, 150), min_size=2, max_size=30),
    st.integers(0, 10_000_000),
    st.one_of(st.integers(-(10**6), 10**12)),
    st.floats(0.1, 29),
)
def test_one_wild_value_never_changes_a_bill(steps: list[int], base: int, wild: int, minute: float) -> None:
    registers = [base + sum(steps[: n + 1]) for n in range(len(steps))]
    honest = [sample(wh, n + 0.5) for n, wh in enumerate(registers)]
    told = [start(base), *honest, stop(registers[-1])]
    assert metered(told, LIMITS).energy_wh == registers[-1] - base
    assert metered([*told, sample(wild, minute)], LIMITS).energy_wh == registers[-1] - base


@given(st.lists(EVERY, max_size=10), st.integers(0, 3_000), EVERY, st.integers(61, 500))
def test_what_is_told_of_the_time_after_the_end_changes_nothing(
    told: list[Reading], wh: int, late: Reading, minute: int
) -> None:
    ended = [start(0), stop(wh), *(one for one in told if one.context is Context.SAMPLE)]
    after = sample(late.wh, minute, told=late.told, location=late.location)
    assert metered([*ended, after], LIMITS).energy_wh == metered(ended, LIMITS).energy_wh


@given(st.lists(EVERY, max_size=12))
def test_every_reading_is_explained(told: list[Reading]) -> None:
    """It lies on the path, or it is said why not; and what the parts rose by is the energy."""
    found = metered(told, LIMITS)
    assert sum(part.energy_wh for part in found.parts) == found.energy_wh >= 0
    explained = {one.reading for one in found.discarded}
    assert explained <= set(told)
    ends = {end for part in found.parts for end in (part.begin, part.end)}
    assert not ends & explained


@given(st.lists(EVERY, min_size=20, max_size=40))
def test_what_is_forgotten_leaves_room_and_whatever_the_energy_rests_on(told: list[Reading]) -> None:
    found = metered(told, LIMITS)
    gone = superfluous(set(told), found, 16)
    left = set(told) - gone
    assert len(left) <= 20
    assert {end for part in found.parts for end in (part.begin, part.end)} <= left
    assert not superfluous(set(told), found, 40)


@given(st.lists(st.integers(0, 150), min_size=30, max_size=59))
def test_an_ordinary_session_costs_the_same_after_samples_were_forgotten(steps: list[int]) -> None:
    told = {start(0), *(sample(sum(steps[:n]), n) for n in range(1, len(steps)))}
    found = metered(told, LIMITS)
    left = told - superfluous(told, found, 16)
    assert len(left) < len(told)
    assert metered(left, LIMITS).energy_wh == found.energy_wh


def test_samples_in_another_unit_than_they_say_are_no_register_that_began_anew() -> None:
    """Between a beginning and an end that fit: whole kWh that call themselves Wh, from a register of some kWh."""
    kwh = (9, 14, 21, 27, 33, 39, 45)
    between = [sample(count, 12 * n, unit="Wh") for n, count in enumerate(kwh, start=1)]
    fast = Limits(power_w=150_000, slack_wh=1_000, ended_at=at(93))
    found = metered([start(7_391), *between, stop(44_729, 93)], fast)
    assert found.energy_wh == 44_729 - 7_391
    assert len(found.parts) == 1


@given(
    st.one_of(st.integers(0, 3_000), st.integers(0, 10_000_000)), st.lists(st.integers(0, 150), min_size=3)
)
def test_kilowatt_hours_that_call_themselves_watt_hours_change_no_bill(base: int, steps: list[int]) -> None:
    registers = [base + sum(steps[: n + 1]) for n in range(len(steps))]
    between = [sample(round(wh / 1_000), n + 0.5, unit="Wh") for n, wh in enumerate(registers)]
    found = metered([start(base), *between, stop(registers[-1], len(steps))], LIMITS)
    assert found.energy_wh == registers[-1] - base

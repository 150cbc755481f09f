"""A slot is long enough for what is to be charged, and no longer than the grid makes it."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.place.energy import EnergyWanted, PowerLimit, fitting_wh, for_battery, reckon
from domain.terms.policy import SlotRules

CCS, TYPE2 = "IEC_62196_T2_COMBO", "IEC_62196_T2"
QUARTERS = SlotRules(step=timedelta(minutes=15), shortest=timedelta(minutes=15), longest=timedelta(hours=4))
powers = st.integers(1_000, 400_000)
energies = st.integers(1, 200_000)
percents = st.integers(0, 100)


def test_the_least_power_counts_and_is_named() -> None:
    wanted = EnergyWanted(energy_wh=11_000, max_ac_w=11_000, max_dc_w=250_000)
    by_car = reckon(wanted, TYPE2, 22_000, QUARTERS)
    assert (by_car.power_w, by_car.limit, by_car.length) == (11_000, PowerLimit.VEHICLE, timedelta(hours=1))
    by_us = reckon(wanted, CCS, 150_000, QUARTERS)
    assert (by_us.power_w, by_us.limit, by_us.length) == (
        150_000,
        PowerLimit.CONNECTOR,
        timedelta(minutes=15),
    )
    assert reckon(replace(wanted, max_ac_w=None), TYPE2, 22_000, QUARTERS).power_w == 22_000


def test_above_eighty_percent_a_third_of_the_power_is_reckoned_with_at_direct_current_only() -> None:
    """60 kWh from 20 to 100 %: 36 kWh at 72 kW take half an hour, the last 12 at 23.76 kW as long again."""
    wanted = for_battery(60_000, 20, 100)
    assert (wanted.energy_wh, wanted.tapered_wh) == (48_000, 12_000)
    found = reckon(wanted, CCS, 72_000, QUARTERS)
    assert timedelta(hours=1) < found.exact < timedelta(minutes=61)
    assert found.length == timedelta(minutes=75)
    assert reckon(wanted, TYPE2, 12_000, QUARTERS).exact == timedelta(hours=4)
    assert for_battery(60_000, 90, 100).tapered_wh == 6_000
    assert for_battery(60_000, 10, 80).tapered_wh == 0


def test_what_would_fit_into_the_longest_slot_is_told() -> None:
    found = reckon(EnergyWanted(energy_wh=100_000, max_ac_w=11_000), TYPE2, 22_000, QUARTERS)
    assert found.length > QUARTERS.longest
    assert fitting_wh(found, QUARTERS.longest) == 44_000


@given(energies, st.integers(0, 50_000), st.integers(0, 100), powers, st.sampled_from([CCS, TYPE2]), powers)
def test_more_energy_never_takes_less_time_and_no_slot_is_too_short(
    energy: int, more: int, above: int, power: int, plug: str, car: int
) -> None:
    wanted = EnergyWanted(energy_wh=energy, tapered_wh=energy * above // 100, max_ac_w=car, max_dc_w=car)
    found = reckon(wanted, plug, power, QUARTERS)
    longer = reckon(replace(wanted, energy_wh=energy + more), plug, power, QUARTERS)
    assert longer.exact >= found.exact
    assert longer.length >= found.length
    hours = Fraction(found.length // timedelta(microseconds=1), 3_600_000_000)
    assert hours * min(power, car) >= energy
    assert found.length % QUARTERS.step == timedelta(0)
    assert found.length >= QUARTERS.shortest
    assert found.length - found.exact < QUARTERS.step or found.length == QUARTERS.shortest
    assert fitting_wh(found, found.length) == energy


@given(st.integers(10_000, 200_000), percents, percents, powers)
def test_a_fuller_battery_never_takes_less_time(battery: int, one: int, other: int, power: int) -> None:
    low, high = sorted((one, other))
    lengths = [reckon(for_battery(battery, 0, target), CCS, power, QUARTERS).exact for target in (low, high)]
    assert lengths == sorted(lengths)
    if low < high:
        parts = for_battery(battery, low, high)
        assert parts.tapered_wh <= parts.energy_wh

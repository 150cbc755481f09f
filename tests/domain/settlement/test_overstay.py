"""Overstay: monotone in departure, capped, exempt at night by the site's own clock."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money.amount import Money
from domain.settlement.overstay import OverstayCharge, Parking, overstay_charge
from domain.settlement.surroundings import Surroundings
from domain.terms.policy import OverstayRules
from tests.domain.builders import at
from tests.factories.policies import make_overstay

BERLIN = "Europe/Berlin"
QUIET = Surroundings(somebody_waits=False, occupancy_percent=80)
minutes = st.integers(-120, 600)


def charged(departed_at: datetime, rules: OverstayRules | None = None, **over: Any) -> OverstayCharge:
    parking = Parking(slot_end=over.pop("slot_end", at(60)), departed_at=departed_at, **over)
    return overstay_charge(parking, rules or make_overstay(), BERLIN, QUIET)


@given(minutes, minutes, st.one_of(st.none(), st.integers(0, 3000)), st.booleans(), st.integers(1, 20))
def test_leaving_later_never_costs_less_and_never_more_than_the_cap(
    one: int, other: int, cap: int | None, night: bool, step: int
) -> None:
    rules = make_overstay(
        cap=None if cap is None else Money(cap, "EUR"),
        step=timedelta(minutes=step),
        exempt_from=time(20) if night else None,
        exempt_until=time(6) if night else None,
    )
    sooner, later = (charged(at(minute), rules) for minute in sorted((one, other)))
    assert Money(0, "EUR") <= sooner.amount <= later.amount
    assert 0 <= later.exempt <= later.steps
    if cap is not None:
        assert later.amount <= Money(cap, "EUR")


@pytest.mark.parametrize(
    ("minute", "cents"), [(50, 0), (70, 0), (70.5, 50), (71, 50), (71.1, 100), (94, 1200)]
)
def test_a_started_step_counts_once_grace_is_over(minute: float, cents: int) -> None:
    assert charged(at(minute)).amount == Money(cents, "EUR")


def test_the_cap_is_named_only_when_it_bit() -> None:
    assert not charged(at(94)).capped
    assert charged(at(95)).capped


def test_idle_time_inside_the_slot_counts_only_if_the_policy_says_so() -> None:
    idle = make_overstay(idle_grace=timedelta(minutes=5))
    assert charged(at(30), charging_finished_at=at(20)).amount.is_zero
    assert charged(at(30), idle, charging_finished_at=at(20)).amount == Money(250, "EUR")
    assert charged(at(30), idle).amount.is_zero


def test_nobody_pays_when_nobody_waits_and_the_policy_waives_it() -> None:
    assert charged(at(90), make_overstay(waived_when_nobody_waits=True)).amount.is_zero


@pytest.mark.parametrize(("from_percent", "cents"), [(80, 200), (81, 100), (None, 100)])
def test_a_busy_site_multiplies_the_fee(from_percent: int | None, cents: int) -> None:
    rules = make_overstay(busy_from_percent=from_percent, busy_multiplier=2)
    assert charged(at(72), rules).amount == Money(cents, "EUR")


@pytest.mark.parametrize(
    ("day", "night_hours"),
    [("2026-01-12", 10), ("2026-03-28", 9), ("2026-10-24", 11)],
    ids=["ordinary", "spring forward", "fall back"],
)
def test_the_night_is_as_long_as_the_sites_clock_makes_it(day: str, night_hours: int) -> None:
    """A whole day's overstay from noon, in hourly steps: exactly the hours that read 20:00 to 05:59 are free."""
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(BERLIN))
    rules = make_overstay(
        grace=timedelta(0), step=timedelta(hours=1), cap=None, exempt_from=time(20), exempt_until=time(6)
    )
    departed = noon.astimezone(UTC) + timedelta(hours=24)
    for slot_end in (noon, noon.astimezone(UTC)):
        result = charged(departed, rules, slot_end=slot_end)
        assert (result.steps, result.exempt) == (24, night_hours)


@pytest.mark.parametrize(
    ("start", "end", "free"), [(time(20), time(6), 10), (time(1), time(5), 4), (time(3), time(3), 0)]
)
def test_an_exemption_may_wrap_midnight_and_an_empty_one_frees_nothing(
    start: time, end: time, free: int
) -> None:
    rules = make_overstay(step=timedelta(hours=1), grace=timedelta(0), exempt_from=start, exempt_until=end)
    assert charged(at(60) + timedelta(hours=24), rules).exempt == free

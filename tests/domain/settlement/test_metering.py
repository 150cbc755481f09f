"""What of a charger's transactions is billed: no more than was authorised, delivered and physically possible."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.readings import Context, Reading, Told
from domain.money.lines import ConnectorName, Limit, LineKind
from domain.reservation.lifecycle import State
from domain.settlement.metering import MeteredTransaction, charging_legs, plausible_energy_wh
from domain.settlement.pricing import settle
from domain.settlement.surroundings import NOWHERE
from tests.domain.builders import at, make_progress
from tests.factories.policies import make_terms

BAY_3 = ConnectorName(charger_id="CP-1", number=2, bay="Bay 3")


def metered(**over: Any) -> MeteredTransaction:
    """10 kWh in half an hour on a connector of 50 kW."""
    values: dict[str, Any] = {
        "connector": BAY_3,
        "power_w": 50_000,
        "authorised": True,
        "started_at": at(0),
        "ended_at": at(30),
        "meter_start_wh": 1_000,
        "meter_last_wh": 11_000,
        "meter_at": at(20),
    }
    return MeteredTransaction(**(values | over))


def test_a_leg_is_a_transaction_from_its_start_to_its_end() -> None:
    (leg,) = charging_legs([metered()], slack_wh=0)
    assert (leg.connector, leg.energy_wh, leg.capped) == (BAY_3, 10_000, False)
    assert (leg.started_at, leg.ended_at, leg.started_minutes) == (at(0), at(30), 30)


def test_what_started_although_refused_is_not_the_drivers() -> None:
    mine, refused = metered(), metered(authorised=False)
    assert charging_legs([refused, mine, refused], slack_wh=0) == charging_legs([mine], slack_wh=0)


@pytest.mark.parametrize(("begins", "billed"), [(1_000, 8_000), (0, 12_000)])
def test_what_a_register_counted_once_is_paid_once(begins: int, billed: int) -> None:
    """K1.1: a start told again when it was sent, with what it showed at first; not where each session begins at 0."""
    first = metered(ended_at=at(10), meter_start_wh=begins, meter_last_wh=3_000, meter_at=at(10))
    again = metered(started_at=at(10), meter_start_wh=begins, meter_last_wh=9_000, ended_at=at(30))
    assert sum(leg.billed_wh for leg in charging_legs([first, again], slack_wh=0)) == billed
    elsewhere = metered(connector=ConnectorName(charger_id="CP-2", number=2, bay="Bay 9"))
    assert charging_legs([metered(), elsewhere], slack_wh=0)[1].billed_wh == 10_000


def test_an_end_that_is_read_long_after_the_end_lifts_no_cap() -> None:
    begin = Reading(at=at(0), wh=100_000, context=Context.BEGIN)
    late = Reading(at=at(630), wh=200_000, context=Context.END)
    (leg,) = charging_legs([metered(readings=(begin, late))], slack_wh=0)
    assert leg.energy_wh <= plausible_energy_wh(100_000, 50_000, timedelta(minutes=35), 0)
    assert leg.capped


@pytest.mark.parametrize("read_late", [timedelta(0), timedelta(hours=1), timedelta(hours=20)])
def test_a_beginning_by_a_clock_that_was_set_back_since_is_no_later_than_the_session(
    read_late: timedelta,
) -> None:
    """Both come with the end, whose stamp corrects them both."""
    begin = Reading(at=at(0) + read_late, wh=100_000, context=Context.BEGIN)
    end = Reading(at=at(30), wh=110_000, context=Context.END)
    (leg,) = charging_legs([metered(readings=(begin, end))], slack_wh=0)
    assert (leg.energy_wh, leg.capped) == (10_000, False)
    assert leg.metered is not None
    assert leg.metered.begin == begin


@pytest.mark.parametrize(("meter_at", "until"), [(at(20), at(20)), (at(-5), at(0))])
def test_an_open_one_counts_up_to_its_last_reading_and_never_ends_before_it_starts(
    meter_at: datetime, until: datetime
) -> None:
    (leg,) = charging_legs([metered(ended_at=None, meter_at=meter_at)], slack_wh=0)
    assert leg.ended_at == until


def test_a_meter_that_ran_backwards_delivered_nothing() -> None:
    (leg,) = charging_legs([metered(meter_last_wh=0)], slack_wh=0)
    assert (leg.energy_wh, leg.capped) == (0, False)


@pytest.mark.parametrize(("seconds", "minutes"), [(-60, 0), (0, 0), (1, 1), (60, 1), (61, 2)])
def test_a_started_minute_counts(seconds: int, minutes: int) -> None:
    (leg,) = charging_legs([metered(ended_at=at(0) + timedelta(seconds=seconds))], slack_wh=0)
    assert leg.started_minutes == minutes


@pytest.mark.parametrize(
    ("told", "minutes", "billed"),
    [(40_000, 60, 40_000), (56_000, 60, 56_000), (10_000_000, 60, 56_000), (9_000, 0, 1_000), (-5, 60, 0)],
)
def test_no_more_energy_is_billed_than_a_connector_of_50_kw_delivers(
    told: int, minutes: int, billed: int
) -> None:
    assert plausible_energy_wh(told, 50_000, timedelta(minutes=minutes), 1_000) == billed


@given(st.integers(-10, 200_000), st.integers(0, 600), st.integers(0, 2_000))
def test_a_capped_leg_says_so_and_its_line_too(told: int, minutes: int, slack: int) -> None:
    legs = charging_legs([metered(meter_last_wh=1_000 + told, ended_at=at(minutes))], slack)
    assert legs[0].capped == (legs[0].energy_wh < told)
    lines = settle(make_progress(State.SETTLING), make_terms(), legs, NOWHERE).lines
    energy = [line for line in lines if line.kind is LineKind.ENERGY]
    assert [line.limited_by for line in energy] == [Limit.CONNECTOR_POWER if legs[0].capped else None] * len(
        energy
    )


READINGS = st.lists(
    st.builds(
        Reading,
        at=st.integers(0, 60).map(at),
        wh=st.one_of(st.integers(-10, 90_000), st.sampled_from([7_930_179, 4_294_967_295])),
        context=st.sampled_from(Context),
        told=st.sampled_from(Told),
        unit=st.sampled_from(["", "Wh", "kWh"]),
    ),
    min_size=1,
    max_size=12,
)


@given(READINGS.flatmap(lambda told: st.tuples(st.just(told), st.permutations(told))))
def test_whatever_is_told_in_whatever_order_the_bill_is_the_same_and_possible(
    both: tuple[list[Reading], list[Reading]],
) -> None:
    told, arrived = both
    one = charging_legs([metered(ended_at=at(60), readings=tuple(told))], slack_wh=1_000)
    assert one == charging_legs([metered(ended_at=at(60), readings=tuple(arrived))], slack_wh=1_000)
    (leg,) = one
    assert 0 <= leg.energy_wh <= plausible_energy_wh(10**12, 50_000, timedelta(hours=1), 1_000)

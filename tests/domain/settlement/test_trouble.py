"""Trouble only ever lowers a bill: no fee, minute or step inside it, whatever it lies across."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.trouble import NOT_BILLED, Trouble, TroubleCause
from domain.money.amount import Money
from domain.money.bill import Bill
from domain.money.lines import ConnectorName
from domain.reservation.lifecycle import State
from domain.settlement.kept_off import lost_to_us
from domain.settlement.metering import ChargingLeg
from domain.settlement.overstay import OverstayCharge, Parking, overstay_charge
from domain.settlement.pricing import settle
from domain.settlement.surroundings import Surroundings
from domain.terms.policy import OverstayRules
from tests.domain.builders import at, make_leg, make_progress, make_trouble
from tests.factories.policies import make_overstay, make_tariff, make_terms

BUSY = Surroundings(somebody_waits=True, occupancy_percent=50)
TIMED = make_terms(tariff=make_tariff(time_per_minute=Money(10, "EUR")))
BEGINS = 70
"""Minutes after the slot's start at which overstay does: its end and ten minutes of grace."""

minutes = st.integers(-30, 300)


@st.composite
def troubles(draw: st.DrawFn) -> tuple[Trouble, ...]:
    spans = draw(st.lists(st.tuples(minutes, st.one_of(st.none(), st.integers(0, 120))), max_size=5))
    return tuple(
        make_trouble(
            draw(st.sampled_from(sorted(NOT_BILLED))),
            at(begin),
            None if length is None else at(begin + length),
            connector_number=draw(st.sampled_from([None, 1])),
        )
        for begin, length in spans
    )


@st.composite
def any_rules(draw: st.DrawFn) -> OverstayRules:
    night = draw(st.booleans())
    return make_overstay(
        step=timedelta(minutes=draw(st.integers(1, 20))),
        cap=draw(st.sampled_from([None, Money(700, "EUR")])),
        idle_grace=draw(st.sampled_from([None, timedelta(minutes=5)])),
        exempt_from=time(15, 30) if night else None,
        exempt_until=time(17) if night else None,
    )


def overstayed(rules: OverstayRules, departed: int, *troubles: Trouble) -> OverstayCharge:
    parking = Parking(
        slot_end=at(60), departed_at=at(departed), charging_finished_at=at(20), troubles=troubles
    )
    return overstay_charge(parking, rules, "UTC", BUSY)


@given(any_rules(), minutes, troubles(), troubles())
def test_more_trouble_never_costs_more(
    rules: OverstayRules, departed: int, some: tuple[Trouble, ...], more: tuple[Trouble, ...]
) -> None:
    without, with_some = overstayed(rules, departed), overstayed(rules, departed, *some)
    with_more = overstayed(rules, departed, *some, *more)
    assert with_more.amount <= with_some.amount <= without.amount
    assert 0 <= with_some.exempt <= with_some.steps <= without.steps


@given(any_rules(), minutes, st.integers(-30, 60), st.integers(0, 30))
def test_nothing_is_charged_that_lies_wholly_inside_trouble(
    rules: OverstayRules, departed: int, before: int, after: int
) -> None:
    stuck = make_trouble(TroubleCause.LOCK_FAILURE, at(min(before, 20)), at(departed + after))
    assert overstayed(rules, departed, stuck).amount.is_zero


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_steps_before_and_after_are_charged_and_those_in_between_are_not(
    before: int, lost: int, after: int
) -> None:
    stuck = make_trouble(TroubleCause.FAULT, at(BEGINS + before), at(BEGINS + before + lost))
    charge = overstayed(make_overstay(cap=None), BEGINS + before + lost + after, stuck)
    begun = before > 0 or lost == 0
    assert charge.steps == (before + after if begun else after)


def test_grace_that_trouble_took_is_given_back_after_it() -> None:
    stuck = make_trouble(TroubleCause.LOCK_FAILURE, at(58), at(68))
    assert overstayed(make_overstay(), 76, stuck).amount.is_zero
    assert not overstayed(make_overstay(), 76).amount.is_zero


def of(bill: Bill, kind: str) -> int:
    return sum(line.amount.minor for line in bill.lines if line.kind == kind)


def minutes_of(bill: Bill) -> int:
    return sum(line.quantity.count for line in bill.lines if line.kind == "time" and line.quantity)


@given(st.integers(20, 200), st.one_of(st.none(), st.integers(0, 90)), st.integers(0, 200))
def test_who_was_stopped_by_a_failure_overstays_only_after_being_told_and_a_time_to_come(
    stopped: int, told_after: int | None, stays: int
) -> None:
    told = None if told_after is None else at(stopped + told_after)
    story = make_progress(
        State.SETTLING,
        arrived_at=at(0),
        transaction_ended_at=at(stopped),
        departed_at=at(stopped + stays),
        cut_short=True,
        stopped_by_failure=True,
        failure_told_at=told,
    )
    failed = make_trouble(
        TroubleCause.FAULT, at(stopped), None if told is None else told + TIMED.policy.grace
    )
    with_trouble = replace(story, stopped_by_failure=False, failure_told_at=None, troubles=[failed])
    fees = [of(settle(one, TIMED, (), BUSY), "overstay") for one in (story, with_trouble)]
    assert fees[0] == fees[1]
    if stopped <= BEGINS and told is None:
        assert fees[0] == 0


outcomes = st.sampled_from([State.SETTLING, State.CANCELLED, State.NO_SHOW])
legs_of_a_day = st.lists(st.builds(make_leg, st.integers(0, 20_000), st.integers(0, 200)), max_size=2)


@given(outcomes, st.one_of(st.none(), minutes), minutes, troubles(), legs_of_a_day)
def test_no_story_costs_more_with_trouble_in_it(
    state: State, arrived: int | None, ended: int, some: tuple[Trouble, ...], legs: list[ChargingLeg]
) -> None:
    story = make_progress(
        state,
        arrived_at=None if arrived is None else at(arrived),
        departed_at=at(ended) if state is State.SETTLING else None,
        cancelled_at=at(ended) if state is State.CANCELLED else None,
        no_show_at=at(15) if state is State.NO_SHOW else None,
    )
    troubled = replace(story, troubles=list(some))
    calm, rough = (settle(one, TIMED, tuple(legs), BUSY) for one in (story, troubled))
    assert rough.charge <= calm.charge
    assert (rough.energy_wh, of(rough, "energy")) == (calm.energy_wh, of(calm, "energy"))


def test_minutes_on_a_dead_charger_are_not_billed_and_its_energy_is() -> None:
    story = make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(30))
    story.troubles.append(make_trouble(TroubleCause.SILENT, at(10), connector_number=None))
    bill = settle(story, TIMED, (make_leg(energy_wh=4_000, minutes=30),), BUSY)
    assert (minutes_of(bill), bill.energy_wh) == (10, 4_000)


@pytest.mark.parametrize(
    ("charger", "number", "billed"), [("charger-1", 1, 20), ("charger-1", 2, 30), ("charger-2", 1, 30)]
)
def test_only_trouble_where_the_energy_came_from_counts(charger: str, number: int, billed: int) -> None:
    story = make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(30))
    story.troubles.append(make_trouble(TroubleCause.FAULT, at(5), at(15)))
    leg = replace(make_leg(), connector=ConnectorName(charger_id=charger, number=number, bay=None))
    assert minutes_of(settle(story, TIMED, (leg,), BUSY)) == billed


def test_no_minute_is_billed_twice() -> None:
    """The charger that was left tells an end that is long after the next leg began."""
    story = make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(60))
    elsewhere = ConnectorName(charger_id="charger-2", number=1, bay=None)
    legs = (
        make_leg(minutes=50),
        replace(make_leg(), connector=elsewhere, started_at=at(20), ended_at=at(60)),
    )
    assert minutes_of(settle(story, TIMED, legs, BUSY)) == 60


@pytest.mark.parametrize(
    ("state", "when", "free"),
    [
        (State.CANCELLED, {"cancelled_at": at(-10)}, True),
        (State.CANCELLED, {"cancelled_at": at(5)}, False),
        (State.NO_SHOW, {"no_show_at": at(-1)}, True),
        (State.NO_SHOW, {"no_show_at": at(15)}, False),
        (State.CANCELLED, {"cancelled_at": at(5), "arrived_at": at(-15)}, True),
        (State.CANCELLED, {"cancelled_at": at(5), "arrived_at": at(1)}, False),
        (State.SETTLING, {"arrived_at": at(-15)}, True),
        (State.SETTLING, {"arrived_at": at(1)}, False),
    ],
)
def test_it_is_the_trouble_of_that_time_which_bars_a_fee_not_that_of_another(
    state: State, when: dict[str, object], free: bool
) -> None:
    story = make_progress(state, **when)
    story.troubles.append(make_trouble(TroubleCause.FAULT, at(-20), at(0)))
    assert settle(story, TIMED, (), BUSY).charge.is_zero == free


# --- kept off, or cut short, and left --------------------------------------------------------------------


def lost_minutes(since: int, left: int, some: tuple[Trouble, ...]) -> int:
    """Minute by minute, of the slot's sixty."""
    met = [one for one in some if one.began_at <= at(left)]
    return sum(any(one.stands_at(at(minute)) for one in met) for minute in range(max(since, 0), 60))


@given(st.integers(-10, 59), st.integers(0, 60), troubles(), st.sampled_from(["never", "cut", "cancelled"]))
def test_who_was_kept_off_and_left_pays_no_fee_and_for_what_was_delivered(
    since: int, stayed: int, some: tuple[Trouble, ...], how: str
) -> None:
    left = min(since + stayed, 59)
    story = make_progress(State.CANCELLED if how == "cancelled" else State.SETTLING, arrived_at=at(since))
    story.troubles.extend(some)
    match how:
        case "never":
            left = 60
        case "cut":
            story.transaction_started_at, story.transaction_ended_at = at(-10), at(since)
            story.departed_at, story.cut_short = at(left), True
            some = (*some, make_trouble(TroubleCause.FAULT, at(since), at(left)))
        case "cancelled":
            story.cancelled_at = at(left)
    legs = (make_leg(),) if how == "cut" else ()
    bill = settle(story, make_terms(tariff=make_tariff(session_fee=Money(100, "EUR"))), legs, BUSY)
    lost = lost_minutes(since, left, some)
    assert lost_to_us(story) == timedelta(minutes=lost)
    fees = sum(of(bill, kind) for kind in ("reservation_fee", "session_fee", "cancellation"))
    assert fees == 0 if lost else fees > 0 or story.troubles
    assert of(bill, "energy") == (500 if legs else 0)


@pytest.mark.parametrize(
    "over",
    [
        {"cut_short": False},
        {"departed_at": at(60)},
        {"ended_by": Cause.OPERATOR},
    ],
)
def test_who_stopped_of_themselves_or_stayed_to_the_end_has_lost_nothing(over: dict[str, object]) -> None:
    values = {"transaction_ended_at": at(20), "departed_at": at(25), "cut_short": True} | over
    story = make_progress(State.SETTLING, arrived_at=at(0), transaction_started_at=at(1), **values)
    story.troubles.append(make_trouble(TroubleCause.FAULT, at(20)))
    assert lost_to_us(story) == timedelta(0)

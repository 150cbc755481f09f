"""What it costs in the end: never a fee for the operator's failure, and lines that add up."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.causes import Cause
from domain.charging.maintenance import OnConflict, PlannedMaintenance
from domain.errors import CurrencyMismatch
from domain.money.amount import Money, total
from domain.money.bill import Bill
from domain.money.lines import FEES, TAXED, Limit, LineKind
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.reservation.remembered import LateChange
from domain.settlement.agreed import fee_at_booking
from domain.settlement.fees import cancellation_fee
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.settlement.surroundings import Surroundings
from domain.terms.accepted import Terms
from domain.terms.payer import BY_CARD, Payer, PayerKind
from tests.domain.builders import at, make_assignment, make_leg, make_progress, window
from tests.factories.policies import make_policy, make_tariff, make_terms

OUTCOMES = (State.SETTLING, State.CANCELLED, State.NO_SHOW, State.UNFULFILLED, State.DECLINED, State.EXPIRED)
BUSY = Surroundings(somebody_waits=True, occupancy_percent=50)
OPERATORS = [cause for cause in Cause if cause.is_operators]
moments = st.one_of(st.none(), st.integers(-3000, 600).map(at))
prices = st.integers(0, 900).map(lambda minor: Money(minor, "EUR"))
legs_of_a_day = st.lists(st.builds(make_leg, st.integers(-5, 90_000), st.integers(-5, 300)), max_size=3).map(
    tuple
)

late_changes = st.lists(
    st.builds(
        LateChange,
        at=st.integers(-3000, 0).map(at),
        gave_up=st.integers(0, 600).map(lambda start: window(start, start + 60)),
        place=st.sampled_from([None, make_assignment(), make_assignment(charger_id="charger-2")]),
        fee=prices,
    ),
    max_size=2,
)


PLANNED = PlannedMaintenance(window_id=1, start=at(-60), end=at(180), on_conflict=OnConflict.ASK)


@st.composite
def stories(draw: st.DrawFn) -> Progress:
    return make_progress(
        draw(st.sampled_from(OUTCOMES)),
        arrived_at=draw(moments),
        departed_at=draw(moments),
        charging_finished_at=draw(moments),
        cancelled_at=draw(moments),
        no_show_at=draw(moments),
        fault_since=draw(moments),
        offline_since=draw(moments),
        contested=draw(st.booleans()),
        ended_by=draw(st.sampled_from([None, *Cause])),
        rerouted_for=draw(st.lists(st.sampled_from(list(Cause)), max_size=2)),
        late_changes=draw(late_changes),
        waived=draw(st.lists(st.sampled_from([kind.value for kind in LineKind]), max_size=3)),
        **draw(st.sampled_from([{}, {"maintenance": PLANNED, "maintenance_heard_at": at(-600)}])),
    )


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    policy = make_policy(
        reservation_fee=draw(prices),
        no_show_fee=draw(prices),
        compensation=draw(prices),
        fee_credited_to_session=draw(st.booleans()),
        late_arrival_waives_no_show_fee=draw(st.booleans()),
    )
    tariff = make_tariff(
        energy_per_kwh=draw(prices),
        time_per_minute=draw(prices),
        session_fee=draw(prices),
        tax_basis_points=draw(st.sampled_from([0, 700, 1900, 2550])),
    )
    payer = Payer(kind=draw(st.sampled_from(PayerKind)))
    return make_terms(policy=policy, tariff=tariff, payer=payer)


def priced(progress: Progress, terms: Terms | None = None, legs: tuple[ChargingLeg, ...] = ()) -> Bill:
    return settle(progress, terms or make_terms(), legs, BUSY)


def amounts(bill: Bill) -> dict[str, int]:
    return {line.kind.value: line.amount.minor for line in bill.lines}


@settings(max_examples=200)
@given(stories(), any_terms(), legs_of_a_day)
def test_lines_add_up_and_the_charge_is_never_negative(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]
) -> None:
    result = priced(progress, terms, legs)
    owed = [line.amount for line in result.lines if line.kind is not LineKind.COMPENSATION]
    assert result.charge == total(owed, "EUR")
    assert result.charge.minor >= 0
    assert result.credit.minor >= 0
    assert result.charge - result.credit == total([line.amount for line in result.lines], "EUR")
    assert result == priced(progress, terms, legs)


@settings(max_examples=200)
@given(stories(), any_terms(), legs_of_a_day)
def test_what_is_due_of_a_fee_that_was_taken_at_booking_is_kept_and_with_our_cause_all_is_given_back(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]
) -> None:
    bill, taken = priced(progress, terms, legs), fee_at_booking(terms)
    is_due = any(line.kind is LineKind.RESERVATION_FEE for line in bill.lines)
    assert not is_due or bill.charge >= taken
    if progress.ended_by is not None and progress.ended_by.is_operators:
        assert not is_due


@settings(max_examples=200)
@given(stories(), any_terms(), legs_of_a_day)
def test_no_line_with_a_fee_has_the_operator_as_its_cause(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]
) -> None:
    lines = priced(progress, terms, legs).lines
    assert not [line for line in lines if line.cause.is_operators and line.amount.minor > 0]
    if progress.ended_by is not None and progress.ended_by.is_operators:
        assert not [line for line in lines if line.kind in FEES]
    if progress.maintenance is not None and progress.state is State.CANCELLED:
        given_up = progress.cancelled_at
        heard = given_up is not None and given_up >= at(-600)
        charged = {LineKind.CHANGE, LineKind.OVERSTAY, LineKind.SESSION_FEE}
        assert not heard or not [line for line in lines if line.kind in FEES - charged]
    if any(cause.is_operators for cause in progress.rerouted_for):
        allowed = {LineKind.OVERSTAY, LineKind.SESSION_FEE}
        assert not [line for line in lines if line.kind in FEES - allowed]


@pytest.mark.parametrize(("heard", "free"), [(-600, True), (-30, False)])
def test_who_cancels_as_their_place_will_be_maintained_pays_nothing(heard: float, free: bool) -> None:
    cancelled = {"cancelled_at": at(-60), "ended_by": Cause.DRIVER}
    told = {"maintenance": PLANNED, "maintenance_heard_at": at(heard)}
    assert (priced(make_progress(State.CANCELLED, **cancelled, **told)).charge.minor == 0) == free


@given(stories(), any_terms(), legs_of_a_day)
def test_the_fee_credit_exceeds_neither_the_fee_nor_the_session(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]
) -> None:
    lines = priced(progress, terms, legs).lines
    credit = -sum(line.amount.minor for line in lines if line.kind is LineKind.FEE_CREDIT)
    fee = sum(line.amount.minor for line in lines if line.kind is LineKind.RESERVATION_FEE)
    session = (LineKind.SESSION_FEE, LineKind.ENERGY, LineKind.TIME)
    spent = sum(line.amount.minor for line in lines if line.kind in session)
    assert 0 <= credit <= min(fee, spent)


@given(stories(), any_terms(), legs_of_a_day)
def test_every_priced_line_can_be_recomputed_from_its_own_facts(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]
) -> None:
    for line in priced(progress, terms, legs).lines:
        assert (line.quantity is None) == (line.unit_price is None)
        if line.quantity is not None and line.unit_price is not None:
            full = line.unit_price.times(line.quantity.priced)
            assert line.amount == full or (line.limited_by is Limit.POLICY_CAP and line.amount < full)


@given(stories(), any_terms(), legs_of_a_day)
def test_the_tax_is_off_by_half_a_cent_at_most(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]
) -> None:
    lines = priced(progress, terms, legs).lines
    tax = sum(line.amount.minor for line in lines if line.kind is LineKind.TAX)
    taxable = sum(line.amount.minor for line in lines if line.kind in TAXED)
    assert abs(tax - Fraction(taxable * terms.tariff.tax_basis_points, 10_000)) <= Fraction(1, 2)


@given(stories(), any_terms(), legs_of_a_day, st.sampled_from(list(LineKind)))
def test_a_waiver_never_makes_it_dearer(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...], kind: LineKind
) -> None:
    before = priced(progress, terms, legs)
    after = priced(replace(progress, waived=[*progress.waived, kind]), terms, legs)
    assert after.charge <= before.charge
    assert after.credit >= before.credit


@given(stories(), any_terms(), legs_of_a_day)
def test_a_member_pays_what_anybody_does_without_a_reservation_fee(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]
) -> None:
    member = priced(progress, replace(terms, payer=Payer(kind=PayerKind.MEMBER)), legs)
    free = replace(terms, policy=replace(terms.policy, reservation_fee=Money(0, "EUR")), payer=BY_CARD)
    assert member == priced(progress, free, legs)
    on_trust = priced(progress, replace(terms, payer=Payer(kind=PayerKind.TRUSTED)), legs)
    assert on_trust == priced(progress, replace(terms, payer=BY_CARD), legs)


def test_a_waiver_takes_nothing_that_is_the_drivers() -> None:
    broken = make_progress(State.UNFULFILLED, ended_by=Cause.CHARGER_FAULT, waived=["compensation"])
    assert priced(broken).credit == Money(500, "EUR")
    served = make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(40), waived=["fee_credit", "tax"])
    assert priced(served, legs=(make_leg(),)).charge == Money(595, "EUR")


def test_an_ordinary_session_costs_its_energy_and_the_fee_is_credited() -> None:
    result = priced(make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(40)), legs=(make_leg(),))
    assert amounts(result) == {"reservation_fee": 300, "energy": 500, "fee_credit": -300, "tax": 95}
    assert result.charge == Money(595, "EUR")


def test_who_arrived_but_never_started_pays_the_reservation_fee_only() -> None:
    arrived = make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(60))
    assert amounts(priced(arrived)) == {"reservation_fee": 300, "tax": 57}
    assert amounts(priced(arrived, legs=(make_leg(energy_wh=0),))) == {"reservation_fee": 300, "tax": 57}


@pytest.mark.parametrize("cause", OPERATORS)
def test_who_was_moved_for_our_sake_pays_no_reservation_fee_but_energy_and_their_own_overstay(
    cause: Cause,
) -> None:
    moved = make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(75), rerouted_for=[cause])
    assert amounts(priced(moved, legs=(make_leg(),))) == {"energy": 500, "overstay": 250, "tax": 143}


def test_overstay_does_not_count_while_a_failure_may_keep_the_cable() -> None:
    stuck = make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(300), fault_since=at(72))
    assert amounts(priced(stuck, legs=(make_leg(),)))["overstay"] == 100


@pytest.mark.parametrize(
    "trouble",
    [
        {"fault_since": at(-5)},
        {"offline_since": at(2)},
        {"contested": True},
        {"rerouted_for": [Cause.OPERATOR]},
    ],
)
def test_a_no_show_before_a_useless_charger_is_free(trouble: dict[str, object]) -> None:
    assert amounts(priced(make_progress(State.NO_SHOW, no_show_at=at(15)))) == {"no_show": 500}
    assert priced(make_progress(State.NO_SHOW, no_show_at=at(15), **trouble)).charge.is_zero


@pytest.mark.parametrize(("waives", "expected"), [(True, None), (False, 500)])
def test_a_late_arrival_keeps_the_no_show_fee_only_if_the_policy_says_so(
    waives: bool, expected: int | None
) -> None:
    late = make_progress(State.SETTLING, arrived_at=at(20), departed_at=at(50), no_show_at=at(15))
    terms = make_terms(policy=make_policy(late_arrival_waives_no_show_fee=waives))
    assert amounts(priced(late, terms, (make_leg(),))).get("no_show") == expected


@pytest.mark.parametrize("waives", [True, False])
def test_who_came_in_time_and_was_heard_too_late_pays_no_fee_in_any_policy(waives: bool) -> None:
    heard_late = make_progress(State.SETTLING, arrived_at=at(14), departed_at=at(50), no_show_at=at(15))
    terms = make_terms(policy=make_policy(late_arrival_waives_no_show_fee=waives))
    assert "no_show" not in amounts(priced(heard_late, terms, (make_leg(),)))


@pytest.mark.parametrize("outcome", [State.CANCELLED, State.NO_SHOW, State.UNFULFILLED])
def test_energy_delivered_before_a_failure_is_paid_in_every_outcome(outcome: State) -> None:
    broken = make_progress(
        outcome, rerouted_for=[Cause.CHARGER_FAULT], cancelled_at=at(20), no_show_at=at(40)
    )
    terms = make_terms(tariff=make_tariff(session_fee=Money(100, "EUR")))
    lines = amounts(priced(broken, terms, (make_leg(),)))
    assert lines["energy"] == 500
    assert not {"cancellation", "no_show"} & set(lines)
    assert ("session_fee" in lines) == (outcome is not State.UNFULFILLED)


def test_a_promise_that_could_not_be_kept_costs_nothing_and_is_compensated() -> None:
    result = priced(make_progress(State.UNFULFILLED, ended_by=Cause.CHARGER_FAULT))
    assert result.charge.is_zero
    assert result.credit == Money(500, "EUR")


@pytest.mark.parametrize(
    ("cancelled_at", "fee"),
    [(at(-48 * 60), 0), (at(-24 * 60), 0), (at(-24 * 60 + 1), 200), (at(-1), 200), (at(10), 200)],
)
def test_the_cancellation_tier_follows_the_time_left(cancelled_at: datetime, fee: int) -> None:
    assert cancellation_fee(make_policy(), at(0), cancelled_at) == Money(fee, "EUR")
    assert cancellation_fee(make_policy(cancellation=()), at(0), cancelled_at).is_zero
    cancelled = make_progress(State.CANCELLED, cancelled_at=cancelled_at, ended_by=Cause.DRIVER)
    assert priced(cancelled).charge == Money(fee, "EUR")
    assert priced(replace(cancelled, ended_by=Cause.OPERATOR)).charge.is_zero
    assert priced(replace(cancelled, never_confirmed=True)).charge.is_zero


def test_trouble_days_ahead_does_not_make_a_late_cancellation_free() -> None:
    terms = make_terms(policy=make_policy(fault_watch=timedelta(hours=2)))
    cancelled = make_progress(State.CANCELLED, cancelled_at=at(-180), fault_since=at(-600))
    assert priced(cancelled, terms).charge == Money(200, "EUR")
    assert priced(replace(cancelled, cancelled_at=at(-60)), terms).charge.is_zero


def test_negative_prices_are_credited_instead_of_charged() -> None:
    terms = make_terms(tariff=make_tariff(energy_per_kwh=Money(-50, "EUR"), tax_basis_points=0))
    served = make_progress(State.SETTLING, arrived_at=at(0), departed_at=at(30))
    result = priced(served, terms, (make_leg(),))
    assert (result.charge.minor, result.credit.minor) == (0, 200)


def test_terms_in_two_currencies_are_refused_at_booking_not_at_settlement() -> None:
    with pytest.raises(CurrencyMismatch):
        make_terms(tariff=make_tariff(currency="SEK"))

"""What is held for a booking: the deposit, or what the session is expected to cost, within every limit."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money.amount import Money, zero
from domain.money.currencies import currency_of
from domain.place.slots import Slot
from domain.reservation.payment_plan import HOLD_DAYS, PaymentPlan, Take, plan_of
from domain.settlement.agreed import agreed_amount
from domain.settlement.quote import estimate
from domain.terms.accepted import Terms
from domain.terms.figures import policy_flaws
from domain.terms.payments import PaymentModel, PaymentRules
from tests.domain.builders import at
from tests.factories.policies import make_policy, make_tariff, make_terms

SLOT = Slot(at(0), at(90))
NOTHING = Money(0, "EUR")
AHEAD = timedelta(hours=1)
FEES_AT_BOOKING = [model for model in PaymentModel if model.takes_fee_at_booking]


def preauthorised(
    most: int | None = None, *, power_w: int = 11_000, kwh: int = 50, deposit: int = 0
) -> Terms:
    rules = PaymentRules(
        model=PaymentModel.PREAUTHORISATION,
        expected_power_w=power_w,
        most_authorised=None if most is None else Money(most, "EUR"),
    )
    policy = make_policy(
        deposit=Money(deposit, "EUR"), reservation_fee=NOTHING, payments=rules, no_show_fee=NOTHING
    )
    return make_terms(policy=policy, tariff=make_tariff(energy_per_kwh=Money(kwh, "EUR")))


def plan(terms: Terms, ahead: timedelta = AHEAD) -> PaymentPlan:
    is_fee = terms.policy.payments.model.takes_fee_at_booking
    return plan_of(agreed_amount(terms, SLOT), SLOT, SLOT.start - ahead, is_fee=is_fee)


def test_a_deposit_is_held_whatever_is_booked_and_none_asks_for_no_card() -> None:
    assert plan(make_terms()) == PaymentPlan(take=Take.AUTHORISE, amount=Money(1000, "EUR"))
    free = make_terms(policy=make_policy(deposit=NOTHING))
    assert plan(free) == PaymentPlan(take=Take.NOTHING, amount=NOTHING)


def test_an_expected_session_is_held_with_its_tax() -> None:
    """16.5 kWh at 0.50 are 8.25, and 19 % on top 9.82."""
    assert plan(preauthorised()) == PaymentPlan(take=Take.AUTHORISE, amount=Money(982, "EUR"))


def test_it_is_authorised_near_the_start_where_a_hold_would_lapse() -> None:
    assert plan(preauthorised(), HOLD_DAYS) == PaymentPlan(take=Take.SAVE_CARD, amount=Money(982, "EUR"))


def test_no_less_is_held_than_a_card_can_be_charged_and_nothing_of_a_session_that_is_free() -> None:
    assert plan(preauthorised(power_w=200)).amount == Money(currency_of("EUR").least, "EUR")
    assert plan(preauthorised(kwh=0)) == PaymentPlan(take=Take.NOTHING, amount=zero("EUR"))
    assert plan(preauthorised(kwh=-10)).take is Take.NOTHING


@given(st.none() | st.integers(50, 5_000), st.integers(1, 400_000), st.integers(-50, 10_000))
def test_what_is_held_is_what_will_be_charged_if_all_goes_as_expected_within_the_limits(
    most: int | None, power_w: int, kwh: int
) -> None:
    terms = preauthorised(most, power_w=power_w, kwh=kwh)
    assert policy_flaws(terms.policy) == ()
    held = plan(terms).amount
    charge = estimate(terms, SLOT, -(-power_w * 90 // 60)).charge
    least, greatest = currency_of("EUR").least, most or currency_of("EUR").most
    assert held.is_zero == (charge.minor <= 0)
    assert held.is_zero or held.minor == min(max(charge.minor, least), greatest)


def test_models_that_contradict_other_figures_are_refused() -> None:
    def flawed(terms: Terms) -> set[str]:
        return {flaw.path for flaw in policy_flaws(terms.policy)}

    assert flawed(preauthorised(deposit=1_000)) == {"deposit"}
    assert flawed(preauthorised(0)) == {"payments.most_authorised"}
    assert flawed(preauthorised(20)) == {"payments.most_authorised"}
    assert flawed(preauthorised(power_w=0)) == {"payments.expected_power_w"}
    unused = make_policy(payments=PaymentRules(most_authorised=Money(1000, "EUR")))
    assert flawed(make_terms(policy=unused)) == {"payments.most_authorised"}


def with_fee(cents: int = 300, model: PaymentModel = PaymentModel.FEE_AT_BOOKING, **over: Any) -> Terms:
    values: dict[str, Any] = {
        "deposit": NOTHING,
        "reservation_fee": Money(cents, "EUR"),
        "payments": PaymentRules(model=model),
        "fee_credited_to_session": model is PaymentModel.CREDIT_TO_SESSION,
    }
    return make_terms(policy=make_policy(**(values | over)))


@pytest.mark.parametrize("model", FEES_AT_BOOKING)
def test_a_fee_is_taken_with_its_tax_far_ahead_as_near(model: PaymentModel) -> None:
    taken = PaymentPlan(take=Take.CAPTURE, amount=Money(357, "EUR"))
    assert plan(with_fee(model=model)) == plan(with_fee(model=model), HOLD_DAYS) == taken


@pytest.mark.parametrize("model", FEES_AT_BOOKING)
def test_a_fee_that_no_card_can_be_charged_or_that_contradicts_its_model_is_refused(
    model: PaymentModel,
) -> None:
    def flawed(**over: Any) -> set[str]:
        return {flaw.path for flaw in policy_flaws(with_fee(model=model, **over).policy)}

    assert flawed() == set()
    assert flawed(reservation_fee=NOTHING) == flawed(reservation_fee=Money(49, "EUR")) == {"reservation_fee"}
    assert flawed(deposit=Money(1000, "EUR")) == {"deposit"}
    other = model is not PaymentModel.CREDIT_TO_SESSION
    assert flawed(fee_credited_to_session=other) == {"fee_credited_to_session"}

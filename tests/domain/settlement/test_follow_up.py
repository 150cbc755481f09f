"""Priced once more: whatever chargers tell later, no fee is added and no more is taken than was accepted."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import FEES, ConnectorName, LineKind
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.agreed import agreed_amount
from domain.settlement.follow_up import follow_up_bill
from domain.settlement.metering import ChargingLeg
from domain.settlement.pricing import settle
from domain.settlement.surroundings import NOWHERE
from domain.terms.accepted import Terms
from domain.terms.payer import BY_CARD, Payer, PayerKind
from domain.terms.payments import PaymentModel, PaymentRules
from tests.domain.builders import at, make_progress
from tests.factories.policies import make_policy, make_tariff, make_terms

BAY = ConnectorName(charger_id="CP-1", number=1, bay="Bay 1")
OUTCOMES = (State.SETTLING, State.CANCELLED, State.NO_SHOW, State.UNFULFILLED, State.EXPIRED)
LATE_FEES = FEES - {LineKind.SESSION_FEE}


def leg(wh: int, minutes: int = 30) -> ChargingLeg:
    return ChargingLeg(connector=BAY, energy_wh=wh, started_at=at(0), ended_at=at(minutes))


def story(state: State) -> Progress:
    progress = make_progress(state, arrived_at=at(0), departed_at=at(300))
    if state is State.CANCELLED:
        progress.cancelled_at, progress.ended_by = at(-1), Cause.DRIVER
    if state is State.NO_SHOW:
        progress = replace(progress, arrived_at=None, departed_at=None, no_show_at=at(15))
    return progress


PAYERS = [Payer(kind=kind, account="f" if kind is PayerKind.INVOICE else "") for kind in PayerKind]
TERMS = st.builds(
    lambda deposit, minute, fee, model, payer: make_terms(
        policy=make_policy(deposit=Money(deposit, "EUR"), payments=PaymentRules(model=model)),
        tariff=make_tariff(time_per_minute=Money(minute, "EUR"), session_fee=Money(fee, "EUR")),
        payer=payer,
    ),
    st.integers(0, 3_000),
    st.integers(0, 20),
    st.integers(0, 200),
    st.sampled_from(PaymentModel),
    st.sampled_from(PAYERS),
)
LEGS = st.lists(st.builds(leg, st.integers(0, 60_000), st.integers(0, 240)), max_size=3).map(tuple)


def held_by_card(terms: Terms, slot: Slot) -> Money:
    """For the session: the deposit, or what it is expected to cost."""
    policy = terms.policy
    if policy.payments.model in (PaymentModel.DEPOSIT, PaymentModel.MEMBERSHIP) and policy.deposit.minor:
        return policy.deposit
    rules = replace(policy.payments, model=PaymentModel.PREAUTHORISATION)
    return agreed_amount(replace(terms, policy=replace(policy, payments=rules), payer=BY_CARD), slot)


@pytest.mark.parametrize("model", PaymentModel)
@pytest.mark.parametrize("payer", PAYERS)
@pytest.mark.parametrize("state", [State.SETTLING, State.NO_SHOW])
def test_what_a_session_draws_is_paid_also_when_it_is_told_late_whoever_pays(
    model: PaymentModel, payer: Payer, state: State
) -> None:
    policy = make_policy(deposit=Money(2_000, "EUR"), payments=PaymentRules(model=model))
    progress, terms = story(state), make_terms(policy=policy, payer=payer)
    if state is State.SETTLING:
        progress = replace(progress, departed_at=progress.slot.end)
    before = settle(progress, terms, (), NOWHERE)
    after = follow_up_bill(before, progress, terms, (leg(10_000),), NOWHERE)
    energy = [line.amount.minor for line in after.lines if line.kind is LineKind.ENERGY]
    assert (sum(energy), after.energy_wh) == (500, 10_000)
    much = follow_up_bill(before, progress, terms, (leg(90_000),), NOWHERE)
    energy = [line.amount.minor for line in much.lines if line.kind is LineKind.ENERGY]
    assert (sum(energy) == 4_500) is (payer.kind is PayerKind.INVOICE)


@given(st.sampled_from(OUTCOMES), TERMS, LEGS, LEGS)
def test_no_more_than_was_accepted_and_no_new_fee(
    state: State, terms: Terms, first: tuple[ChargingLeg, ...], later: tuple[ChargingLeg, ...]
) -> None:
    progress = story(state)
    before = settle(progress, terms, first, NOWHERE)
    after = follow_up_bill(before, progress, terms, later, NOWHERE)
    if terms.payer.kind is not PayerKind.INVOICE:
        assert after.charge <= max(before.charge, held_by_card(terms, progress.slot))
    assert after.energy_wh == sum(one.energy_wh for one in later)
    charged = {line.kind for line in before.lines}
    assert {line.kind for line in after.lines} & LATE_FEES <= charged
    assert follow_up_bill(after, progress, terms, later, NOWHERE).charge == after.charge


@given(st.sampled_from(OUTCOMES), TERMS, LEGS)
def test_nothing_new_changes_nothing(state: State, terms: Terms, legs: tuple[ChargingLeg, ...]) -> None:
    progress = story(state)
    before = settle(progress, terms, legs, NOWHERE)
    again = follow_up_bill(before, progress, terms, legs, NOWHERE)
    if not (state is State.NO_SHOW and any(one.energy_wh for one in legs)):
        assert again == before


@given(TERMS, st.integers(0, 60_000))
@example(make_terms(tariff=make_tariff(session_fee=Money(382, "EUR"))), 770)  # more by less than a card takes
def test_a_no_show_who_charged_pays_no_no_show_fee(terms: Terms, wh: int) -> None:
    progress = story(State.NO_SHOW)
    before = settle(progress, terms, (), NOWHERE)
    after = follow_up_bill(before, progress, terms, (leg(wh),), NOWHERE)
    assert LineKind.NO_SHOW in {line.kind for line in before.lines}
    assert LineKind.NO_SHOW not in {line.kind for line in after.lines}


def test_less_is_less() -> None:
    progress, terms = story(State.SETTLING), make_terms()
    before = settle(progress, terms, (leg(20_000),), NOWHERE)
    after = follow_up_bill(before, progress, terms, (leg(8_000),), NOWHERE)
    assert (before.energy_wh, after.energy_wh) == (20_000, 8_000)
    assert after.charge < before.charge


def test_more_is_paid_up_to_what_was_to_be_held_for_the_session() -> None:
    """30 minutes at 22 kW: 11 kWh at 0.50 and 19 % on top."""
    rules = PaymentRules(model=PaymentModel.PREAUTHORISATION, expected_power_w=22_000)
    policy = make_policy(deposit=Money(0, "EUR"), reservation_fee=Money(0, "EUR"), payments=rules)
    progress, terms = story(State.SETTLING), make_terms(policy=policy)
    progress = replace(progress, slot=Slot(at(0), at(30)), departed_at=at(30))
    before = settle(progress, terms, (leg(5_000),), NOWHERE)
    assert follow_up_bill(before, progress, terms, (leg(11_000),), NOWHERE).charge == Money(655, "EUR")
    assert follow_up_bill(before, progress, terms, (leg(40_000),), NOWHERE).charge == Money(655, "EUR")

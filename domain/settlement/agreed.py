"""What a driver agrees to have held on their card for a booking, or taken, by the site's payment model."""

from dataclasses import replace
from fractions import Fraction

from domain.causes import Cause
from domain.money.amount import Money, zero
from domain.money.currencies import currency_of
from domain.money.lines import LineItem, LineKind
from domain.place.slots import Slot
from domain.settlement.quote import estimate
from domain.settlement.totals import summed
from domain.terms.accepted import Terms
from domain.terms.payer import BY_CARD, PayerKind
from domain.terms.payments import PaymentModel

_HOUR_S = 3_600


def agreed_amount(terms: Terms, slot: Slot) -> Money:
    """Gross; zero books without a card, and whoever is asked for no security. An expected session draws the policy's
    power over the slot.

    Never less than a card can be charged, and never more than the policy or the provider allows.
    """
    policy = terms.policy
    if terms.payer.kind is not PayerKind.CARD:
        return zero(policy.currency)
    if policy.payments.model.takes_fee_at_booking:
        return fee_at_booking(terms)
    if policy.payments.model is not PaymentModel.PREAUTHORISATION:
        return terms.deposit
    return expected_session(terms, slot)


def accepted_amount(terms: Terms, slot: Slot) -> Money | None:
    """Up to which energy is paid that is told late: what who pays by card has held for the session, and where that is
    nothing, or a fee, what the session is expected to cost. Whoever pays; None: an invoice account pays what it is.
    """
    if terms.payer.kind is PayerKind.INVOICE:
        return None
    by_card = replace(terms, payer=BY_CARD)
    if not terms.policy.payments.model.takes_fee_at_booking:
        held = agreed_amount(by_card, slot)
        if not held.is_zero:
            return held
    return expected_session(by_card, slot)


def price_difference(terms: Terms, slot: Slot, wanted: Terms, wanted_slot: Slot) -> Money | None:
    """Gross: what a session of the wanted place's power over the slot would cost more than there, negative: less.

    None: they are paid in different currencies.
    """
    if terms.policy.currency != wanted.policy.currency:
        return None
    power_w = wanted.policy.payments.expected_power_w
    here = estimate(terms, slot, _expected_wh(power_w, slot)).charge
    return here - estimate(wanted, wanted_slot, _expected_wh(power_w, wanted_slot)).charge


def expected_session(terms: Terms, slot: Slot) -> Money:
    """Gross: of the policy's power over the slot, within what a card can be charged and the policy authorises."""
    policy = terms.policy
    currency = currency_of(policy.currency)
    expected = estimate(terms, slot, _expected_wh(policy.payments.expected_power_w, slot)).charge
    if expected.minor <= 0:
        return zero(policy.currency)
    most = Money(currency.most, policy.currency).capped(policy.payments.most_authorised)
    return Money(max(expected.minor, currency.least), policy.currency).capped(most)


def fee_at_booking(terms: Terms) -> Money:
    """The reservation fee, as a bill of nothing else comes to: with its tax, in steps that cards are charged in."""
    policy = terms.policy
    fee = LineItem(kind=LineKind.RESERVATION_FEE, cause=Cause.DRIVER, amount=policy.reservation_fee)
    charge = summed([fee], terms, energy_wh=0).charge
    return charge.capped(Money(currency_of(policy.currency).most, policy.currency))


def _expected_wh(power_w: int, slot: Slot) -> int:
    """Begun watt-hours count whole."""
    seconds = Fraction((slot.end - slot.start).total_seconds())
    return -int(-power_w * seconds // _HOUR_S)

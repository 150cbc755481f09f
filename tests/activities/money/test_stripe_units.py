"""Units of Stripe's API, by the table that its documentation has, through the adapter and the stand-in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.failures import StripeRefused
from activities.money.payment_intents import IntentState, NewIntent
from activities.money.stripe_gateway import StripeGateway
from activities.money.stripe_units import from_stripe, to_stripe
from domain.money.amount import Money
from domain.money.currencies import CHARGEABLE, Currency
from domain.money.declines import TOO_SMALL
from simulator.stripe_api.server import RunningStripeApi

CARD = "pm_card_visa"


@given(st.sampled_from(CHARGEABLE), st.integers(min_value=0, max_value=10**8))
def test_what_moves_comes_back_as_it_went(currency: Currency, minor: int) -> None:
    amount = Money(currency.nearest(minor), currency.code)
    assert from_stripe(to_stripe(amount), currency.code) == amount
    assert to_stripe(Money(minor, currency.code)) == to_stripe(amount)


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        (Money(2000, "ISK"), 200_000),
        (Money(20_000, "UGX"), 2_000_000),
        (Money(12_345, "KWD"), 12_350),
        (Money(500, "JPY"), 500),
        (Money(1050, "EUR"), 1050),
        (Money(40_050, "HUF"), 40_050),
        (Money(500_000, "MGA"), 5000),
    ],
    ids=str,
)
async def test_the_providers_units_both_ways(
    stripe: StripeGateway, api: RunningStripeApi, amount: Money, units: int
) -> None:
    code = amount.currency
    new = NewIntent(code="CODE", step="deposit", amount=amount, capture=False, payment_method=CARD)
    held = await stripe.create_intent(new, key="units")
    assert isinstance(held, IntentState)
    assert to_stripe(held.amount) == units
    seen = (await api.dump())["payment_intents"][0]
    assert seen["amount"] == units
    part = Money(amount.minor // 2, code)
    taken = await stripe.capture(held.id, part, key="units:capture")
    assert taken.received == from_stripe(to_stripe(part), code)
    back = await stripe.refund(held.id, taken.received, key="units:refund")
    assert back.net == Money(0, code)


async def test_what_we_take_for_chargeable_the_provider_takes_and_nothing_else(stripe: StripeGateway) -> None:
    """Two tables that know nothing of each other: ours, which policies are checked by, and the provider's."""
    for currency in CHARGEABLE:
        least = max(currency.least, currency.step)
        for minor in (least, currency.most):
            amount = Money(minor, currency.code)
            assert (await made(stripe, amount)).amount == amount
        with pytest.raises(StripeRefused, match="must be no more than"):
            await made(stripe, Money(currency.most + currency.step, currency.code))
        if currency.least:
            with pytest.raises(StripeRefused) as refused:
                await made(stripe, Money(currency.least - currency.step, currency.code))
            assert refused.value.stripe_code == TOO_SMALL


async def made(stripe: StripeGateway, amount: Money) -> IntentState:
    new = NewIntent(code="CODE", step="deposit", amount=amount, capture=False)
    intent = await stripe.create_intent(new, key=f"made:{amount}")
    assert isinstance(intent, IntentState)
    return intent

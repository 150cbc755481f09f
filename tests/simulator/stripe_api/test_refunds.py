"""Refunds through the real client: never more than was captured."""

import asyncio

import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


async def paid(client: stripe.StripeClient, amount: int = 1000) -> stripe.PaymentIntent:
    return await client.v1.payment_intents.create_async(
        {
            "amount": amount,
            "currency": "eur",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )


async def test_parts_are_refunded_until_nothing_is_left(client: stripe.StripeClient) -> None:
    intent = await paid(client)
    part = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 400})
    assert (part.status, part.amount) == ("succeeded", 400)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 601})
    assert refused.value.code == "amount_too_large"
    rest = await client.v1.refunds.create_async({"charge": str(intent.latest_charge)})
    assert rest.amount == 600
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"
    charge = await client.v1.charges.retrieve_async(str(intent.latest_charge))
    assert (charge.amount_refunded, charge.refunded) == (1000, True)
    listed = await client.v1.refunds.list_async({"payment_intent": intent.id})
    assert [item.id for item in listed.data] == [rest.id, part.id]
    assert (await client.v1.refunds.retrieve_async(part.id)).amount == 400


async def test_an_uncaptured_authorisation_cannot_be_refunded(client: stripe.StripeClient) -> None:
    intent = await client.v1.payment_intents.create_async(
        {
            "amount": 1000,
            "currency": "eur",
            "capture_method": "manual",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refused.value.code == "payment_intent_unexpected_state"
    await client.v1.payment_intents.capture_async(intent.id, {"amount_to_capture": 700})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 701})
    assert refused.value.code == "amount_too_large"


async def test_racing_refunds_never_give_back_more_than_was_paid(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    intent = await paid(client)
    refunds = (
        client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 300}) for _ in range(10)
    )
    results = await asyncio.gather(*refunds, return_exceptions=True)
    assert sum(isinstance(result, stripe.Refund) for result in results) == 3
    assert (await api.dump())["totals"]["eur"] == {"captured": 1000, "refunded": 900, "authorized": 0}

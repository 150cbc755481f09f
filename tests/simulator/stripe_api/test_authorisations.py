"""Authorisations end: by capture, by release, or by themselves when their window is over."""

from datetime import timedelta

import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi
from tests.simulator.stripe_api.webhook_receiver import WebhookReceiver

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

WEEK = timedelta(days=7)
VISA_ABSENT = timedelta(days=4, hours=18)


async def hold(client: stripe.StripeClient, card: str, *, off_session: bool = False) -> stripe.PaymentIntent:
    customer = await client.v1.customers.create_async()
    method = await client.v1.payment_methods.attach_async(card, {"customer": customer.id})
    return await client.v1.payment_intents.create_async(
        {
            "amount": 2500,
            "currency": "eur",
            "capture_method": "manual",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "customer": customer.id,
            "payment_method": method.id,
            "confirm": True,
            "off_session": off_session,
            "expand": ["latest_charge"],
        }
    )


def window(intent: stripe.PaymentIntent) -> timedelta:
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert charge.payment_method_details.card.capture_before is not None
    return timedelta(seconds=charge.payment_method_details.card.capture_before - charge.created)


@pytest.mark.parametrize(
    ("card", "off_session", "expected"),
    [
        ("pm_card_visa", False, WEEK),
        ("pm_card_visa", True, VISA_ABSENT),
        ("pm_card_mastercard", True, WEEK),
        ("pm_card_amex", True, WEEK),
    ],
)
async def test_a_charge_says_until_when_it_can_be_captured(
    client: stripe.StripeClient, card: str, *, off_session: bool, expected: timedelta
) -> None:
    assert window(await hold(client, card, off_session=off_session)) == expected


async def test_an_authorisation_nobody_captured_in_time_is_cancelled_by_itself(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    present, absent = await hold(client, "pm_card_visa"), await hold(client, "pm_card_visa", off_session=True)
    await api.let_pass(VISA_ABSENT.total_seconds() + 1)
    gone = await client.v1.payment_intents.retrieve_async(absent.id, {"expand": ["latest_charge"]})
    assert (gone.status, gone.amount_capturable, gone.cancellation_reason) == ("canceled", 0, "expired")
    charge = gone.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (False, False, 0)
    assert (await client.v1.refunds.list_async({"payment_intent": absent.id})).data == []
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.capture_async(absent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    assert await api.webhooks_settled()
    assert receiver.types()[-2:] == ["charge.expired", "payment_intent.canceled"]
    assert (await client.v1.payment_intents.capture_async(present.id)).status == "succeeded"
    assert (await api.dump())["totals"] == {"eur": {"captured": 2500, "refunded": 0, "authorized": 0}}


async def test_one_authorisation_can_lapse_early(client: stripe.StripeClient, api: RunningStripeApi) -> None:
    first, second = await hold(client, "pm_card_visa"), await hold(client, "pm_card_visa")
    assert (await api.lapse(first.id))["status"] == "canceled"
    assert (await client.v1.payment_intents.retrieve_async(second.id)).status == "requires_capture"

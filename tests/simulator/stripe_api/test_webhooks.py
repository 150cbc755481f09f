"""Webhooks, verified by the real package; an unverifiable one would fail its delivery."""

import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi
from tests.simulator.stripe_api.webhook_receiver import WebhookReceiver

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


async def authorise_and_capture(client: stripe.StripeClient) -> str:
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
    await client.v1.payment_intents.capture_async(intent.id)
    return intent.id


LIFE = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.amount_capturable_updated",
    "charge.captured",
    "payment_intent.succeeded",
]


async def test_each_step_is_told_signed_and_in_order_and_listed(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    intent_id = await authorise_and_capture(client)
    await client.v1.refunds.create_async({"payment_intent": intent_id})
    assert await api.webhooks_settled()
    assert receiver.types() == [*LIFE, "charge.refunded", "refund.created"]
    listed = await client.v1.events.list_async({"type": "payment_intent.succeeded"})
    assert [event.id for event in listed.data] == [receiver.events[4].id]
    event = await client.v1.events.retrieve_async(receiver.events[2].id)
    assert event.data.object["amount_capturable"] == 1000
    assert event.pending_webhooks == 0


async def test_a_refused_delivery_is_repeated_until_accepted(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    receiver.statuses = [500, 503]
    await client.v1.customers.create_async({})
    assert await api.webhooks_settled()
    assert receiver.types() == ["customer.created"] * 3
    assert len({event.id for event in receiver.events}) == 1
    assert [attempt["status"] for attempt in await api.webhook_attempts()] == [500, 503, 200]


async def test_deliveries_can_be_duplicated_reordered_dropped_and_delayed(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    await api.misbehave(duplicate=1, reorder=5)
    await authorise_and_capture(client)
    assert await api.webhooks_settled()
    assert receiver.types() == [type_ for type_ in LIFE[::-1] for _ in range(2)]

    receiver.events.clear()
    await api.misbehave(drop=2, delay_seconds=0.01)
    await authorise_and_capture(client)
    assert await api.webhooks_settled()
    assert sorted(receiver.types()) == sorted(LIFE[2:])

    dropped = (await client.v1.events.list_async({"type": "payment_intent.created"})).data[0]
    await api.misbehave()
    await api.redeliver(dropped.id)
    assert await api.webhooks_settled()
    assert receiver.events[-1].id == dropped.id


async def test_a_signature_with_another_secret_is_not_accepted(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    await api.set_webhook(receiver.url, "whsec_other")
    await client.v1.customers.create_async({})
    assert await api.webhooks_settled()
    assert receiver.events == []

"""Balance transactions, payouts and refunds that banks send back, and what is done by hand in the dashboard."""

from datetime import timedelta

import httpx
import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi
from tests.simulator.stripe_api.webhook_receiver import WebhookReceiver

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

DAYS_3 = timedelta(days=3).total_seconds()


async def paid(
    client: stripe.StripeClient, card: str = "pm_card_visa", *, manual: bool = False
) -> stripe.PaymentIntent:
    return await client.v1.payment_intents.create_async(
        {
            "amount": 10_000,
            "currency": "eur",
            "capture_method": "manual" if manual else "automatic",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "payment_method": card,
            "confirm": True,
            "expand": ["latest_charge.balance_transaction"],
        }
    )


async def test_a_capture_and_a_refund_are_booked_with_the_fee_that_is_kept(
    client: stripe.StripeClient,
) -> None:
    intent = await paid(client)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    taken = charge.balance_transaction
    assert isinstance(taken, stripe.BalanceTransaction)
    assert (taken.type, taken.amount, taken.source) == ("charge", 10_000, charge.id)
    assert taken.fee > 0
    assert taken.net == taken.amount - taken.fee
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 2500})
    given = await client.v1.balance_transactions.retrieve_async(str(refund.balance_transaction))
    assert (given.type, given.amount, given.fee, given.source) == ("refund", -2500, 0, refund.id)
    listed = await client.v1.balance_transactions.list_async({"source": refund.id})
    assert [item.id for item in listed.data] == [given.id]


async def test_an_authorisation_moves_nothing_and_a_partial_capture_only_its_part(
    client: stripe.StripeClient,
) -> None:
    held = await paid(client, manual=True)
    assert isinstance(held.latest_charge, stripe.Charge)
    assert held.latest_charge.balance_transaction is None
    done = await client.v1.payment_intents.capture_async(
        held.id, {"amount_to_capture": 1900, "expand": ["latest_charge.balance_transaction"]}
    )
    assert isinstance(done.latest_charge, stripe.Charge)
    assert isinstance(done.latest_charge.balance_transaction, stripe.BalanceTransaction)
    assert done.latest_charge.balance_transaction.amount == 1900


async def test_more_than_is_available_is_not_paid_out(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payouts.create_async({"amount": 90_000_000, "currency": "eur"})
    assert refused.value.code == "balance_insufficient"


async def test_money_is_available_days_later_and_paid_out_with_what_it_was_made_of(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    first, second = await paid(client), await paid(client)
    await client.v1.refunds.create_async({"payment_intent": second.id})
    with pytest.raises(httpx.HTTPStatusError):
        await api.pay_out("eur")
    await api.let_pass(DAYS_3)
    balance = await client.v1.balance.retrieve_async()
    net = balance.available[0].amount
    payout = await api.pay_out("eur")
    assert (payout["amount"], payout["automatic"], payout["status"]) == (net, True, "pending")
    parts = (await client.v1.balance_transactions.list_async({"payout": payout["id"]})).data
    assert sorted(part.type for part in parts) == ["charge", "charge", "payout", "refund"]
    assert sum(part.net for part in parts) == 0
    charge = first.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.id in {part.source for part in parts}
    await api.let_pass(DAYS_3)
    assert (await client.v1.payouts.retrieve_async(payout["id"])).status == "paid"
    assert (await api.fail_payout(payout["id"]))["status"] == "failed"
    assert [item.id for item in (await client.v1.payouts.list_async({"status": "failed"})).data] == [
        payout["id"]
    ]
    assert await api.webhooks_settled()
    assert [kind for kind in receiver.types() if kind.startswith("payout.")] == [
        "payout.created",
        "payout.paid",
        "payout.failed",
    ]


async def test_a_payout_by_hand_can_be_cancelled_while_it_is_pending(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    await paid(client)
    await api.let_pass(DAYS_3)
    before = (await client.v1.balance.retrieve_async()).available[0].amount
    payout = await api.pay_out("eur", 1000)
    assert not payout["automatic"]
    assert (await client.v1.balance.retrieve_async()).available[0].amount == before - 1000
    assert (await client.v1.payouts.cancel_async(payout["id"])).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payouts.cancel_async(payout["id"])


async def test_a_refund_may_fail_later_and_its_amount_can_be_refunded_again(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    intent = await paid(client, "pm_card_refundFail")
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    await api.let_pass(3600)
    failed = await client.v1.refunds.retrieve_async(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction is not None
    assert isinstance(intent.latest_charge, stripe.Charge)
    charge = await client.v1.charges.retrieve_async(intent.latest_charge.id)
    assert (charge.refunded, charge.amount_refunded) == (False, 0)
    assert (await api.dump())["totals"]["eur"]["refunded"] == 0
    assert await api.webhooks_settled()
    assert receiver.types()[-2:] == ["refund.updated", "refund.failed"]


async def test_a_refund_may_take_a_while(client: stripe.StripeClient, api: RunningStripeApi) -> None:
    intent = await paid(client, "pm_card_pendingRefund")
    refund = await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "pending"
    await api.let_pass(3600)
    assert (await client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"


async def test_what_is_done_by_hand_is_told_like_everything_else_but_under_no_key_of_ours(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    taken, held = await paid(client), await paid(client, manual=True)
    customer = await client.v1.customers.create_async()
    assert await api.webhooks_settled()
    receiver.events.clear()
    refund = await api.refund_by_hand(taken.id, 2500, "requested_by_customer")
    assert (refund["amount"], refund["reason"]) == (2500, "requested_by_customer")
    assert (await api.cancel_by_hand(held.id))["status"] == "canceled"
    assert (await api.delete_customer_by_hand(customer.id))["deleted"]
    assert await api.webhooks_settled()
    assert receiver.types() == [
        "charge.refunded",
        "refund.created",
        "payment_intent.canceled",
        "customer.deleted",
    ]
    assert {event.request.idempotency_key for event in receiver.events if event.request} == {None}


async def test_events_can_come_days_late_in_order_or_last_first(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    await api.misbehave(hold=True)
    await paid(client, manual=True)
    now = await api.let_pass(DAYS_3)
    assert receiver.events == []
    await api.webhooks_flushed()
    assert await api.webhooks_settled()
    in_order = receiver.types()
    assert in_order[0] == "payment_intent.created"
    assert all(event.created <= now - DAYS_3 for event in receiver.events)
    receiver.events.clear()
    await api.misbehave(reorder=1000)
    await paid(client, manual=True)
    assert await api.webhooks_settled()
    assert receiver.types() == in_order[::-1]

"""Disputes through the real client: opened, answered once within limits and in time, decided, and booked."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi
from tests.simulator.stripe_api.real_client import eventually
from tests.simulator.stripe_api.webhook_receiver import WebhookReceiver

# The stripe package hands httpx its form as `data=<str>`, which httpx 0.28 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

FEE = 2000


async def paid(
    client: stripe.StripeClient, card: str = "pm_card_createDispute", amount: int = 2380
) -> stripe.PaymentIntent:
    return await client.v1.payment_intents.create_async(
        {
            "amount": amount,
            "currency": "eur",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "payment_method": card,
            "confirm": True,
        }
    )


async def disputed(
    client: stripe.StripeClient, card: str = "pm_card_createDispute"
) -> tuple[stripe.PaymentIntent, stripe.Dispute]:
    intent = await paid(client, card)

    async def look() -> stripe.Dispute | None:
        return next(iter((await client.v1.disputes.list_async({"payment_intent": intent.id})).data), None)

    return intent, await eventually(look)


async def test_a_dispute_takes_the_money_and_a_fee_and_waits_for_evidence(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    intent, dispute = await disputed(client)
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 2380)
    assert (dispute.payment_intent, dispute.is_charge_refundable) == (intent.id, False)
    details = dispute.evidence_details
    assert details.due_by is not None
    assert details.due_by > dispute.created
    assert (details.has_evidence, details.submission_count, details.past_due) == (False, 0, False)
    (withdrawn,) = dispute.balance_transactions
    assert (withdrawn.type, withdrawn.reporting_category) == ("adjustment", "dispute")
    assert (withdrawn.amount, withdrawn.fee, withdrawn.net) == (-2380, FEE, -2380 - FEE)
    assert (await client.v1.charges.retrieve_async(str(dispute.charge))).disputed
    assert await api.webhooks_settled()
    assert receiver.types()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


async def test_staged_evidence_can_be_changed_and_submitted_evidence_cannot(
    client: stripe.StripeClient,
) -> None:
    _, dispute = await disputed(client)
    staged = await client.v1.disputes.update_async(
        dispute.id, {"submit": False, "evidence": {"access_activity_log": "10:02 plugged in"}}
    )
    assert (staged.status, staged.evidence_details.submission_count) == ("needs_response", 0)
    assert (staged.evidence_details.has_evidence, staged.evidence.access_activity_log) == (
        True,
        "10:02 plugged in",
    )
    submitted = await client.v1.disputes.update_async(
        dispute.id, {"evidence": {"service_date": "29 Nov 2026"}}
    )
    assert (submitted.status, submitted.evidence_details.submission_count) == ("under_review", 1)
    assert submitted.evidence.access_activity_log == "10:02 plugged in"
    for again in ({"submit": True}, {"submit": False, "evidence": {"customer_name": "A"}}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.disputes.update_async(dispute.id, again)  # type: ignore[arg-type] # either
        assert refused.value.http_status == 400
    assert (await client.v1.disputes.retrieve_async(dispute.id)).evidence_details.submission_count == 1


@pytest.mark.parametrize(("words", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
async def test_the_bank_decides_and_money_and_fee_come_back_when_it_is_won(
    client: stripe.StripeClient,
    api: RunningStripeApi,
    receiver: WebhookReceiver,
    words: str,
    status: str,
) -> None:
    _, dispute = await disputed(client)
    decided = await client.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": words}})
    assert decided.status == status
    nets = [movement.net for movement in decided.balance_transactions]
    assert nets == [-2380 - FEE, 2380 + FEE][: 2 if status == "won" else 1]
    assert await api.webhooks_settled()
    told = [kind for kind in receiver.types() if kind.startswith("charge.dispute.")]
    reinstated = ["charge.dispute.funds_reinstated"] if status == "won" else []
    assert told[2:] == ["charge.dispute.updated", "charge.dispute.closed", *reinstated]


async def test_a_disputed_charge_is_not_refunded_unless_the_bank_only_asks(
    client: stripe.StripeClient,
) -> None:
    intent, _ = await disputed(client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"
    intent, inquiry = await disputed(client, "pm_card_createDisputeInquiry")
    assert (inquiry.status, inquiry.balance_transactions) == ("warning_needs_response", [])
    assert inquiry.is_charge_refundable
    assert (await client.v1.refunds.create_async({"payment_intent": intent.id})).status == "succeeded"


async def test_an_accepted_dispute_is_lost_for_good(client: stripe.StripeClient) -> None:
    _, dispute = await disputed(client)
    assert (await client.v1.disputes.close_async(dispute.id)).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.disputes.close_async(dispute.id)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.disputes.update_async(dispute.id, {"evidence": {"customer_name": "A"}})


async def test_evidence_has_its_limits(client: stripe.StripeClient) -> None:
    _, dispute = await disputed(client)
    texts = (
        "access_activity_log",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "duplicate_charge_explanation",
        "product_description",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "uncategorized_text",
    )
    wrong: list[dict[str, Any]] = [
        {"access_activity_log": "x" * 20_001},
        dict.fromkeys(texts, "ü" * 20_000),
        {"receipt": "file_unknown"},
        {"invented": "x"},
    ]
    for evidence in wrong:
        params: Any = {"submit": False, "evidence": evidence}
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.disputes.update_async(dispute.id, params)
        assert refused.value.http_status == 400
    assert not (await client.v1.disputes.retrieve_async(dispute.id)).evidence_details.has_evidence
    within: Any = {"submit": False, "evidence": dict.fromkeys(texts[:7], "ü" * 20_000)}
    assert (await client.v1.disputes.update_async(dispute.id, within)).evidence_details.has_evidence


async def test_a_dispute_nobody_answered_in_time_is_lost(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver
) -> None:
    intent = await paid(client, "pm_card_visa")
    dispute = await api.dispute(intent.id, reason="product_not_received", amount=1000, days=7)
    assert (dispute["amount"], dispute["reason"]) == (1000, "product_not_received")
    await api.let_pass(timedelta(days=7).total_seconds())
    assert (await client.v1.disputes.retrieve_async(dispute["id"])).status == "lost"
    assert await api.webhooks_settled()
    assert receiver.types()[-1] == "charge.dispute.closed"


async def test_a_dispute_may_allow_no_response(client: stripe.StripeClient, api: RunningStripeApi) -> None:
    intent = await paid(client, "pm_card_visa")
    dispute = await api.dispute(intent.id, days=None)
    assert dispute["evidence_details"]["due_by"] == 0
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.disputes.update_async(dispute["id"], {"evidence": {"customer_name": "A"}})
    assert (await api.decide_dispute(dispute["id"], won=True))["status"] == "won"


@pytest.mark.parametrize("refundable", [True, False])
async def test_of_one_that_is_lost_a_part_may_come_back(
    client: stripe.StripeClient, api: RunningStripeApi, receiver: WebhookReceiver, refundable: bool
) -> None:
    """It is shown as "partially won"; the fee stays. What of the payment was not lost can be refunded, or cannot."""
    intent = await paid(client, "pm_card_visa")
    dispute = await api.dispute(intent.id, amount=1000)
    lost = await api.decide_dispute(dispute["id"], won=False, returned=400, rest_refundable=refundable)
    assert lost["status"] == "lost"
    assert [(one["amount"], one["fee"]) for one in lost["balance_transactions"]] == [(-1000, FEE), (400, 0)]
    assert await api.webhooks_settled()
    assert receiver.types()[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": intent.amount - 599})
    assert refused.value.code == ("amount_too_large" if refundable else "charge_disputed")
    if refundable:
        rest = await client.v1.refunds.create_async({"payment_intent": intent.id})
        assert rest.amount == intent.amount - 600
    won = await api.decide_dispute(dispute["id"], won=True)
    assert sum(one["net"] for one in won["balance_transactions"]) == 0


async def test_what_comes_back_is_part_of_what_was_lost(
    client: stripe.StripeClient, api: RunningStripeApi
) -> None:
    intent = await paid(client, "pm_card_visa")
    dispute = await api.dispute(intent.id, amount=1000)
    for won, returned in ((False, 1000), (False, -1), (True, 1)):
        with pytest.raises(httpx.HTTPStatusError):
            await api.decide_dispute(dispute["id"], won=won, returned=returned)

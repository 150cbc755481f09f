"""The adapter's disputes: read as our own data, evidence staged, and submitted once."""

import pytest

from activities.failures import StripeRefused, StripeUnavailable
from activities.money.payment_intents import IntentState, NewIntent
from activities.money.stripe_gateway import StripeGateway
from domain.money.amount import Money
from simulator.stripe_api.faults import FaultKind
from simulator.stripe_api.server import RunningStripeApi

TAKEN = Money(2380, "EUR")


async def paid(stripe: StripeGateway) -> str:
    new = NewIntent(code="CODE", step="settle", amount=TAKEN, capture=True, payment_method="pm_card_visa")
    intent = await stripe.create_intent(new, key="create")
    assert isinstance(intent, IntentState)
    return intent.id


async def test_a_dispute_is_read_with_what_it_took_and_until_when_it_can_be_answered(
    api: RunningStripeApi, stripe: StripeGateway
) -> None:
    intent = await paid(stripe)
    assert await stripe.disputes.of_intent(intent) == []
    opened = await api.dispute(intent, reason="product_not_received", days=7)
    (dispute,) = await stripe.disputes.of_intent(intent)
    assert (dispute.id, dispute.reason, dispute.amount) == (opened["id"], "product_not_received", TAKEN)
    assert (dispute.payment_intent_id, dispute.waits, dispute.evidence) == (intent, True, {})
    assert dispute.due_by is not None
    assert (dispute.due_by - dispute.opened_at).days == 7
    assert [(item.amount, item.fee) for item in dispute.movements] == [
        (Money(-2380, "EUR"), Money(2000, "EUR"))
    ]
    await api.decide_dispute(dispute.id, won=True)
    won = await stripe.disputes.retrieve(dispute.id)
    assert (won.status, won.waits) == ("won", False)
    assert sum((item.amount - item.fee for item in won.movements), Money(0, "EUR")) == Money(0, "EUR")


async def test_evidence_is_staged_until_it_is_submitted_once(
    api: RunningStripeApi, stripe: StripeGateway
) -> None:
    dispute = (await api.dispute(await paid(stripe)))["id"]
    await stripe.disputes.stage(dispute, {"service_date": "29 Nov", "customer_name": "A"}, key="stage-1")
    staged = await stripe.disputes.stage(dispute, {"customer_name": ""}, key="stage-2")
    assert (staged.evidence, staged.submissions, staged.waits) == ({"service_date": "29 Nov"}, 0, True)
    first = await stripe.disputes.submit(dispute, key="submit")
    assert (first.status, first.submissions, first.waits) == ("under_review", 1, False)
    assert await stripe.disputes.submit(dispute, key="another") == first
    with pytest.raises(StripeRefused):
        await stripe.disputes.stage(dispute, {"customer_name": "B"}, key="stage-3")


async def test_a_submission_whose_answer_was_a_stored_error_is_found_under_another_key(
    api: RunningStripeApi, stripe: StripeGateway
) -> None:
    dispute = (await api.dispute(await paid(stripe)))["id"]
    await stripe.disputes.stage(dispute, {"service_date": "29 Nov"}, key="stage")
    await api.fail_next(FaultKind.STORED_AFTER, path="/v1/disputes/*")
    with pytest.raises(StripeUnavailable):
        await stripe.disputes.submit(dispute, key="submit")
    assert (await stripe.disputes.submit(dispute, key="submit-2")).submissions == 1


async def test_what_may_not_be_answered_is_not_submitted(
    api: RunningStripeApi, stripe: StripeGateway
) -> None:
    dispute = (await api.dispute(await paid(stripe), days=None))["id"]
    assert not (await stripe.disputes.retrieve(dispute)).waits
    with pytest.raises(StripeRefused):
        await stripe.disputes.submit(dispute, key="submit")

"""The adapter: webhooks are verified, repeats succeed, errors come out typed."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from activities.failures import InvalidWebhook, StripeRefused, StripeUnavailable
from activities.money.payment_intents import Declined, IntentState, NewIntent
from activities.money.stripe_gateway import StripeGateway, verify_webhook
from domain.money.amount import Money
from simulator.stripe_api.faults import FaultKind
from simulator.stripe_api.server import RunningStripeApi
from simulator.stripe_api.webhooks import signature_header

SECRET = "whsec_test"
EVENT = json.dumps({"object": "event", "id": "evt_1", "type": "charge.refunded", "created": 1_790_000_000})
HOLD = NewIntent(code="CODE", step="deposit", amount=Money(1000, "EUR"), capture=False)
SIX, NOTHING = Money(600, "EUR"), Money(0, "EUR")


def test_a_signed_event_is_read() -> None:
    event = verify_webhook(EVENT.encode(), signature_header(EVENT, SECRET, int(time.time())), SECRET)
    assert (event.id, event.type) == ("evt_1", "charge.refunded")
    assert event.created == datetime.fromtimestamp(1_790_000_000, UTC)


@pytest.mark.parametrize(
    ("body", "signed", "secret", "age"),
    [
        (EVENT, EVENT, "whsec_other", 0),
        (EVENT.replace("evt_1", "evt_2"), EVENT, SECRET, 0),
        (EVENT, EVENT, SECRET, 3600),
        ("not json", "not json", SECRET, 0),
        ("[]", "[]", SECRET, 0),
        ("[" * 100_000, "[" * 100_000, SECRET, 0),
        (EVENT.replace("1790000000", "9" * 30), EVENT.replace("1790000000", "9" * 30), SECRET, 0),
        (EVENT.replace("1790000000", "9" * 5000), EVENT.replace("1790000000", "9" * 5000), SECRET, 0),
        ('{"object": "event", "id": 5}', '{"object": "event", "id": 5}', SECRET, 0),
    ],
    ids=[
        "other secret",
        "altered body",
        "too old",
        "not JSON",
        "not an object",
        "nested without end",
        "beyond the calendar",
        "beyond any integer",
        "not an event",
    ],
)
def test_anything_else_is_refused(body: str, signed: str, secret: str, age: int) -> None:
    header = signature_header(signed, secret, int(time.time()) - age)
    with pytest.raises(InvalidWebhook):
        verify_webhook(body.encode(), header, SECRET)


@pytest.mark.parametrize("header", ["", "nonsense", "t=1", "t=x,v1=y"])
def test_a_malformed_signature_is_refused(header: str) -> None:
    with pytest.raises(InvalidWebhook):
        verify_webhook(EVENT.encode(), header, SECRET)


def test_a_body_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(InvalidWebhook):
        verify_webhook(b"\xff\xfe", "t=1,v1=a", SECRET)


async def test_capturing_and_cancelling_again_answers_with_the_present_state(stripe: StripeGateway) -> None:
    intent = await _held(stripe)
    assert (await stripe.capture(intent.id, SIX, key="capture")).net == SIX
    again = await stripe.capture(intent.id, SIX, key="capture-again")
    assert (again.status, again.net, again.authorised) == ("succeeded", SIX, Money(1000, "EUR"))
    assert (await stripe.cancel(intent.id, key="cancel")).status == "succeeded"


async def test_a_partial_capture_is_not_a_refund(stripe: StripeGateway) -> None:
    """What it released makes what is given back later neither more nor less."""
    intent = await _held(stripe)
    captured = await stripe.capture(intent.id, SIX, key="capture")
    assert (captured.received, captured.refunded) == (SIX, NOTHING)
    assert await stripe.refunds.of(intent.id) == []
    part = Money(300, "EUR")
    assert (await stripe.refund(intent.id, part, key="part")).refunded == part
    assert (await stripe.refund(intent.id, part, key="rest")).net == NOTHING


async def test_all_that_was_captured_is_refunded_once(stripe: StripeGateway) -> None:
    intent = await _held(stripe)
    await stripe.capture(intent.id, SIX, key="capture")
    refunded = await stripe.refund(intent.id, SIX, key="refund")
    assert (refunded.received, refunded.refunded, refunded.net) == (SIX, SIX, NOTHING)
    assert (await stripe.refund(intent.id, SIX, key="refund-again")).refunded == SIX


async def test_under_a_key_one_sum_is_refunded_whatever_is_due_since(stripe: StripeGateway) -> None:
    """Between two attempts an earlier refund fails, say, and more is to go back: the next step gives that."""
    intent, one, two = await _held(stripe), Money(100, "EUR"), Money(200, "EUR")
    await stripe.capture(intent.id, SIX, key="capture")
    assert (await stripe.refund(intent.id, one, key="refund")).refunded == one
    assert (await stripe.refund(intent.id, two, key="refund")).refunded == one
    with pytest.raises(StripeRefused):
        await stripe.refund(intent.id, SIX, key="too-much")
    assert (await stripe.refund(intent.id, two, key="too-much")).refunded == one + two


async def test_confirming_with_another_card_after_a_decline(stripe: StripeGateway) -> None:
    intent = await stripe.create_intent(HOLD, key="create")
    assert isinstance(intent, IntentState)
    declined = await stripe.confirm(intent.id, "pm_card_chargeDeclined", key="confirm-1")
    assert declined == Declined(
        decline_code="generic_decline", message="Your card was declined.", payment_intent_id=intent.id
    )
    confirmed = await stripe.confirm(intent.id, "pm_card_visa", key="confirm-2")
    assert isinstance(confirmed, IntentState)
    assert confirmed.status == "requires_capture"


async def test_a_key_used_for_another_amount_is_refused(stripe: StripeGateway) -> None:
    await stripe.create_intent(HOLD, key="create")
    other = NewIntent(code="CODE", step="deposit", amount=Money(2000, "EUR"), capture=False)
    with pytest.raises(StripeRefused) as refusal:
        await stripe.create_intent(other, key="create")
    assert refusal.value.stripe_code == "idempotency_error"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_trouble_at_stripe_is_unavailable(
    api: RunningStripeApi, stripe: StripeGateway, status: int
) -> None:
    await api.fail_next(FaultKind.STATUS, status=status)
    with pytest.raises(StripeUnavailable):
        await stripe.create_intent(HOLD, key="create")


async def test_the_clients_own_retry_keeps_the_key(api: RunningStripeApi) -> None:
    gateway = StripeGateway(api.api_key, api.base_url, max_network_retries=1)
    await api.fail_next(FaultKind.CUT)
    assert isinstance(await gateway.create_intent(HOLD, key="create"), IntentState)
    assert len((await api.dump())["payment_intents"]) == 1
    await gateway.aclose()


async def test_a_wrong_api_key_is_refused(api: RunningStripeApi) -> None:
    gateway = StripeGateway("sk_test_wrong", api.base_url)
    with pytest.raises(StripeRefused):
        await gateway.retrieve("pi_1")
    await gateway.aclose()


async def test_nobody_listening_is_unavailable() -> None:
    gateway = StripeGateway("sk_test", "http://127.0.0.1:1", max_network_retries=0)
    with pytest.raises(StripeUnavailable):
        await gateway.retrieve("pi_1")
    await gateway.aclose()


async def test_intents_are_found_by_reservation_beyond_the_first_page(stripe: StripeGateway) -> None:
    intent = await _held(stripe)
    for number in range(101):
        other = NewIntent(code="OTHER", step=f"{number}", amount=Money(1000, "EUR"), capture=False)
        await stripe.create_intent(other, key=f"other-{number}")
    assert [found.id for found in await stripe.find_intents("CODE", customer=None)] == [intent.id]


@pytest.mark.parametrize("keep", [True, False])
async def test_a_card_is_kept_for_a_customer_where_that_is_asked(stripe: StripeGateway, keep: bool) -> None:
    customer = await stripe.create_customer(key="customer")
    assert await stripe.saved_card(customer) is None
    held = replace(HOLD, payment_method="pm_card_visa", customer=customer, keep_card=keep)
    intent = await stripe.create_intent(held, key="create")
    assert isinstance(intent, IntentState)
    assert await stripe.saved_card(customer) == (intent.payment_method if keep else None)


async def _held(stripe: StripeGateway) -> IntentState:
    new = NewIntent(
        code="CODE", step="deposit", amount=Money(1000, "EUR"), capture=False, payment_method="pm_card_visa"
    )
    intent = await stripe.create_intent(new, key="create-held")
    assert isinstance(intent, IntentState)
    return intent

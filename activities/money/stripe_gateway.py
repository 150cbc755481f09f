"""The adapter of Stripe: PaymentIntents as our own frozen data. Disputes, saved cards and errors: in files beside it.

Idempotency keys are passed in, derived by the caller from reservation and step. Nothing personal is sent:
metadata carries the reservation code and the step.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe
from stripe.params import (
    PaymentIntentCancelParams,
    PaymentIntentCaptureParams,
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
    PaymentIntentListParams,
    PaymentMethodListParams,
)

from activities.failures import InvalidWebhook, StripeRefused
from activities.money.payment_intents import Declined, IntentState, NewIntent
from activities.money.stripe_answers import answered, nothing_to_look_for, unless_it_happened
from activities.money.stripe_customers import StripeCustomers
from activities.money.stripe_declines import accepted_or_declined, is_for_good, is_gone
from activities.money.stripe_disputes import StripeDisputes
from activities.money.stripe_listing import StripeListing
from activities.money.stripe_metadata import METADATA_CODE, METADATA_STEP
from activities.money.stripe_payouts import StripePayouts
from activities.money.stripe_refunds import StripeRefunds
from activities.money.stripe_setups import StripeSetups
from activities.money.stripe_subscriptions import StripeSubscriptions
from activities.money.stripe_units import from_stripe, to_stripe
from domain.money.amount import Money

API_VERSION = "2026-10-28.endive"
"""Pinned: the shape of objects and events that this file reads."""

_AT_REST = frozenset({"succeeded", "canceled"})

WEBHOOK_TOLERANCE_SECONDS = 300

DISPUTED = "charge_disputed"
"""Stripe's code: of what a payer's bank has taken, or given back to them, nothing is refunded."""
NOT_IN_THAT_STATE = frozenset({"payment_intent_unexpected_state", "charge_expired_for_capture"})
"""Stripe's codes for 'already done, or no longer possible': what is true now decides."""


class _Http(stripe.HTTPXClient):
    """Stripe's httpx client, sending bodies the way httpx has not deprecated."""

    def _get_request_args_kwargs(self, method: str, url: str, headers: Any, post_data: Any) -> Any:
        args, kwargs = super()._get_request_args_kwargs(method, url, headers, post_data)
        kwargs["content"] = kwargs.pop("data") or None
        return args, kwargs


class StripeGateway:
    """Speaks to Stripe, or to the stand-in at `api_base`. Safe to share between tasks; close with `aclose`.

    A call raises StripeUnavailable (ask again with the same key) or StripeRefused (final).
    """

    def __init__(
        self,
        api_key: str,
        api_base: str | None = None,
        *,
        timeout_seconds: float = 6.0,
        max_network_retries: int = 1,
    ) -> None:
        """Two attempts fit into the time a booking waits for Stripe; the activity's retries go on."""
        self._http = _Http(timeout=timeout_seconds)
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=max_network_retries,
            http_client=self._http,
        )
        self.customers = StripeCustomers(self._client)
        self.disputes = StripeDisputes(self._client)
        self.setups = StripeSetups(self._client)
        self.listing = StripeListing(self._client, _state)
        self.refunds = StripeRefunds(self._client)
        self.payouts = StripePayouts(self._client)
        self.subscriptions = StripeSubscriptions(self._client)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # stripe leaves it unannotated

    async def use_key(self) -> None:
        """The cheapest call that a booking's key must be allowed: does it still work?"""
        await answered(self._client.v1.payment_intents.list_async({"limit": 1}))

    async def create_customer(self, *, key: str) -> str:
        """An empty customer, to keep a payment method on: its id. What we know of the driver stays here.

        One that came of a failure nobody looks for: it is empty, and costs nothing.
        """

        def create(key: str) -> Awaitable[stripe.Customer]:
            return answered(self._client.v1.customers.create_async({}, {"idempotency_key": key}))

        return (await unless_it_happened(key, create, nothing_to_look_for)).id

    async def create_intent(self, new: NewIntent, *, key: str) -> IntentState | Declined:
        """Create, and confirm when there is a payment method."""
        params: PaymentIntentCreateParams = {
            "amount": to_stripe(new.amount),
            "currency": new.amount.currency.lower(),
            "capture_method": "automatic" if new.capture else "manual",
            "allowed_payment_method_types": ["card"],
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {METADATA_CODE: new.code, METADATA_STEP: new.step},
            "expand": ["latest_charge"],
        }
        if new.customer:
            params["customer"] = new.customer
            if new.keep_card:
                params["setup_future_usage"] = "off_session"
        if new.payment_method:
            params["payment_method"] = new.payment_method
            params["confirm"] = True
            if new.off_session:
                params["off_session"] = True
        create = self._client.v1.payment_intents.create_async(params, {"idempotency_key": key})
        return await accepted_or_declined(create, _state, customer=new.customer)

    async def confirm(self, intent_id: str, payment_method: str, *, key: str) -> IntentState | Declined:
        """Try a payment method on an intent that waits for one."""
        params: PaymentIntentConfirmParams = {"payment_method": payment_method, "expand": ["latest_charge"]}
        confirm = self._client.v1.payment_intents.confirm_async(intent_id, params, {"idempotency_key": key})
        return await accepted_or_declined(confirm, _state)

    async def retrieve(self, intent_id: str) -> IntentState:
        retrieve = self._client.v1.payment_intents.retrieve_async(intent_id, {"expand": ["latest_charge"]})
        return _state(await answered(retrieve))

    async def find_intents(
        self, code: str, *, customer: str | None, since: datetime | None = None
    ) -> list[IntentState]:
        """Every intent of a reservation by its metadata, newest first: of the customer, made at `since` or later.

        Lists instead of Stripe's search, which lags by up to a minute, and to the end: what is not there was not made.
        """
        params: PaymentIntentListParams = {"limit": 100, "expand": ["data.latest_charge"]}
        if customer:
            params["customer"] = customer
        found: list[IntentState] = []
        page = await answered(self._client.v1.payment_intents.list_async(params))
        while True:
            states = [_state(intent) for intent in page.data]
            found += [state for state in states if state.code == code]
            if not page.has_more or (since is not None and page.data[-1].created < since.timestamp()):
                return found
            page = await answered(page.next_page_async())

    async def saved_card(self, customer: str) -> str | None:
        """The customer's newest card, if one was kept."""
        params: PaymentMethodListParams = {"customer": customer, "type": "card", "limit": 1}
        try:
            page = await answered(self._client.v1.payment_methods.list_async(params))
        except StripeRefused as refusal:
            if not is_gone(refusal):
                raise
            return None
        return page.data[0].id if page.data else None

    async def capture(self, intent_id: str, amount: Money, *, key: str) -> IntentState:
        """Take up to what was authorised and release the rest.

        The answer is the state the intent is in now: a repeated capture succeeds, and an authorisation that
        has meanwhile been cancelled or has lapsed shows as `canceled`.
        """
        params: PaymentIntentCaptureParams = {
            "amount_to_capture": to_stripe(amount),
            "expand": ["latest_charge"],
        }
        intents = self._client.v1.payment_intents
        return await self._moved(
            intent_id, key, lambda key: intents.capture_async(intent_id, params, {"idempotency_key": key})
        )

    async def cancel(self, intent_id: str, *, key: str) -> IntentState:
        """Release the authorisation, or close an intent nobody paid. The answer is the state it is in now."""
        params: PaymentIntentCancelParams = {"expand": ["latest_charge"]}
        intents = self._client.v1.payment_intents
        return await self._moved(
            intent_id, key, lambda key: intents.cancel_async(intent_id, params, {"idempotency_key": key})
        )

    async def refund(self, intent_id: str, amount: Money, *, key: str) -> IntentState:
        """Give back part of what was captured. The answer is the intent afterwards."""
        await self.refunds.make(intent_id, amount, key=key)
        return await self.retrieve(intent_id)

    async def refund_unless_disputed(self, intent: IntentState, amount: Money, *, key: str) -> IntentState:
        """As `refund`; the intent as it was, where a bank has taken it back: of that nothing is refunded."""
        try:
            return await self.refund(intent.id, amount, key=key)
        except StripeRefused as refusal:
            if refusal.stripe_code != DISPUTED:
                raise
            return intent

    async def _moved(
        self, intent_id: str, key: str, call: Callable[[str], Awaitable[stripe.PaymentIntent]]
    ) -> IntentState:
        async def moved(key: str) -> IntentState:
            return _state(await answered(call(key)))

        async def resting() -> IntentState | None:
            intent = await self.retrieve(intent_id)
            return intent if intent.status in _AT_REST else None

        try:
            return await unless_it_happened(key, moved, resting)
        except StripeRefused as refusal:
            if refusal.stripe_code not in NOT_IN_THAT_STATE:
                raise
            return await self.retrieve(intent_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedEvent:
    """A webhook whose signature was checked. `payload` is the whole event as Stripe sent it."""

    id: str
    type: str
    created: datetime
    payload: dict[str, Any]


def verify_webhook(payload: bytes, signature: str, secret: str) -> VerifiedEvent:
    """Check `Stripe-Signature` (docs.stripe.com/webhooks/signature) and read the event.

    Raises InvalidWebhook for a wrong, missing or old signature and for a body that is not an event.
    """
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, WEBHOOK_TOLERANCE_SECONDS)
        body = json.loads(payload)
    except stripe.SignatureVerificationError as error:
        raise InvalidWebhook(error.user_message or "the signature does not match") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or nested without end
        raise InvalidWebhook("the body is not a JSON document in UTF-8") from error
    match body:
        case {"object": "event", "id": str(event_id), "type": str(kind), "created": int(created)}:
            return VerifiedEvent(id=event_id, type=kind, created=_instant(created), payload=body)
        case _:
            raise InvalidWebhook("the body is not a Stripe event")


def _instant(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:  # a year that no calendar has
        raise InvalidWebhook("the event was created at no time that exists") from error


def _state(intent: stripe.PaymentIntent) -> IntentState:
    fields = intent.to_dict()
    charge = fields["latest_charge"] if isinstance(fields.get("latest_charge"), dict) else {}
    failure: dict[str, Any] = fields.get("last_payment_error") or {}
    metadata: dict[str, str] = fields.get("metadata") or {}
    currency = fields["currency"].upper()
    authorised = charge["amount"] if charge.get("status") == "succeeded" else 0
    return IntentState(
        id=fields["id"],
        status=fields["status"],
        amount=from_stripe(fields["amount"], currency),
        capturable=from_stripe(fields["amount_capturable"], currency),
        authorised=from_stripe(authorised, currency),
        received=from_stripe(fields["amount_received"], currency),
        refunded=from_stripe(charge.get("amount_refunded") or 0, currency),
        client_secret=fields.get("client_secret"),
        customer=_id(fields.get("customer")),
        payment_method=_id(fields.get("payment_method")),
        decline_code=failure.get("decline_code") or failure.get("code"),
        declined_for_good=is_for_good(failure),
        message=failure.get("message") or "",
        code=metadata.get(METADATA_CODE, ""),
        step=metadata.get(METADATA_STEP, ""),
        charged_at=datetime.fromtimestamp(charge["created"], UTC) if charge else None,
        capture_before=_capture_before(charge),
    )


def _capture_before(charge: dict[str, Any]) -> datetime | None:
    details: dict[str, Any] = charge.get("payment_method_details") or {}
    seconds = (details.get("card") or {}).get("capture_before")
    return None if seconds is None or charge.get("captured") else datetime.fromtimestamp(seconds, UTC)


def _id(reference: str | dict[str, Any] | None) -> str | None:
    return reference["id"] if isinstance(reference, dict) else reference

"""Refunds of captured money, whole or in parts (docs.stripe.com/api/refunds)."""

from __future__ import annotations

from simulator.stripe_api.charges import Charges, refund_fields
from simulator.stripe_api.currencies import format_amount, require_whole
from simulator.stripe_api.errors import (
    StripeApiError,
    StripeObject,
    invalid_parameter,
    no_such,
    unexpected_state,
)
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.store import Store

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class Refunds:
    """`/v1/refunds`."""

    def __init__(self, store: Store, events: EventLog, charges: Charges) -> None:
        self._store = store
        self._events = events
        self._charges = charges

    def create(self, params: Params) -> StripeObject:
        """`POST /v1/refunds` by `payment_intent` or `charge`; without `amount`, all that is left.

        Refused: more than is left (`amount_too_large`), nothing left (`charge_already_refunded`), a charge
        that failed (`charge_not_refundable`) or was never captured (`payment_intent_unexpected_state`).
        """
        params.only("payment_intent", "charge", "amount", "reason", "metadata")
        amount = params.integer("amount")
        reason, metadata = params.choice("reason", REASONS), params.metadata({})
        charge = self._charge(params)
        amount = _refundable(charge, amount)
        self._charges.refund(charge, amount)
        fields = {**refund_fields(charge, amount, reason=reason), "metadata": metadata}
        refund = self._store.add("refunds", "re", fields)
        self._events.record("refund.created", refund)
        return refund

    def retrieve(self, params: Params, refund_id: str) -> StripeObject:
        """`GET /v1/refunds/{id}`."""
        params.only()
        refund = self._store.get("refunds", refund_id)
        if refund is None:
            raise no_such("refund", refund_id, "id")
        return refund

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/refunds`, by payment_intent or charge."""
        params.only("payment_intent", "charge", *PAGE_PARAMS)
        intent, charge = params.text("payment_intent"), params.text("charge")
        matching = (
            item
            for item in self._store.all("refunds")
            if intent in (None, item["payment_intent"]) and charge in (None, item["charge"])
        )
        return page(matching, params, "/v1/refunds")

    def _charge(self, params: Params) -> StripeObject:
        intent_id, charge_id = params.text("payment_intent"), params.text("charge")
        if intent_id is not None and charge_id is not None:
            message = "You may only specify one of these parameters: charge, payment_intent."
            raise invalid_parameter(message, "payment_intent", "parameters_exclusive")
        if charge_id is not None:
            return self._captured(self._charges.find(charge_id))
        if intent_id is None:
            message = (
                "One of the following params should be provided for this request: payment_intent or charge."
            )
            raise invalid_parameter(message, "payment_intent", "parameter_missing")
        intent = self._store.get("payment_intents", intent_id)
        if intent is None:
            raise no_such("payment_intent", intent_id, "payment_intent")
        if intent["latest_charge"] is None:
            raise _nothing_to_refund(intent)
        return self._captured(self._charges.find(intent["latest_charge"]))

    def _captured(self, charge: StripeObject) -> StripeObject:
        if charge["status"] != "succeeded":
            raise StripeApiError(
                400,
                f"Charge {charge['id']} has failed and cannot be refunded.",
                code="charge_not_refundable",
                param="charge",
            )
        if not charge["captured"]:
            raise _nothing_to_refund(self._store.get("payment_intents", charge["payment_intent"]) or {})
        return charge


def _nothing_to_refund(intent: StripeObject) -> StripeApiError:
    message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
    return unexpected_state(message, intent)


def _refundable(charge: StripeObject, amount: int | None) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise StripeApiError(400, message, code="charge_already_refunded")
    if amount is not None and amount > left:
        currency = charge["currency"]
        message = (
            f"Refund amount ({format_amount(amount, currency)}) is greater than "
            f"unrefunded amount on charge ({format_amount(left, currency)})"
        )
        raise StripeApiError(400, message, code="amount_too_large", param="amount")
    if amount is not None:
        require_whole(amount, charge["currency"], "amount")
    return left if amount is None else amount

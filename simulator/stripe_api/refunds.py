"""Refunds of captured money, whole or in parts (docs.stripe.com/api/refunds)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.stripe_api.balance import Balance, Movement
from simulator.stripe_api.cards import RefundFate
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
from simulator.stripe_api.payment_methods import PaymentMethods, behaviour_of
from simulator.stripe_api.store import Store

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class Refunds:
    """`/v1/refunds`."""

    def __init__(
        self, store: Store, events: EventLog, charges: Charges, methods: PaymentMethods, balance: Balance
    ) -> None:
        self._store = store
        self._events = events
        self._charges = charges
        self._methods = methods
        self._balance = balance

    def create(self, params: Params) -> StripeObject:
        """`POST /v1/refunds` by `payment_intent` or `charge`; without `amount`, all that is left.

        Refused: more than is left (`amount_too_large`), nothing left (`charge_already_refunded`), a charge
        that failed (`charge_not_refundable`), was never captured (`payment_intent_unexpected_state`) or is
        disputed (`charge_disputed`), unless the bank only asks, or we have won.
        """
        params.only("payment_intent", "charge", "amount", "reason", "metadata")
        amount = params.integer("amount")
        reason, metadata = params.choice("reason", REASONS), params.metadata({})
        charge = self._charge(params)
        amount = _refundable(charge, amount, lost=self._lost(charge))
        self._charges.refund(charge, amount)
        fields = {**refund_fields(charge, amount, reason=reason), "metadata": metadata}
        refund = self._store.add("refunds", "re", fields)
        refund["balance_transaction"] = self._move(refund, "refund", -amount)
        if self._fate(refund) is RefundFate.SUCCEEDS_LATER:
            refund["status"] = "pending"
        self._events.record("refund.created", refund)
        return refund

    def retrieve(self, params: Params, refund_id: str) -> StripeObject:
        """`GET /v1/refunds/{id}`."""
        params.only()
        return self.find(refund_id)

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

    def let_banks_answer(self) -> None:
        """Refunds to the cards whose bank takes a while."""
        for refund in list(self._store.all("refunds")):
            fate = self._fate(refund)
            if fate is RefundFate.FAILS_LATER and refund["status"] == "succeeded":
                self.fail(refund)
            if fate is RefundFate.SUCCEEDS_LATER and refund["status"] == "pending":
                refund["status"] = "succeeded"
                self._events.record("refund.updated", refund)

    def fail(self, refund: StripeObject, reason: str = "expired_or_canceled_card") -> None:
        """The bank sends the money back, which it may do a month later: the amount is ours again."""
        if refund["status"] not in ("pending", "succeeded") or refund["balance_transaction"] is None:
            raise StripeApiError(400, f"This refund cannot fail: it is {refund['status']}.")
        refund["failure_balance_transaction"] = self._move(refund, "refund_failure", refund["amount"])
        refund.update(status="failed", failure_reason=reason)
        self._charges.refund_failed(self._charges.find(refund["charge"]), refund["amount"])
        for kind in ("charge.refund.updated", "refund.updated", "refund.failed"):
            self._events.record(kind, refund)

    def find(self, refund_id: str) -> StripeObject:
        """The refund, or `resource_missing`."""
        refund = self._store.get("refunds", refund_id)
        if refund is None:
            raise no_such("refund", refund_id, "id")
        return refund

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
        return self._undisputed(charge)

    def _disputes(self, charge: StripeObject) -> Iterator[StripeObject]:
        return (item for item in self._store.all("disputes") if item["charge"] == charge["id"])

    def _lost(self, charge: StripeObject) -> int:
        """What banks keep of it."""
        lost = (item for item in self._disputes(charge) if item["status"] == "lost")
        return sum(item["amount"] - self._store.reinstated.get(item["id"], 0) for item in lost)

    def _undisputed(self, charge: StripeObject) -> StripeObject:
        disputes = self._disputes(charge)
        if any(not dispute["is_charge_refundable"] and dispute["status"] != "won" for dispute in disputes):
            message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
            raise StripeApiError(400, message, code="charge_disputed")
        return charge

    def _fate(self, refund: StripeObject) -> RefundFate:
        charge = self._charges.find(refund["charge"])
        return behaviour_of(self._methods.find(charge["payment_method"])).refund

    def _move(self, refund: StripeObject, type_: str, amount: int) -> str:
        movement = Movement(type_, type_, refund["id"], amount, refund["currency"])
        moved: str = self._balance.enter(movement)["id"]
        return moved


def _nothing_to_refund(intent: StripeObject) -> StripeApiError:
    message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
    return unexpected_state(message, intent)


def _refundable(charge: StripeObject, amount: int | None, *, lost: int) -> int:
    left: int = charge["amount_captured"] - charge["amount_refunded"] - lost
    if left <= 0:
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

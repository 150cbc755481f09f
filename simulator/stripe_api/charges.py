"""Charges: what one attempt at a card became, and how much of it was captured and given back.

As at Stripe since 2025-03-31 (docs.stripe.com/changelog/basil), an authorisation's part that is released, at a partial
capture, a cancellation or by itself, is no refund: it makes none, and does not count into `amount_refunded`. What can
still be refunded is `amount_captured - amount_refunded` of a charge.
"""

from __future__ import annotations

from simulator.stripe_api.balance import Balance, Movement, card_fee
from simulator.stripe_api.cards import Decline
from simulator.stripe_api.errors import StripeObject, no_such
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.store import Store

AUTHORISATION_SECONDS = 7 * 24 * 60 * 60
VISA_ABSENT_SECONDS = (4 * 24 + 18) * 60 * 60


class Charges:
    """`/v1/charges`, read-only through the API: they are made by PaymentIntents."""

    def __init__(self, store: Store, events: EventLog, balance: Balance) -> None:
        self._store = store
        self._events = events
        self._balance = balance
        self.just_captured: list[StripeObject] = []
        """For the banks to look at; see `Disputes.answer`."""

    def retrieve(self, params: Params, charge_id: str) -> StripeObject:
        """`GET /v1/charges/{id}`."""
        params.only()
        return self.find(charge_id)

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/charges`, by payment_intent or customer."""
        params.only("payment_intent", "customer", *PAGE_PARAMS)
        intent, customer = params.text("payment_intent"), params.text("customer")
        matching = (
            item
            for item in self._store.all("charges")
            if intent in (None, item["payment_intent"]) and customer in (None, item["customer"])
        )
        return page(matching, params, "/v1/charges")

    def find(self, charge_id: str) -> StripeObject:
        """The charge, or `resource_missing`."""
        charge = self._store.get("charges", charge_id)
        if charge is None:
            raise no_such("charge", charge_id, "charge")
        return charge

    def authorize(
        self, intent: StripeObject, method: StripeObject, *, capture: bool, off_session: bool = False
    ) -> StripeObject:
        """The issuer agreed; with `capture` the money is taken at once, else held for the brand's window."""
        charge = self._store.add("charges", "ch", _fields(intent, method))
        if not capture:
            window = authorisation_seconds(method["card"]["brand"], off_session=off_session)
            charge["payment_method_details"]["card"]["capture_before"] = charge["created"] + window
        charge.update(
            paid=True,
            status="succeeded",
            captured=capture,
            amount_captured=charge["amount"] if capture else 0,
            outcome=_outcome("authorized", "approved_by_network", None, "Payment complete."),
        )
        if capture:
            self._take(charge)
        self._events.record("charge.succeeded", charge)
        return charge

    def decline(self, intent: StripeObject, method: StripeObject, decline: Decline) -> StripeObject:
        """The issuer refused."""
        charge = self._store.add("charges", "ch", _fields(intent, method))
        charge.update(
            failure_code=decline.code,
            failure_message=decline.message,
            outcome=_outcome(
                "issuer_declined",
                "declined_by_network",
                decline.decline_code,
                "The bank declined the payment.",
            ),
        )
        self._events.record("charge.failed", charge)
        return charge

    def capture(self, charge: StripeObject, amount: int) -> None:
        """Take `amount` and release the rest."""
        charge.update(captured=True, amount_captured=amount)
        self._take(charge)
        self._events.record("charge.captured", charge)

    def expire(self, charge: StripeObject) -> None:
        """Nobody captured in time: all of it is released."""
        self._events.record("charge.expired", charge)

    def refund(self, charge: StripeObject, amount: int) -> None:
        """Give back part of what was captured."""
        self._refunded(charge, amount)
        self._events.record("charge.refunded", charge)

    def refund_failed(self, charge: StripeObject, amount: int) -> None:
        """What was to be given back stays here."""
        self._refunded(charge, -amount)

    def _refunded(self, charge: StripeObject, amount: int) -> None:
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]

    def _take(self, charge: StripeObject) -> None:
        amount, currency = charge["amount_captured"], charge["currency"]
        fee = card_fee(amount, currency)
        movement = Movement("charge", "charge", charge["id"], amount, currency, fee)
        charge["balance_transaction"] = self._balance.enter(movement)["id"]
        self.just_captured.append(charge)


def authorisation_seconds(brand: str, *, off_session: bool) -> int:
    """How long a card is held: Visa for 4 d 18 h when its holder is absent, else 7 d.

    Source: docs.stripe.com/payments/place-a-hold-on-a-payment-method, authorisation windows.
    """
    return VISA_ABSENT_SECONDS if off_session and brand == "visa" else AUTHORISATION_SECONDS


def refund_fields(charge: StripeObject, amount: int, *, reason: str | None) -> StripeObject:
    """A new refund of `charge`."""
    return {
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "currency": charge["currency"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "status": "succeeded",
    }


def _outcome(type_: str, network_status: str, reason: str | None, seller_message: str) -> StripeObject:
    return {
        "network_status": network_status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": seller_message,
        "type": type_,
    }


def _fields(intent: StripeObject, method: StripeObject) -> StripeObject:
    return {
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "captured": False,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "metadata": dict(intent["metadata"]),
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "card": {**method["card"], "network": method["card"]["brand"]},
            "type": "card",
        },
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "failed",
    }

"""PaymentMethods: made from Stripe's test ids, attached to customers. Card numbers are never accepted."""

from __future__ import annotations

from typing import Any

from simulator.stripe_api.cards import TEST_CARDS, Decline, TestCard
from simulator.stripe_api.customers import Customers
from simulator.stripe_api.errors import StripeApiError, StripeObject, no_such
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.store import Store

CARDS_BY_LAST4 = {card.last4: card for card in TEST_CARDS.values()}
CARD_PREFIX = "tok_"
SPENT = (
    "The provided PaymentMethod was used before without a Customer, or was detached from one. It may not be "
    "used again. To use a PaymentMethod multiple times, you must attach it to a Customer first."
)


class PaymentMethods:
    """`/v1/payment_methods`."""

    def __init__(self, store: Store, events: EventLog, customers: Customers) -> None:
        self._store = store
        self._events = events
        self._customers = customers

    def create(self, params: Params) -> StripeObject:
        """`POST /v1/payment_methods` with `type=card` and `card[token]=tok_...` of a test card."""
        params.only("type", "card", "metadata", "billing_details")
        params.require("type", "card")
        token = Params(params.mapping("card") or {}).only("token").text("token") or ""
        test_id = f"pm_card_{token.removeprefix(CARD_PREFIX)}"
        if test_id not in TEST_CARDS:
            raise no_such("token", token, "card[token]", status=400)
        method = self._make(TEST_CARDS[test_id])
        method["metadata"] = params.metadata({})
        return method

    def retrieve(self, params: Params, method_id: str) -> StripeObject:
        """`GET /v1/payment_methods/{id}`."""
        params.only()
        return self.find(method_id, status=404)

    def attach(self, params: Params, method_id: str) -> StripeObject:
        """`POST /v1/payment_methods/{id}/attach`; a test id gives a new method, as at Stripe."""
        params.only("customer")
        params.require("customer")
        customer = self._customers.find(params.text("customer") or "", status=400)
        method = self.find(method_id, status=404)
        if method["customer"] not in (None, customer["id"]):
            message = "The payment method you provided has already been attached to a customer."
            raise StripeApiError(400, message)
        if method_id in self._store.spent:
            raise StripeApiError(400, SPENT)
        card = behaviour_of(method)
        if card.decline is not None and not card.savable:
            raise card_error(card.decline)
        return self.keep_for(method, customer["id"])

    def detach(self, params: Params, method_id: str) -> StripeObject:
        """`POST /v1/payment_methods/{id}/detach`."""
        params.only()
        method = self.find(method_id, status=404)
        if method["customer"] is None:
            message = (
                "The payment method you provided is not attached to a customer so detachment is impossible."
            )
            raise StripeApiError(400, message)
        self._take_off(method)
        return method

    def delete_customer(self, params: Params, customer_id: str) -> StripeObject:
        """`DELETE /v1/customers/{id}`, after which their payment methods can be used no more."""
        stub = self._customers.delete(params, customer_id)
        for method in self._store.all("payment_methods"):
            if method["customer"] == customer_id:
                self._take_off(method)
        return stub

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/payment_methods`, by customer."""
        params.only("customer", "type", *PAGE_PARAMS)
        customer = params.text("customer")
        if customer is not None:
            self._customers.find(customer, status=400)
        methods = (item for item in self._store.all("payment_methods") if item["customer"] == customer)
        return page(methods, params, "/v1/payment_methods")

    def find(self, method_id: str, *, status: int = 400) -> StripeObject:
        """A known method, or a new one for a test id. Raises `resource_missing`."""
        if method_id in TEST_CARDS:
            return self._make(TEST_CARDS[method_id])
        method = self._store.get("payment_methods", method_id)
        if method is None:
            raise no_such("PaymentMethod", method_id, "payment_method", status=status)
        return method

    def usable(self, method_id: str, customer_id: str | None, kind: str) -> StripeObject:
        """The method, unless it belongs to another customer than the `kind` of intent that is to use it."""
        method = self.find(method_id)
        if method_id in self._store.spent:
            raise StripeApiError(400, SPENT, param="payment_method")
        if method["customer"] not in (None, customer_id):
            message = (
                "The provided PaymentMethod cannot be used here: it belongs to a Customer, "
                f"and the {kind} must name the same one."
            )
            raise StripeApiError(400, message, param="payment_method")
        return method

    def keep_for(self, method: StripeObject, customer_id: str) -> StripeObject:
        """Attach without asking: after a payment with `setup_future_usage`."""
        if method["customer"] != customer_id:
            method["customer"] = customer_id
            self._events.record("payment_method.attached", method)
        return method

    def spend(self, method: StripeObject) -> None:
        """A method that no customer keeps serves once."""
        if method["customer"] is None:
            self._store.spent.add(method["id"])

    def _take_off(self, method: StripeObject) -> None:
        method["customer"] = None
        self.spend(method)
        self._events.record("payment_method.detached", method)

    def _make(self, card: TestCard) -> StripeObject:
        return self._store.add(
            "payment_methods",
            "pm",
            {
                "object": "payment_method",
                "allow_redisplay": "unspecified",
                "billing_details": {"address": None, "email": None, "name": None, "phone": None},
                "card": card_details(card),
                "customer": None,
                "metadata": {},
                "type": "card",
            },
        )


def card_details(card: TestCard) -> StripeObject:
    """The `card` hash Stripe shows on payment methods."""
    return {
        "brand": card.brand,
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"test{card.brand}{card.last4}",
        "funding": "credit",
        "last4": card.last4,
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def behaviour_of(method: StripeObject) -> TestCard:
    """How the card behind a method behaves."""
    return CARDS_BY_LAST4[method["card"]["last4"]]


def card_error(decline: Decline, **details: Any) -> StripeApiError:
    """The 402 of a decline."""
    return StripeApiError(
        402,
        decline.message,
        type="card_error",
        code=decline.code,
        decline_code=decline.decline_code,
        advice_code=decline.advice,
        **details,
    )

"""Payouts of the available balance to the operator's bank, by hand or by themselves (docs.stripe.com/payouts)."""

from __future__ import annotations

from simulator.stripe_api.balance import DAY_SECONDS, Balance, Movement
from simulator.stripe_api.currencies import read_currency
from simulator.stripe_api.errors import StripeApiError, StripeObject, no_such
from simulator.stripe_api.events import EventLog
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.store import Store

STATUSES = ("pending", "in_transit", "paid", "failed", "canceled")


class Payouts:
    """`/v1/payouts`."""

    def __init__(self, store: Store, events: EventLog, balance: Balance) -> None:
        self._store = store
        self._events = events
        self._balance = balance

    def create(self, params: Params) -> StripeObject:
        """`POST /v1/payouts`. Refused: more than is available (`balance_insufficient`)."""
        params.only("amount", "currency", "description", "metadata", "method", "statement_descriptor")
        params.require("amount", "currency")
        currency = read_currency(params)
        amount = params.integer("amount") or 0
        metadata, texts = (
            params.metadata({}),
            (params.text("description"), params.text("statement_descriptor")),
        )
        self._balance.settle()
        if amount > self._balance.available(currency):
            message = "You have insufficient funds in your Stripe account for this transfer."
            raise StripeApiError(400, message, code="balance_insufficient", param="amount")
        payout = self._pay(amount, currency, automatic=False)
        payout.update(metadata=metadata, description=texts[0], statement_descriptor=texts[1])
        return payout

    def pay_what_is_available(self, currency: str) -> StripeObject:
        """An automatic payout: all that is available, and which transactions it was made of is known."""
        self._balance.settle()
        parts = [
            item["id"]
            for item in self._store.all("balance_transactions")
            if item["currency"] == currency
            and item["status"] == "available"
            and item["id"] not in self._store.paid_out
        ]
        amount = self._balance.available(currency)
        if amount <= 0:
            message = "There is nothing available to pay out."
            raise StripeApiError(400, message, code="balance_insufficient")
        payout = self._pay(amount, currency, automatic=True)
        self._store.paid_out.update(dict.fromkeys([*parts, payout["balance_transaction"]], payout["id"]))
        return payout

    def retrieve(self, params: Params, payout_id: str) -> StripeObject:
        """`GET /v1/payouts/{id}`."""
        params.only()
        return self.find(payout_id)

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/payouts`, by status."""
        params.only("status", *PAGE_PARAMS)
        status = params.choice("status", STATUSES)
        matching = (item for item in self._store.all("payouts") if status in (None, item["status"]))
        return page(matching, params, "/v1/payouts")

    def cancel(self, params: Params, payout_id: str) -> StripeObject:
        """`POST /v1/payouts/{id}/cancel`, while it is pending and was made by hand."""
        params.only()
        payout = self.find(payout_id)
        if payout["status"] != "pending" or payout["automatic"]:
            raise StripeApiError(400, f"This payout cannot be canceled: it is {payout['status']}.")
        self._returned(payout, "payout_cancel")
        payout["status"] = "canceled"
        self._events.record("payout.canceled", payout)
        return payout

    def fail(self, payout: StripeObject) -> None:
        """The bank sends it back, which it may do days later."""
        payout["failure_balance_transaction"] = self._returned(payout, "payout_failure")
        message = "The bank account has been closed."
        payout.update(status="failed", failure_code="account_closed", failure_message=message)
        self._events.record("payout.failed", payout)

    def arrive(self) -> None:
        """Payouts that reached the bank by now."""
        for payout in self._store.all("payouts"):
            if payout["status"] in ("pending", "in_transit") and payout["arrival_date"] <= self._store.now():
                payout["status"] = "paid"
                self._events.record("payout.paid", payout)

    def find(self, payout_id: str) -> StripeObject:
        """The payout, or `resource_missing`."""
        payout = self._store.get("payouts", payout_id)
        if payout is None:
            raise no_such("payout", payout_id, "payout")
        return payout

    def _pay(self, amount: int, currency: str, *, automatic: bool) -> StripeObject:
        payout = self._store.add(
            "payouts",
            "po",
            {
                "object": "payout",
                "amount": amount,
                "arrival_date": self._store.now() + 2 * DAY_SECONDS,
                "automatic": automatic,
                "balance_transaction": None,
                "currency": currency,
                "description": None,
                "destination": None,
                "failure_balance_transaction": None,
                "failure_code": None,
                "failure_message": None,
                "metadata": {},
                "method": "standard",
                "original_payout": None,
                "reconciliation_status": "in_progress" if automatic else "not_applicable",
                "reversed_by": None,
                "source_type": "card",
                "statement_descriptor": None,
                "status": "pending",
                "type": "bank_account",
            },
        )
        movement = Movement("payout", "payout", payout["id"], -amount, currency, description="STRIPE PAYOUT")
        payout["balance_transaction"] = self._balance.enter(movement)["id"]
        self._events.record("payout.created", payout)
        return payout

    def _returned(self, payout: StripeObject, why: str) -> str:
        movement = Movement(why, "payout_reversal", payout["id"], payout["amount"], payout["currency"])
        returned: str = self._balance.enter(movement)["id"]
        return returned

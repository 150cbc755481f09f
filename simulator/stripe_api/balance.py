"""The account's balance: one transaction for each movement of money, with the provider's fee, and when it is available.

Source: docs.stripe.com/api/balance_transactions and docs.stripe.com/reports/balance-transaction-types.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.stripe_api.errors import StripeObject, no_such
from simulator.stripe_api.form import Params
from simulator.stripe_api.lists import PAGE_PARAMS, page
from simulator.stripe_api.store import Store

DAYS_UNTIL_AVAILABLE = 3
DAY_SECONDS = 24 * 60 * 60

CARD_FEE_PERMILLE = 15
CARD_FEE_FIXED = {"chf": 30, "eur": 25, "gbp": 20, "usd": 30}
"""Of European cards; in other currencies the stand-in takes the share only."""
SETTLED_IN = frozenset({"chf", "eur", "gbp", "usd"})
"""What the account has a bank account for; all else is converted into EUR (docs.stripe.com/currencies/conversions)."""
MAIN = "eur"
RATES = {"isk": 0.0069, "jpy": 0.61, "kwd": 0.28, "mga": 0.0019, "ugx": 0.0024}
"""Of minor units: EUR cents for one of theirs. Currencies that are not named are taken for worth the same."""
RATE_MOVED = 1.02
"""What is taken is converted at the rate of then, not at that of the payment
(docs.stripe.com/currencies/disputes-refunds).
"""


@dataclass(frozen=True)
class Movement:
    """What moved, in the provider's minor units: `amount` into the account, and the `fee` taken from it.

    `fee_is_ours`: it is in the currency of the balance; else in that of the amount, and converted as that is.
    """

    type: str
    category: str
    source: str | None
    amount: int
    currency: str
    fee: int = 0
    fee_description: str = "Stripe processing fees"
    description: str | None = None
    fee_is_ours: bool = False


def balance_currency(currency: str) -> str:
    """In which an amount of it reaches the balance."""
    return currency if currency in SETTLED_IN else MAIN


def card_fee(amount: int, currency: str) -> int:
    """The fee for capturing `amount`, rounded half up."""
    return (amount * CARD_FEE_PERMILLE + 500) // 1000 + CARD_FEE_FIXED.get(currency, 0)


class Balance:
    """`/v1/balance` and `/v1/balance_transactions`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def enter(self, movement: Movement) -> StripeObject:
        """Book a movement. Money in is available days later, money out is gone at once."""
        comes_in = movement.amount > 0
        now = self._store.now()
        return self._store.add("balance_transactions", "txn", _fields(movement, now, pending=comes_in))

    def settle(self) -> None:
        """Make available what is due."""
        for transaction in self._store.all("balance_transactions"):
            if transaction["status"] == "pending" and transaction["available_on"] <= self._store.now():
                transaction["status"] = "available"

    def available(self, currency: str) -> int:
        """What can be paid out, in minor units."""
        return self._total(currency, "available")

    def retrieve_balance(self, params: Params) -> StripeObject:
        """`GET /v1/balance`."""
        params.only()
        self.settle()
        currencies = sorted({item["currency"] for item in self._store.all("balance_transactions")})

        def by_currency(status: str) -> list[StripeObject]:
            return [{"amount": self._total(name, status), "currency": name} for name in currencies]

        return {
            "object": "balance",
            "available": by_currency("available"),
            "pending": by_currency("pending"),
            "livemode": False,
        }

    def retrieve(self, params: Params, transaction_id: str) -> StripeObject:
        """`GET /v1/balance_transactions/{id}`."""
        params.only()
        transaction = self._store.get("balance_transactions", transaction_id)
        if transaction is None:
            raise no_such("balance transaction", transaction_id, "id")
        return transaction

    def list(self, params: Params) -> StripeObject:
        """`GET /v1/balance_transactions`, by currency, type, source, or the automatic payout they went out with."""
        params.only("currency", "payout", "source", "type", *PAGE_PARAMS)
        self.settle()
        wanted = {name: params.text(name) for name in ("currency", "source", "type")}
        payout = params.text("payout")
        matching = (
            item
            for item in self._store.all("balance_transactions")
            if all(value in (None, item[name]) for name, value in wanted.items())
            and payout in (None, self._store.paid_out.get(item["id"]))
        )
        return page(matching, params, "/v1/balance_transactions")

    def _total(self, currency: str, status: str) -> int:
        return sum(
            item["net"]
            for item in self._store.all("balance_transactions")
            if item["currency"] == currency and item["status"] == status
        )


def _converted(movement: Movement) -> tuple[int, int, float | None]:
    """Amount and fee as they reach the balance, and the rate."""
    if movement.currency in SETTLED_IN:
        return movement.amount, movement.fee, None
    rate = RATES.get(movement.currency, 1.0) * (RATE_MOVED if movement.amount < 0 else 1.0)
    return (
        round(movement.amount * rate),
        movement.fee if movement.fee_is_ours else round(movement.fee * rate),
        rate,
    )


def _fields(movement: Movement, now: int, *, pending: bool) -> StripeObject:
    amount, kept, rate = _converted(movement)
    currency = balance_currency(movement.currency)
    fee = {
        "amount": kept,
        "application": None,
        "currency": currency,
        "description": movement.fee_description,
        "type": "stripe_fee",
    }
    return {
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + DAYS_UNTIL_AVAILABLE * DAY_SECONDS if pending else now,
        "balance_type": "payments",
        "currency": currency,
        "description": movement.description,
        "exchange_rate": rate,
        "fee": kept,
        "fee_details": [fee] if kept else [],
        "net": amount - kept,
        "reporting_category": movement.category,
        "source": movement.source,
        "status": "pending" if pending else "available",
        "type": movement.type,
    }

"""Currencies and the smallest and largest amounts a card can be charged (docs.stripe.com/currencies)."""

from __future__ import annotations

from simulator.stripe_api.errors import invalid_parameter
from simulator.stripe_api.form import Params

LARGEST_AMOUNT = 99_999_999
ZERO_DECIMAL = frozenset({"jpy", "krw"})

# Smallest chargeable amount in minor units.
SMALLEST_AMOUNT = {
    "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "krw": 500, "mxn": 1000, "myr": 200,
    "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip


def read_currency(params: Params) -> str:
    """The `currency` parameter in lower case; 400 for one that is not supported."""
    params.require("currency")
    currency = (params.text("currency") or "").lower()
    if currency not in SMALLEST_AMOUNT:
        supported = ", ".join(SMALLEST_AMOUNT)
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: {supported}"
        raise invalid_parameter(message, "currency")
    return currency


def read_amount(params: Params, currency: str) -> int:
    """The `amount` parameter in minor units; `amount_too_small` or `amount_too_large` outside the limits."""
    params.require("amount")
    amount = params.integer("amount") or 0
    if amount < SMALLEST_AMOUNT[currency]:
        message = f"Amount must be at least {format_amount(SMALLEST_AMOUNT[currency], currency)}"
        raise invalid_parameter(message, "amount", "amount_too_small")
    if amount > LARGEST_AMOUNT:
        message = f"Amount must be no more than {format_amount(LARGEST_AMOUNT, currency)}"
        raise invalid_parameter(message, "amount", "amount_too_large")
    return amount


def format_amount(amount: int, currency: str) -> str:
    """For messages: `12.50 eur`, `50 jpy`."""
    if currency in ZERO_DECIMAL:
        return f"{amount} {currency}"
    return f"{amount // 100}.{amount % 100:02d} {currency}"

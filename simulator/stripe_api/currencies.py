"""Currencies and the smallest and largest amounts a card can be charged (docs.stripe.com/currencies)."""

from __future__ import annotations

from simulator.stripe_api.errors import invalid_parameter
from simulator.stripe_api.form import Params

_ZERO = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
ZERO_DECIMAL = frozenset(_ZERO.split())
ZEROS_AT_THE_END = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}
_TWO = """
aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve
czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs khr kyd kzt lak
lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar
ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah usd uyu uzs wst xcd xcg yer
zar zmw
"""
TWO_DECIMAL = frozenset(_TWO.split())
SUPPORTED = frozenset({*ZERO_DECIMAL, *ZEROS_AT_THE_END, *TWO_DECIMAL})

# Smallest chargeable amount, in the units of `amount`. Of the others it depends on the account that is paid.
SMALLEST_AMOUNT = {
    "aed": 200, "ars": 50, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50, "sek": 300, "sgd": 50,
    "thb": 1000, "usd": 50, "zar": 50,
}  # fmt: skip
DIGITS = {"idr": 12, "cop": 10, "inr": 9}


def read_currency(params: Params) -> str:
    """The `currency` parameter in lower case; 400 for one that is not supported."""
    params.require("currency")
    currency = (params.text("currency") or "").lower()
    if currency not in SUPPORTED:
        supported = ", ".join(sorted(SUPPORTED))
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: {supported}"
        raise invalid_parameter(message, "currency")
    return currency


def read_amount(params: Params, currency: str) -> int:
    """The `amount` parameter; `amount_too_small` or `amount_too_large` outside the limits."""
    params.require("amount")
    amount = params.integer("amount") or 0
    require_chargeable(amount, currency, "amount")
    largest = 10 ** DIGITS.get(currency, 8) - 1
    if amount > largest:
        message = f"Amount must be no more than {format_amount(largest, currency)}"
        raise invalid_parameter(message, "amount", "amount_too_large")
    return amount


def require_chargeable(amount: int, currency: str, param: str) -> None:
    """`amount_too_small` below the least of a charge or capture; see also `require_whole`."""
    smallest = SMALLEST_AMOUNT.get(currency, 1)
    if amount < smallest:
        message = f"Amount must be at least {format_amount(smallest, currency)}"
        raise invalid_parameter(message, param, "amount_too_small")
    require_whole(amount, currency, param)


def require_whole(amount: int, currency: str, param: str) -> None:
    """Raises `invalid_request_error` for parts of what cards move in this currency."""
    step = ZEROS_AT_THE_END.get(currency, 1)
    if amount % step:
        message = f"Invalid amount: in {currency} it must be evenly divisible by {step}"
        raise invalid_parameter(message, param)


def format_amount(amount: int, currency: str) -> str:
    """For messages: `12.50 eur`, `50 jpy`, `1.250 kwd`."""
    if currency in ZERO_DECIMAL:
        return f"{amount} {currency}"
    if ZEROS_AT_THE_END.get(currency) == 10:
        return f"{amount // 1000}.{amount % 1000:03d} {currency}"
    return f"{amount // 100}.{amount % 100:02d} {currency}"

"""Currencies that cards can be charged in: their decimals, the smallest step that moves, the least and the most.

Decimals are ISO 4217's; limits and steps are the payment provider's (docs.stripe.com/currencies, as of 2026-11). In
which units its interface counts them is its adapter's business (`activities.money.stripe_units`).
"""

from dataclasses import dataclass

_NO_DECIMALS = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV")
_CFA = ("XAF", "XOF", "XPF")
_THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_DECIMALS = dict.fromkeys((*_NO_DECIMALS, *_CFA), 0) | dict.fromkeys(_THREE_DECIMALS, 3)
"""Digits of the minor unit where ISO 4217 has other than two."""

_STEPS = {"BHD": 10, "JOD": 10, "KWD": 10, "OMR": 10, "TND": 10, "MGA": 100}
"""In minor units, where it is not one: three decimals end in a zero, and of an ariary no part moves."""

_LEAST = {
    "AED": 200, "ARS": 50, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "COP": 50, "CZK": 1500, "DKK": 250, "EUR": 50,
    "GBP": 30, "HKD": 400, "HUF": 17500, "IDR": 50, "ILS": 50, "INR": 50, "JPY": 50, "KRW": 50, "MXN": 1000,
    "MYR": 200, "NOK": 300, "NZD": 50, "PHP": 50, "PLN": 200, "RON": 200, "RUB": 50, "SEK": 300, "SGD": 50,
    "THB": 1000, "USD": 50, "ZAR": 50,
}  # fmt: skip
"""In minor units. For others the least depends on the bank account that is paid: nobody can tell beforehand."""

_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK
JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR
MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS
SRD STD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
"""
_CHARGEABLE = frozenset(_CODES.split())
_MOST_DIGITS = {"IDR": 12, "COP": 10, "INR": 9}
"""Of the provider's own count, by any means of payment; eight for all others. Most cards alone could take twelve."""
_COUNTED_IN_HUNDREDTHS = ("ISK", "UGX")
_COUNTED_WHOLE = ("MGA",)
"""Unlike their minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """`step`, `least` and `most` in minor units. `least` 0: not known. `chargeable`: by card, at the provider."""

    code: str
    decimals: int
    step: int
    least: int
    most: int
    chargeable: bool

    def nearest(self, minor: int) -> int:
        """The amount nearest to `minor` that moves, halves away from zero."""
        whole = (2 * abs(minor) + self.step) // (2 * self.step) * self.step
        return whole if minor >= 0 else -whole


def decimals_of(code: str) -> int:
    """Digits of its minor unit; two of one that is not known."""
    return _DECIMALS.get(code, 2)


def currency_of(code: str) -> Currency:
    """By its ISO 4217 code in capital letters."""
    decimals, step = decimals_of(code), _STEPS.get(code, 1)
    most = 10 ** _MOST_DIGITS.get(code, 8) - 1
    if code in _COUNTED_IN_HUNDREDTHS:
        most //= 100
    if code in _COUNTED_WHOLE:
        most *= 100
    return Currency(
        code=code,
        decimals=decimals,
        step=step,
        least=_LEAST.get(code, 0),
        most=most // step * step,
        chargeable=code in _CHARGEABLE,
    )


CHARGEABLE = tuple(currency_of(code) for code in sorted(_CHARGEABLE))

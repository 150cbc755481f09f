"""Money: whole minor units (cents) of one ISO 4217 currency. Never floats, never mixed currencies."""

from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering
from typing import Self

from domain.errors import CurrencyMismatch
from domain.money.currencies import decimals_of


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency` (upper-case ISO 4217). May be negative: a credit to the driver."""

    minor: int
    currency: str

    def __add__(self, other: Self) -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def times(self, factor: int | Fraction) -> "Money":
        """Multiply exactly, then round half away from zero to whole minor units."""
        exact = Fraction(self.minor) * factor
        whole = int(abs(exact) + Fraction(1, 2))
        return Money(whole if exact >= 0 else -whole, self.currency)

    def capped(self, cap: "Money | None") -> "Money":
        if cap is None:
            return self
        self._same(cap)
        return self if self.minor <= cap.minor else cap

    @property
    def is_zero(self) -> bool:
        return self.minor == 0

    def __str__(self) -> str:
        decimals = decimals_of(self.currency)
        digits = f"{abs(self.minor):0{decimals + 1}d}"
        whole, part = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
        return f"{'-' if self.minor < 0 else ''}{whole}{'.' if part else ''}{part} {self.currency}"

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be combined; convert first")


def zero(currency: str) -> Money:
    return Money(0, currency)


def total(amounts: "list[Money]", currency: str) -> Money:
    result = zero(currency)
    for amount in amounts:
        result = result + amount
    return result

"""Why a price is what it is, step by step: each fact says which price, and what it is after the step."""

from dataclasses import dataclass
from datetime import timedelta

from domain.facts.fact import Fact
from domain.money.amount import Money
from domain.money.price import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceReason(Fact):
    """One step from the tariff's price to that of the slot. `amount`: `price` after it."""

    price: Price
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPrice(PriceReason):
    """The operator's price for that time."""

    band: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyTime(PriceReason):
    """`occupied_percent` of the places for that slot are gone, `from_percent` or more."""

    factor_percent: int
    from_percent: int
    occupied_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedWithin(PriceReason):
    """Booked `within` this time of the slot, or later."""

    factor_percent: int
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPrice(PriceReason):
    factor_percent: int
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPrice(PriceReason):
    factor_percent: int
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFloor(PriceReason):
    """It would have been less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCap(PriceReason):
    """It would have been more."""

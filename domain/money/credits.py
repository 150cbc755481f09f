"""Credits as a means of payment: what a driver has been given, and what of it pays a bill.

The oldest expiry is spent first, and what never expires last. A remainder that no card could be charged is avoided:
then a little less is spent. What is given back revives the other way round, so that the soonest to expire stays spent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from domain.money.amount import Money, zero
from domain.money.currencies import currency_of

_NEVER = datetime.max.replace(tzinfo=UTC)


class CreditOrigin(StrEnum):
    """What a credit was given for."""

    UNFULFILLED = "unfulfilled"
    MOVED = "moved"
    MOVED_AWAY = "moved_away"
    WAITED = "waited"
    NEGATIVE_PRICE = "negative_price"
    GRANT = "grant"
    """By an operator."""
    RETURNED = "returned"
    """What a refund could not bring."""
    CARRIED = "carried"
    """From before credits were told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCredit:
    """`left`: to be spent; or, of what a reservation has spent already, so much. `expires_at` None: never."""

    id: int
    left: Money
    expires_at: datetime | None
    granted_at: datetime

    @property
    def order(self) -> tuple[datetime, datetime, int]:
        return self.expires_at or _NEVER, self.granted_at, self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSpent:
    """Of one credit, so much paid a bill. `reservation`: the one it was given for; empty for a grant."""

    credit: int
    amount: Money
    origin: CreditOrigin
    reservation: str
    cause: str


def to_spend(missing: Money, available: Money) -> Money:
    """Of `available`, what pays of a bill of which `missing` is not paid yet; never negative.

    The rest is nothing, or as much as a card can be charged, in its steps. Where `missing` alone is too little for any
    card, all there is is spent.
    """
    nothing, currency = zero(missing.currency), currency_of(missing.currency)
    if missing.minor <= 0 or available.minor <= 0:
        return nothing
    if available >= missing:
        return missing
    rest = missing - available
    if missing.minor < currency.least:
        return available
    chargeable = max(currency.least, -(-rest.minor // currency.step) * currency.step)
    return max(nothing, missing - Money(chargeable, missing.currency))


def drawn(amount: Money, credits: Iterable[OpenCredit]) -> Mapping[int, Money]:
    """Which credit pays how much of `amount`; together no more than there is."""
    return _shared(amount, sorted(credits, key=lambda one: one.order))


def revived(amount: Money, spent: Iterable[OpenCredit]) -> Mapping[int, Money]:
    """Which credit gets how much of `amount` back; `left`: what the reservation has spent of it."""
    return _shared(amount, sorted(spent, key=lambda one: one.order, reverse=True))


def _shared(amount: Money, credits: Iterable[OpenCredit]) -> Mapping[int, Money]:
    parts: dict[int, Money] = {}
    for credit in credits:
        part = min(amount, credit.left)
        if part.minor > 0:
            parts[credit.id] = part
            amount -= part
    return parts

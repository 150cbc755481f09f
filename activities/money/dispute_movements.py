"""What a dispute has moved, of what the provider says of it: taken, and given back whole or in part.

One that is "partially won" is `lost`, and only a part of what was taken comes back
(support.stripe.com/questions/dispute-for-full-charge-amount-after-a-partial-refund-was-issued).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from activities.money.stripe_units import from_stripe
from domain.money.amount import Money, zero
from domain.money.currencies import currency_of
from domain.money.movements import Moved

_WON = "won"
"""Stripe's status of one of which all has come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeMovement(Moved):
    """What a dispute did: `amount` in its own currency, negative when taken; `fee` kept besides, in our balance's."""

    id: str
    at: datetime


def movements_of(dispute: Mapping[str, Any]) -> tuple[DisputeMovement, ...]:
    """Of a dispute as the provider shows it, in its order.

    Where the balance is in another currency it says what each came to at the rate of the day, out and in. What the
    payer's bank took is what is disputed (docs.stripe.com/currencies/disputes-refunds). What came back is by each rate
    as much of that, to the currency's step, and all of it once it is won.
    """
    moved = dispute["balance_transactions"]
    disputed = from_stripe(dispute["amount"], dispute["currency"].upper())
    taken: Mapping[str, Any] | None = None
    left, found = zero(disputed.currency), []
    for fields in moved:
        currency = fields["currency"].upper()
        amount = from_stripe(fields["amount"], currency)
        if currency != disputed.currency:
            if amount.minor <= 0 or taken is None:
                amount = -disputed if amount.minor <= 0 else disputed
            else:
                is_the_rest = dispute["status"] == _WON and fields is moved[-1]
                amount = left if is_the_rest else min(left, _part(disputed, taken, fields))
        taken = fields if amount.minor < 0 else taken
        left -= amount
        found.append(
            DisputeMovement(
                id=fields["id"],
                amount=amount,
                fee=from_stripe(fields["fee"], currency),
                at=datetime.fromtimestamp(fields["created"], UTC),
            )
        )
    return tuple(found)


def _part(disputed: Money, taken: Mapping[str, Any], back: Mapping[str, Any]) -> Money:
    """Of what is disputed, what came back, by what both came to: in what units rates are, falls out."""
    share = _in_its_currency(back) / _in_its_currency(taken)
    part = disputed.times(share)
    return Money(currency_of(part.currency).nearest(part.minor), part.currency)


def _in_its_currency(moved: Mapping[str, Any]) -> Fraction:
    return abs(Fraction(moved["amount"])) / Fraction(str(moved.get("exchange_rate") or 1))

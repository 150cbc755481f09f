"""A movement of Stripe's balance in our words: what it is, and of which of its objects our ledger has to say it.

Kinds: docs.stripe.com/reports/reporting-categories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from activities.money.stripe_units import from_stripe
from domain.money.amount import Money


class MovementKind(StrEnum):
    """By what it is booked."""

    PAYMENT = "payment"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    FEE = "fee"
    """Of its own; booked with the payout that it went out with."""
    OTHER = "other"
    """By nothing: topped up, transferred, kept in reserve."""


KIND_OF = {
    "charge": MovementKind.PAYMENT,
    "charge_failure": MovementKind.PAYMENT,
    "partial_capture_reversal": MovementKind.PAYMENT,
    "refund": MovementKind.PAYMENT,
    "refund_failure": MovementKind.PAYMENT,
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE,
    "payout": MovementKind.PAYOUT,
    "payout_reversal": MovementKind.PAYOUT,
    "fee": MovementKind.FEE,
}
"""Stripe's reporting category → kind; every other one is of nothing that we book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceMovement:
    """`provider_object`: payment intent, dispute or payout; empty where it is of none. `net`: less its fee."""

    id: str
    kind: MovementKind
    provider_object: str
    net: Money


def movement_of(fields: Mapping[str, Any]) -> BalanceMovement:
    """Of a balance transaction whose source was expanded."""
    kind = KIND_OF.get(fields["reporting_category"], MovementKind.OTHER)
    return BalanceMovement(
        id=fields["id"],
        kind=kind,
        provider_object=_object(kind, fields.get("source") or {}),
        net=from_stripe(fields["net"], fields["currency"].upper()),
    )


def _object(kind: MovementKind, source: Mapping[str, Any]) -> str:
    """Money that is given back by whom else we do not know has a charge, and no intent."""
    named = source.get("payment_intent" if kind is MovementKind.PAYMENT else "id")
    return named if isinstance(named, str) else ""

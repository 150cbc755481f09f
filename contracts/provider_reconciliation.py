"""Comparing our books with the provider's, object by object: what is asked, and what is reported.

Sums are by currency, in minor units.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contracts.declaration import Activity, Kind
from contracts.reconciliation import Unsettled


class MoneyDifference(StrEnum):
    """In which way the two books differ."""

    LOST_EVENT = "lost_event"
    """The provider has said something that never reached us; it is fed into the inbox."""
    LOST_PAYMENT = "lost_payment"
    """Our row does not know its payment; it is told."""
    OLDER_STATE = "older_state"
    """Our row is behind the provider; what does not change the sums is written down."""
    LEFT_OPEN = "left_open"
    """An authorisation of a reservation that is over, which no row of ours has; it is released."""
    MISSED_DISPUTE = "missed_dispute"
    """It is not in our books as the provider has it; it is booked."""
    MISSED_PAYOUT = "missed_payout"
    """As a missed dispute."""
    UNKNOWN_PAYMENT = "unknown_payment"
    """The provider has money of a reservation of ours by a payment that we do not have."""
    MISSING_PAYMENT = "missing_payment"
    """We have a payment that the provider does not know."""
    NOT_POSTED = "not_posted"
    """What the provider has by a payment is not what the ledger says of it."""
    UNKNOWN_REFUND = "unknown_refund"
    """A refund made in the provider's dashboard is not in our books as the provider has it. The sums of its payment
    agree all the same."""
    MISSING_REFUND = "missing_refund"
    """We have noted a refund of the dashboard that the provider does not know."""
    UNKNOWN_MOVEMENT = "unknown_movement"
    """The provider's balance has moved by something that we do not book: topped up, transferred, kept in reserve."""
    MISSING_MOVEMENT = "missing_movement"
    """The ledger has money moved at the provider by what the provider does not know."""
    NOT_SETTLED = "not_settled"
    """A session was delivered, and its reservation ended without a settlement: its workflow was terminated. It is
    settled, if its history still tells what it had agreed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFinding:
    """One object. `ours`, `theirs`: the sums, where they are of money. `repaired`: nobody has to look.

    `why` it could not be settled.
    """

    kind: MoneyDifference
    provider_object: str
    reservation: str = ""
    currency: str = ""
    ours: int = 0
    theirs: int = 0
    repaired: bool = False
    why: Unsettled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyReconciliation:
    """Of the last `days`. What is younger than `quiet_seconds` may still be on its way."""

    days: int
    quiet_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyReport:
    """`examined`: objects by kind. `provider`, `ledger`: what drivers have paid by the payments examined.

    `clearing`: all that stands in clearing, of whenever it is. `differences`: kind → how many; `findings`: the first
    of them, those that somebody has to look at before the others.
    """

    began_at: datetime
    examined: dict[str, int] = field(default_factory=dict)
    provider: dict[str, int] = field(default_factory=dict)
    ledger: dict[str, int] = field(default_factory=dict)
    clearing: dict[str, int] = field(default_factory=dict)
    differences: dict[str, int] = field(default_factory=dict)
    repaired: int = 0
    findings: tuple[MoneyFinding, ...] = ()


RECONCILE_MONEY = Activity("reconcile_money", MoneyReconciliation, MoneyReport, Kind.CONVERGENT)

"""What money activities take and return. Plain frozen data, additive only: recorded histories carry it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.declaration import Activity, Kind, Versioned
from domain.money.amount import Money
from domain.money.bill import PaymentTotals, Receipt
from domain.reservation.lifecycle import DepositState
from domain.reservation.progress import Progress
from domain.reservation.release import ReleaseReason
from domain.terms.accepted import Terms


class PaymentStep(StrEnum):
    """What money of a reservation moves for; part of durable keys. Settled anew, it is `settle-2`, and so on."""

    DEPOSIT = "deposit"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseDeposit(Versioned):
    """Manual-capture PaymentIntent for `amount`; confirmed at once when a `payment_method` is given."""

    code: str
    driver_id: str
    amount: Money
    payment_method: str | None
    customer: str | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """`status`: authorised, action required (3DS or no payment method yet: `client_secret`) or declined."""

    status: DepositState
    payment_intent_id: str | None = None
    client_secret: str | None = None
    decline_code: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReservation(Versioned):
    """Price the finished reservation, capture or release the deposit, charge a remainder, post the ledger.

    `step` (`settle`, `settle-2`…) makes it idempotent. `progress.state` is the outcome to price. With `giving_back`,
    whatever it still holds is released with the bill.
    """

    code: str
    step: str
    driver_id: str
    progress: Progress
    terms: Terms
    payment_method: str | None
    customer: str | None
    now: datetime
    giving_back: ReleaseReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidPayments:
    """Release every authorisation of the reservation, refund whatever was captured. For compensations."""

    code: str
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """From a verified webhook: the state of the reservation's PaymentIntent changed. Sent as a signal."""

    event_id: str
    payment_intent_id: str
    status: str
    """`authorised`, `failed` or `canceled`."""
    at: datetime
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidedPayments:
    """What a reservation gave back in all. `totals` None: it never had a payment."""

    totals: PaymentTotals | None


AUTHORISE_DEPOSIT = Activity("authorise_deposit", AuthoriseDeposit, Authorisation, Kind.CONVERGENT)
"""Again, it says how the deposit stands. A later attempt that declines voids it; then earlier ones are refused."""
SETTLE_RESERVATION = Activity("settle_reservation", SettleReservation, Receipt, Kind.DECIDED)
VOID_PAYMENTS = Activity("void_payments", VoidPayments, VoidedPayments, Kind.DECIDED)

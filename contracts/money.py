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
from domain.terms.payer import PayerKind


class PaymentStep(StrEnum):
    """What money of a reservation moves for; part of durable keys. Settled anew, it is `settle-2`, and so on."""

    DEPOSIT = "deposit"
    FEE = "fee"
    """Taken at booking."""
    SETUP = "setup"
    """A card that is only saved."""
    SETTLE = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseDeposit(Versioned):
    """Manual-capture PaymentIntent for `amount`; confirmed at once when a `payment_method` is given.

    `step`: `deposit`, and `deposit-2`… for one that takes the place of an earlier. `off_session`: the driver is away.
    """

    code: str
    driver_id: str
    amount: Money
    payment_method: str | None
    customer: str | None
    now: datetime
    step: str = PaymentStep.DEPOSIT
    off_session: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFee(Versioned):
    """PaymentIntent for `amount` that is captured as soon as it is confirmed: at once when a `payment_method` is given.

    `step`: `fee`, and `fee-2`… for one with another card. The card is kept for what the stay costs.
    `tax_basis_points`: of the tax that is in the amount. `fleet_id`: the driver's, whose document it is, too.
    """

    code: str
    driver_id: str
    amount: Money
    payment_method: str | None
    customer: str | None
    now: datetime
    step: str = PaymentStep.FEE
    tax_basis_points: int = 0
    fleet_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveCard(Versioned):
    """Keep the driver's card for later, without taking or holding anything."""

    code: str
    driver_id: str
    payment_method: str | None
    customer: str | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """`status`: authorised, taken or card saved, action required (3DS or no payment method yet: `client_secret`),
    declined, or lapsed: it was authorised once.
    """

    status: DepositState
    payment_intent_id: str | None = None
    client_secret: str | None = None
    decline_code: str | None = None
    message: str = ""
    payment_method: str | None = None
    """That it stands on, kept of `customer`."""
    customer: str | None = None
    lapses_at: datetime | None = None
    """When the provider gives the hold back by itself."""
    amount: Money | None = None
    """That the step was first asked for, which a later ask of it does not change; None: not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDeposit(Versioned):
    """Give back what is held, or could still be confirmed, for the deposit; nothing that was captured.

    `step`: of that authorisation only; empty: of all there are.
    """

    code: str
    now: datetime
    step: str = ""


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

    @property
    def account(self) -> str:
        """The invoice account that it is posted to; empty: it is collected from the driver."""
        payer = self.terms.payer
        return payer.account if payer.kind is PayerKind.INVOICE else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSettlement:
    """What a reservation whose workflow is gone would have asked for next. `ask` None: nothing is left to settle."""

    ask: SettleReservation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidPayments:
    """Release every authorisation of the reservation, refund whatever was captured. For compensations."""

    code: str
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """From a verified webhook: the reservation's PaymentIntent, or SetupIntent, changed. Sent as a signal."""

    event_id: str
    payment_intent_id: str
    status: str
    """`authorised`, `taken`, `card_saved`, `failed` or `canceled`."""
    at: datetime
    message: str = ""
    payment_method: str | None = None
    """With `card_saved`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidedPayments:
    """What a reservation gave back in all. `totals` None: it never had a payment."""

    totals: PaymentTotals | None


AUTHORISE_DEPOSIT = Activity("authorise_deposit", AuthoriseDeposit, Authorisation, Kind.CONVERGENT)
"""Again, it says how the deposit stands. A later attempt that declines voids it; then earlier ones are refused."""
TAKE_FEE = Activity("take_fee", TakeFee, Authorisation, Kind.DECIDED)
"""Again, it says how the fee stands. Taken money is on the driver's statement: no lost attempt may take it."""
SAVE_CARD = Activity("save_card", SaveCard, Authorisation, Kind.CONVERGENT)
"""As AUTHORISE_DEPOSIT."""
RELEASE_DEPOSIT = Activity("release_deposit", ReleaseDeposit, bool, Kind.DECIDED)
"""Gives whether anything was held. Again, it finds it released."""
SETTLE_RESERVATION = Activity("settle_reservation", SettleReservation, Receipt, Kind.DECIDED)
VOID_PAYMENTS = Activity("void_payments", VoidPayments, VoidedPayments, Kind.DECIDED)

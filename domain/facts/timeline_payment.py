"""The timeline of a reservation: what becomes of its deposit, and of what is paid when it is booked."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.timeline import TimelineFact
from domain.money.amount import Money
from domain.money.declines import DebtReason


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldForPayment(TimelineFact):
    """Connector held until the payment is made"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDeclined(TimelineFact):
    """A card was declined; another may be tried until the payment is due"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotLookedUp(TimelineFact):
    """The payment could not be looked up: {detail}"""

    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSaved(TimelineFact):
    """Card saved; the deposit is authorised {at}. A hold would have lapsed before the slot."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositAuthorised(TimelineFact):
    """The deposit is authorised"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldUnchanged(TimelineFact):
    """The bank did not hold {wanted} for the changed slot; {held} stay held, the rest is paid at the end"""

    wanted: Money
    held: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTaken(TimelineFact):
    """The reservation fee of {amount} is taken"""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationLapsed(TimelineFact):
    """The authorisation of the deposit has lapsed, or the provider gave it back"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentWanted(TimelineFact):
    """The driver is asked to confirm the payment by {until} ({why}). `until` None: they are there already."""

    why: DebtReason
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUnpaid(TimelineFact):
    """The payment was not confirmed; the slot stays the driver's, and is paid at the end"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentExpired(TimelineFact):
    """Payment was not completed in time; hold released"""

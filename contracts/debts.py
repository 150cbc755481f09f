"""What the workflow of a debt asks, and what it is answered. Plain frozen data, additive only."""

from dataclasses import dataclass
from datetime import datetime

from contracts.declaration import Activity, Kind
from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectDebt:
    """Look what has been paid meanwhile, try the card if that is due, and post what came of it."""

    code: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtStanding:
    """How a reservation's debt stands. `state` empty: there never was one. `waits_for` empty: for nothing.

    `next_at`: when something is due by itself. `reason`: of domain.money.declines.DebtReason.
    """

    code: str
    state: str = ""
    outstanding: Money | None = None
    waits_for: str = ""
    next_at: datetime | None = None
    attempts: int = 0
    reason: str = ""
    decline_code: str = ""
    site_id: str = ""
    since: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForPayment:
    """Something to pay the debt with: the driver is there."""

    code: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAsked:
    """A PaymentIntent that waits for the driver; the same one while nothing has changed."""

    code: str
    amount: Money
    payment_intent_id: str
    client_secret: str


COLLECT_DEBT = Activity("collect_debt", CollectDebt, DebtStanding, Kind.DECIDED)
ASK_FOR_PAYMENT = Activity("ask_for_payment", AskForPayment, PaymentAsked, Kind.DECIDED)

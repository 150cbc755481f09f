"""What a step of a reservation's money wants to have been paid, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from activities.money.payment_records import PaymentRecord
from activities.money.payment_steps import Guard
from activities.money.settlement_records import require_standing
from domain.money.accounts import Taken
from domain.money.amount import Money
from domain.money.bill import PaymentTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What the driver is to have paid in all once `step` is done, and with what; no matter what they got back otherwise
    than by the provider.
    """

    code: str
    step: str
    amount: Money
    payment_method: str | None
    customer: str | None
    now: datetime
    written_off: Money | None = None
    """Of `amount`, what a person decided not to ask for: kept where it is paid all the same, never taken."""
    returned: Money | None = None
    """Of `amount`, what the driver got back otherwise than by the provider."""
    takes: bool = True
    """False: nothing is tried that is not authorised, and a link for all that is missing stays."""
    still: Guard | None = None
    """Raises when nothing may be taken any more; None: when `step` is no more the settlement that stands."""
    remainder: str = ""
    """The payment that takes what is missing; empty: one of `step`."""

    newest_card: bool = False
    """Take what is missing from the card that the driver saved last, if there is one."""

    @property
    def taking(self) -> str:
        return self.remainder or f"{self.step}:remainder"

    @property
    def due(self) -> Money:
        """The least that is to have been paid."""
        return self.amount if self.written_off is None else self.amount - self.written_off

    @property
    def guard(self) -> Guard:
        return self.still or partial(require_standing, code=self.code, step=self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """`taken`: what was captured and not given back, by intent; `claimed`: of it, what is owed again after a dispute.

    `unwritten`: records whose intents are still to be written down, in the transaction that posts `payments`.
    `declined`: why what is missing could not be taken, in the provider's code; empty where no card was tried.
    `for_good`: the card's issuer says that it must not be tried again.
    """

    payments: PaymentTotals
    taken: Taken
    claimed: Taken = field(default_factory=dict)
    unwritten: Sequence[PaymentRecord] = ()
    declined: str = ""
    for_good: bool = False
    given_back_unseen: bool = False
    """Somebody has refunded in the dashboard, and nobody has taken note of it: nothing was taken beyond."""

"""What a driver is told unasked of their money, each once: bills, documents, credits, refunds, debts."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.notices import NoticeFact
from domain.money.amount import Money
from domain.money.declines import DebtReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(NoticeFact):
    """`charged`: in money. `credit`: given with this bill. `spent`: paid by credits of before; None: by none."""

    charged: Money
    credit: Money
    spent: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoiced(NoticeFact):
    """It goes onto the invoice account of the driver's fleet. `charged`: in all, now; `credit`: to the account."""

    charged: Money
    credit: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIssued(NoticeFact):
    """`kind`: domain.documents.content.DocumentKind. `number`: as it is printed. `read_at`: path of the API."""

    kind: str
    number: str
    read_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGranted(NoticeFact):
    """By an operator. `until`: when it expires; None: never."""

    amount: Money
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditExpiresSoon(NoticeFact):
    """Of a credit, what is left until then."""

    amount: Money
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditExpired(NoticeFact):
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLowered(NoticeFact):
    """The charger told less than was charged. `charged`: in all, now."""

    charged: Money
    given_back: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded(NoticeFact):
    """A person gave money back after the settlement. `charged`: in all, now."""

    charged: Money
    given_back: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTransferred(NoticeFact):
    """What could not be given back to the card was transferred to their bank account."""

    amount: Money
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCredited(NoticeFact):
    """What could not be given back to the card pays their next bill."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRaised(NoticeFact):
    """The charger told of more energy after the settlement. `charged`: in all, now; `more` of it anew."""

    charged: Money
    more: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtOpened(NoticeFact):
    """What could not be taken, and why."""

    owed: Money
    why: DebtReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtClaimed(NoticeFact):
    """What the payer's bank took back for good is owed again, with whatever else is."""

    owed: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDropped(NoticeFact):
    """A bank has left us after all what was claimed: nobody owes it twice."""

    claimed: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtNeedsDriver(NoticeFact):
    """The card is not tried any more: it has to be paid by hand."""

    owed: Money
    why: DebtReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtPaid(NoticeFact):
    paid: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtPaidByCredit(NoticeFact):
    """`left`: still to be paid."""

    paid: Money
    left: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtWrittenOff(NoticeFact):
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetReached(NoticeFact):
    """To a fleet: so many `percent` of what a cost center may spend in a month are spent or booked."""

    cost_center: str
    percent: int
    used: Money
    limit: Money
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetOfFleetReached(NoticeFact):
    """To a fleet: of what it may spend in all."""

    percent: int
    used: Money
    limit: Money
    month: str

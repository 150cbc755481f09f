"""Why money is not given back, or not by this person alone."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact
from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedByYou(RefusalFact):
    """Somebody else has to decide what you have asked for"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondYourLimit(RefusalFact):
    """{role} decides up to {limit}; {amount} needs somebody of a higher role"""

    amount: Money
    limit: Money
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchMoneyRequest(RefusalFact):
    """There is no request {number} for money"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRequestWasDecided(RefusalFact):
    """{by} has decided about it: it is {state}"""

    by: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledFirst(RefusalFact):
    """Reservation {reservation} is not settled and closed yet; waive its fees instead"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenLess(RefusalFact):
    """{amount} cannot be given back; {most} can"""

    amount: Money
    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedBefore(RefusalFact):
    """Of {reservation} {amount} is still owed to the driver, as a refund failed: give that back first"""

    reservation: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedLess(RefusalFact):
    """Of {reservation} {most} is owed to the driver, as a refund failed, and no more"""

    reservation: str
    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReferenceKnown(RefusalFact):
    """{reference} was given before, for something else"""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchLine(RefusalFact):
    """Line {position} of the newest bill is none that costs anything"""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledInOtherCurrency(RefusalFact):
    """Reservation {reservation} is billed in {currency}; credit it in that, or without naming the reservation"""

    reservation: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoInvoiceAccount(RefusalFact):
    """{fleet_id} has no invoice account"""

    fleet_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBooked(RefusalFact):
    """The transfer {reference} was booked in before, with other figures or for another account"""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMovable(RefusalFact):
    """No such amount as {amount} can be moved to a card"""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WithTheBank(RefusalFact):
    """A payment of {reservation} is disputed: its bank has the money, or has given it back to the driver"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchDocument(RefusalFact):
    """There is no document {document}"""

    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchDebt(RefusalFact):
    """Nothing was ever owed for reservation {reservation}"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeBarsNobody(RefusalFact):
    """Only a dispute by which money was lost bars its driver until that is lifted, once: {dispute} does not"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLateToAnswer(RefusalFact):
    """Dispute {dispute} is decided, its date has passed, or the bank takes no answer"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToClaim(RefusalFact):
    """Dispute {dispute} is not lost, or nothing of a bill that its driver owes was taken by it"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredAlready(RefusalFact):
    """Dispute {dispute} was answered or accepted; a bank hears us once"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchDispute(RefusalFact):
    """There is no dispute {dispute}"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingOwed(RefusalFact):
    """Nothing is owed for reservation {reservation} any more"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInDatev(RefusalFact):
    """DATEV's format has two decimals and no room for {currency}; take the CSV"""

    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotByCard(RefusalFact):
    """Such an amount cannot be paid by card; it bars no booking"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondBudget(RefusalFact):
    """Cost center {cost_center} has {limit} for that month; {spent} are spent, {promised} booked, {expected} wanted"""

    cost_center: str
    limit: Money
    spent: Money
    promised: Money
    expected: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BeyondBudgetOfFleet(RefusalFact):
    """The fleet has {limit} for that month; {spent} are spent, {promised} booked, {expected} wanted"""

    limit: Money
    spent: Money
    promised: Money
    expected: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchCostCenter(RefusalFact):
    """The fleet has no cost center {cost_center}, or it was ended"""

    cost_center: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchBudget(RefusalFact):
    """There is no budget {cost_center}"""

    cost_center: str

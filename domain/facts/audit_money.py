"""What was done about money by hand, or found out about it: of the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.audit import AuditFact
from domain.money.amount import Money
from domain.money.refunds import RefundCause


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGranted(AuditFact):
    """{amount} credited to a driver: {reason}"""

    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeSubmitted(AuditFact):
    """Its evidence is to be submitted to the bank."""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAnswerRefused(AuditFact):
    """The provider did not take what was staged or decided: somebody has to decide again."""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeUnanswered(AuditFact):
    """The bank has no answer to it, and takes one for two more days at most."""

    dispute: str
    due_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeAccepted(AuditFact):
    """Its loss is accepted."""

    dispute: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeClaimed(AuditFact):
    """What it took is a debt of the driver."""

    dispute: str
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLifted(AuditFact):
    """Its driver may book again although the dispute was lost."""

    dispute: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtWrittenOff(AuditFact):
    """`amount` that the driver still owed is not asked for any more."""

    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAsked(AuditFact):
    """More than a person gives away alone: `amount` waits for another one, as request `number`."""

    number: int
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyApproved(AuditFact):
    """Request `number` of `asked_by`: given."""

    number: int
    amount: Money
    asked_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRefused(AuditFact):
    """Request `number` of `asked_by`: not given."""

    number: int
    amount: Money
    asked_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDecided(AuditFact):
    """`amount` of a settled reservation is given back."""

    amount: Money
    cause: RefundCause
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSettled(AuditFact):
    """What was given back is settled: `before` became `charged`."""

    before: Money
    charged: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(AuditFact):
    """The provider could not give `amount` back: it lies there, and somebody has to return it another way."""

    amount: Money
    refund: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTriedAgain(AuditFact):
    """One that the provider could not make was asked for once more; of `charged`, nothing else has changed."""

    charged: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTransferred(AuditFact):
    """`amount` that the provider could not give back went to the driver by bank transfer."""

    amount: Money
    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCredited(AuditFact):
    """`amount` that the provider could not give back became a credit of the driver."""

    amount: Money
    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceAccountSet(AuditFact):
    """An account that pays by invoice was opened, or its terms were changed. `limit` None: none."""

    days_to_pay: int
    limit: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceAccountClosed(AuditFact):
    """Nothing more is booked on it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferBooked(AuditFact):
    """{amount} by bank transfer booked in, by the bank's {reference}"""

    amount: Money
    reference: str

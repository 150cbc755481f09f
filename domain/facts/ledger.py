"""What a transaction of the ledger was posted for."""

from dataclasses import dataclass

from domain.facts.fact import Fact
from domain.money.movements import CaseState


@dataclass(frozen=True, slots=True)
class LedgerFact(Fact):
    """A transaction of a reservation's money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement(LedgerFact):
    """Settlement ({state}). `state`: the reservation's, by its code."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTaken(LedgerFact):
    """The reservation fee, taken at booking; of those that were posted before their tax was"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceTaken(LedgerFact):
    """The reservation fee, taken at booking: an advance with its tax, until it is settled. `percent` of tax."""

    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsVoided(LedgerFact):
    """Payments voided: {reason}. `reason`: a code, e.g. `declined`."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReturned(LedgerFact):
    """The provider could not make the refund {refund}: it is owed to the driver again"""

    refund: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedOtherwise(LedgerFact):
    """What a refund could not bring was given back another way: {reference}"""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtCollected(LedgerFact):
    """What was outstanding has been paid later, or was given back as it was paid twice"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGranted(LedgerFact):
    """Credit {credit} granted to a driver"""

    credit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditExpired(LedgerFact):
    """Of credit {credit}, what nobody has spent: expired"""

    credit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtWrittenOff(LedgerFact):
    """What was outstanding is not asked for any more"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutMoved(LedgerFact):
    """Paid out to our bank, or sent back by it. `status`: the provider's word, e.g. `paid`, `failed`."""

    payout: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeMoved(LedgerFact):
    """A payer's bank took money back, or gave it back: the dispute is {state}"""

    dispute: str
    state: CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeClaimed(LedgerFact):
    """What was lost by dispute {dispute} is claimed of the driver"""

    dispute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReceived(LedgerFact):
    """A bank transfer of an invoice account, by the bank's {reference}"""

    reference: str

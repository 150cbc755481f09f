"""What a person has to look at: the list of problems that call an operator."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    STEP_FAILED = "step_failed"
    """Something that had to happen cannot be done; time moves nothing until it is resolved."""
    CONNECTOR_NOT_RELEASED = "connector_not_released"
    FORMER_CONNECTOR_NOT_RELEASED = "former_connector_not_released"
    """The driver has the new one; that the old one is not free is for an operator to mend."""
    CHARGER_NOT_TOLD = "charger_not_told"
    SETTLEMENT_FAILED = "settlement_failed"
    DEPOSIT_NOT_VOIDED = "deposit_not_voided"
    NOT_UNDONE = "not_undone"
    """A compensation failed; `detail` names it."""
    NOT_PUBLISHED = "not_published"
    SESSION_DOES_NOT_END = "session_does_not_end"
    """Is the bay blocked, or the charger lost?"""
    UNPLACED_TRANSACTION = "unplaced_transaction"
    """An end of a transaction that nobody could place may be this driver's: no no-show fee before it is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """`detail`: the outside world's own words, for whoever mends it."""

    problem: Problem
    detail: str = ""

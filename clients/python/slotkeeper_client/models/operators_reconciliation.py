"""Operators reconciliation: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from slotkeeper_client.shapes import Answer, Open


class MoneyDifference(StrEnum):
    """In which way the two books differ."""

    LOST_EVENT = "lost_event"
    LOST_PAYMENT = "lost_payment"
    OLDER_STATE = "older_state"
    LEFT_OPEN = "left_open"
    MISSED_DISPUTE = "missed_dispute"
    MISSED_PAYOUT = "missed_payout"
    UNKNOWN_PAYMENT = "unknown_payment"
    MISSING_PAYMENT = "missing_payment"
    NOT_POSTED = "not_posted"
    UNKNOWN_REFUND = "unknown_refund"
    MISSING_REFUND = "missing_refund"
    UNKNOWN_MOVEMENT = "unknown_movement"
    MISSING_MOVEMENT = "missing_movement"
    NOT_SETTLED = "not_settled"


class Unsettled(StrEnum):
    """Why a reservation whose workflow is gone was not settled."""

    RUNS = "runs"
    FORGOTTEN = "forgotten"
    NOT_REPLAYED = "not_replayed"
    NOT_TAKEN_UP = "not_taken_up"
    NO_ANSWER = "no_answer"
    STILL_CHARGING = "still_charging"
    NOTHING_OPEN = "nothing_open"
    NOT_COLLECTED = "not_collected"


class MoneyFindingOut(Answer):
    kind: Open[MoneyDifference]
    provider_object: str
    """The provider's id: payment, dispute or event"""
    reservation_code: str | None
    currency: str | None
    ours_minor: int
    theirs_minor: int
    repaired: bool
    """False: somebody has to look at it"""
    why: Open[Unsettled] | None
    """Of `not_settled`: why it could not be settled"""


class MoneyReportOut(Answer):
    began_at: datetime
    examined: dict[str, int]
    """The provider's objects by kind"""
    provider: dict[str, int]
    """What drivers have paid by the payments examined, as it says"""
    ledger: dict[str, int]
    """The same, as our ledger says"""
    clearing: dict[str, int]
    """All that stands in clearing, of whenever it is"""
    differences: dict[str, int]
    """How many of each kind"""
    repaired: int
    findings: list[MoneyFindingOut]
    """The first 200; what somebody has to look at comes first"""


class ReconciliationOut(Answer):
    report: MoneyReportOut | None
    """null: no comparison has come to its end yet"""

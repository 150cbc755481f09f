"""Operators debts: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from enum import StrEnum

from slotkeeper_client.models.shared import DebtOut
from slotkeeper_client.shapes import Answer, Body, Open


class WaitsFor(StrEnum):
    """Whose turn it is. The driver may pay at any time."""

    ATTEMPT = "attempt"
    DRIVER = "driver"
    OPERATOR = "operator"


class OperatorsDebtOut(DebtOut):
    driver_id: str
    fleet_id: str | None
    site_id: str
    waits_for: Open[WaitsFor]
    """`attempt`, `driver`, `operator`; empty: for nothing"""
    decline_code: str
    """The provider's own code"""
    written_off_minor: int
    decided_by: str
    """Who wrote it off"""
    decision_reason: str


class OperatorsDebtsOut(Answer):
    items: list[OperatorsDebtOut]
    next_cursor: str | None


class WriteOffIn(Body):
    reason: str

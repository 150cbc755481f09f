"""Operators ledger: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from slotkeeper_client.models.shared import Cause, CreditOrigin, LineKind
from slotkeeper_client.shapes import Answer, Open


class AccountType(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    REVENUE = "revenue"
    EXPENSE = "expense"


class LedgerFormat(StrEnum):
    CSV = "csv"
    DATEV = "datev"


class AccountBalanceOut(Answer):
    account: str
    currency: str
    opening_minor: int
    """Before the month; a debit balance is positive"""
    debit_minor: int
    """Debited in the month, not negative"""
    credit_minor: int
    """Credited in the month, not negative"""
    closing_minor: int
    """Opening and debits less credits; sums to zero in each currency"""


class AccountOut(Answer):
    account: str
    type: Open[AccountType]
    """`asset`, `liability`, `revenue` or `expense`"""
    number: str
    """Under which it is exported"""
    about: str


class AccountsOut(Answer):
    items: list[AccountOut]


class LedgerEntriesOut(Answer):
    items: list[LedgerEntryOut]
    next_cursor: str | None


class LedgerEntryOut(Answer):
    id: int
    transaction_id: int
    posted_at: datetime
    reservation_code: str
    step: str
    """Of the reservation's money: `settle`, `settle-2`, `follow-up-1`, `void-1`…"""
    driver_id: str | None
    fleet_id: str | None
    transaction_cause: str
    what: str
    account: str
    currency: str
    amount_minor: int
    """A debit is positive, a credit negative"""
    cause: Open[Cause]
    """Of the line; empty where no line stands behind it"""
    line: Open[LineKind] | Open[CreditOrigin]
    """Kind of the settlement's line, or a credit's origin; empty: no one line"""
    position: int | None
    """Of that line on the bill"""
    provider_object: str
    """The provider's id of what moved the money; empty: nothing did"""


class TrialBalanceOut(Answer):
    month: str
    items: list[AccountBalanceOut]

"""The ledger over the wire: accounts, trial balances and entries. Amounts in minor units, debits positive."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.causes import Cause
from domain.money.chart import AccountType
from domain.money.credits import CreditOrigin
from domain.money.lines import LineKind


class AccountOut(Answer):
    account: str = Field(examples=["driver_receivable"])
    type: AccountType = Field(examples=["asset"], description="`asset`, `liability`, `revenue` or `expense`")
    number: str = Field(examples=["1400"], description="Under which it is exported")
    about: str


class AccountsOut(Answer):
    items: list[AccountOut]


class AccountBalanceOut(Answer):
    account: str
    currency: str
    opening_minor: int = Field(description="Before the month; a debit balance is positive")
    debit_minor: int = Field(description="Debited in the month, not negative")
    credit_minor: int = Field(description="Credited in the month, not negative")
    closing_minor: int = Field(description="Opening and debits less credits; sums to zero in each currency")


class TrialBalanceOut(Answer):
    month: str
    items: list[AccountBalanceOut]


class LedgerEntryOut(Answer):
    id: int
    transaction_id: int
    posted_at: datetime
    reservation_code: str
    step: str = Field(
        description="Of the reservation's money: `settle`, `settle-2`, `follow-up-1`, `void-1`…"
    )
    driver_id: str | None
    fleet_id: str | None
    transaction_cause: str
    what: str = Field(examples=["settlement"])
    account: str
    currency: str
    amount_minor: int = Field(description="A debit is positive, a credit negative")
    cause: Cause | Literal[""] = Field(description="Of the line; empty where no line stands behind it")
    line: LineKind | CreditOrigin | Literal[""] = Field(
        description="Kind of the settlement's line, or a credit's origin; empty: no one line"
    )
    position: int | None = Field(description="Of that line on the bill")
    provider_object: str = Field(description="The provider's id of what moved the money; empty: nothing did")


class LedgerEntriesOut(Answer):
    items: list[LedgerEntryOut]
    next_cursor: str | None

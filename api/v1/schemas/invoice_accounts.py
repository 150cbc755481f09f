"""Invoice accounts over the wire: amounts in minor units of the account's currency."""

from datetime import date, datetime

from pydantic import ConfigDict, Field

from api.desk.invoice_accounts import AccountOrder
from api.v1.schemas.documents import BillingPartyIn, BillingPartyOut
from api.v1.schemas.fields import Answer, Body, Day, Identifier, ShortText
from domain.documents.content import Buyer
from domain.money.invoice_accounts import MOST_DAYS_TO_PAY, Age

_LARGEST = 10**12


class InvoiceAccountIn(Body):
    """Its drivers book without a card; what they come to is on a monthly statement."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "party": {
                        "name": "Example Logistics GmbH",
                        "address": ["Hof 3", "24103 Kiel"],
                        "country": "DE",
                        "tax_id": "DE987654321",
                    },
                    "currency": "EUR",
                    "days_to_pay": 14,
                    "limit_minor": 500_000,
                }
            ]
        },
    )

    party: BillingPartyIn
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="It stays as it is")
    days_to_pay: int = Field(
        strict=True, ge=0, le=MOST_DAYS_TO_PAY, description="From the end of a statement's month"
    )
    limit_minor: int | None = Field(
        strict=True,
        ge=0,
        le=_LARGEST,
        description="Nothing is booked once so much is open, or expected of what is booked; null: no limit",
    )
    active: bool = Field(default=True, strict=True, description="false: nothing more is booked on it")

    def order(self) -> AccountOrder:
        party = self.party
        return AccountOrder(
            party=Buyer(
                name=party.name, address=tuple(party.address), country=party.country, tax_id=party.tax_id
            ),
            currency=self.currency,
            days_to_pay=self.days_to_pay,
            limit_minor=self.limit_minor,
            active=self.active,
        )


class InvoiceAccountOut(Answer):
    fleet_id: str
    party: BillingPartyOut | None = Field(description="As who it is named on documents")
    currency: str
    days_to_pay: int
    limit_minor: int | None
    active: bool
    open_minor: int = Field(description="What it owes; negative: it has paid more than that")
    changed_at: datetime


class InvoiceAccountsOut(Answer):
    items: list[InvoiceAccountOut]
    next_cursor: str | None


class OpenItemOut(Answer):
    """A reservation whose bill is not paid yet, or not all of it. What is paid pays the oldest first."""

    reservation: str
    amount_minor: int
    left_minor: int
    invoiced_on: date
    due_on: date
    age: Age


class AgeOut(Answer):
    age: Age
    amount_minor: int


class OwedOut(Answer):
    account: InvoiceAccountOut
    overpaid_minor: int = Field(description="Paid beyond all that was invoiced")
    ages: list[AgeOut] = Field(description="What is open, by how long it has been overdue")
    items: list[OpenItemOut] = Field(description="The oldest first")


class TransferIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "amount_minor": 178_500,
                    "currency": "EUR",
                    "reference": "2026-11-30/000187",
                    "received_on": "2026-11-30",
                    "note": "statement R-000311",
                }
            ]
        },
    )

    amount_minor: int = Field(strict=True, ge=-_LARGEST, le=_LARGEST, description="Negative: it went back")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    reference: Identifier = Field(description="The bank's, of this movement; it is booked in once")
    received_on: Day
    note: ShortText = ""


class TransferOut(Answer):
    """`open_before_minor`: what the account owed then; `open_after_minor`: negative: that much was paid too much."""

    id: int
    fleet_id: str
    reference: str
    currency: str
    amount_minor: int
    open_before_minor: int
    open_after_minor: int
    received_on: date
    note: str
    booked_by: str
    booked_at: datetime


class TransfersOut(Answer):
    items: list[TransferOut]
    next_cursor: str | None

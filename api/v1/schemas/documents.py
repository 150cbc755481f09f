"""Documents over the wire: amounts in minor units of their currency."""

from datetime import date, datetime

from pydantic import ConfigDict, Field

from api.v1.schemas.fields import AddressLine, Answer, Body, ShortText
from api.v1.schemas.money import LineConnectorOut, QuantityOut
from domain.causes import Cause
from domain.documents.content import DocumentKind, PaidBy
from domain.money.lines import Limit, LineKind


class DocumentLineOut(Answer):
    kind: LineKind
    text: str
    why: str = Field(description="Why it is charged or credited", examples=["As metered at the connector"])
    cause: Cause
    taken_back: bool = Field(description="An earlier document charged it: quantity and amount are negative")
    quantity: QuantityOut | None
    connector: LineConnectorOut | None
    tax_basis_points: int
    net_minor: int
    limited_by: Limit | None


class TaxPartOut(Answer):
    tax_basis_points: int = Field(description="1900 is 19 %")
    net_minor: int
    tax_minor: int
    gross_minor: int


class DocumentPaymentOut(Answer):
    by: PaidBy
    amount_minor: int = Field(description="Negative: it was given back")
    reference: str = Field(description="The provider's, of the payment")


class IssuerOut(Answer):
    name: str
    address: list[str]
    country: str
    tax_id: str
    registration: str
    contact: str


class DocumentSummaryOut(Answer):
    id: int
    number: str = Field(examples=["R-000042"])
    kind: DocumentKind
    title: str = Field(examples=["Receipt R-000042"])
    issued_at: datetime
    month: str = Field(description="In which its money was posted", examples=["2026-11"])
    reservation: str | None = Field(description="Null: of a statement")
    driver_id: str | None
    fleet_id: str | None
    refers_to: str = Field(description="Number of the document that this one changes; empty: none")
    currency: str
    gross_minor: int
    outstanding_minor: int = Field(description="What is owed for the reservation, all in all")
    html: str = Field(examples=["/v1/documents/42.html"])
    pdf: str
    xml: str | None = Field(
        description="By EN 16931, also within the PDF; null: it is no invoice to a business"
    )

    csv: str | None = Field(description="Of a statement")


class DocumentsOut(Answer):
    items: list[DocumentSummaryOut]
    next_cursor: str | None


class DocumentOut(DocumentSummaryOut):
    issuer: IssuerOut
    site_name: str
    site_address: str
    begins: datetime
    ends: datetime
    energy_wh: int
    cost_center: str
    reference: str
    lines: list[DocumentLineOut]
    taxes: list[TaxPartOut]
    rounding_minor: int
    net_minor: int
    tax_minor: int
    payments: list[DocumentPaymentOut]
    credited: list[DocumentLineOut] = Field(description="On account with us, beside the bill")


class StatementEntryOut(Answer):
    number: str
    kind: DocumentKind
    reservation: str
    driver_id: str
    site_name: str
    begins: datetime
    reference: str
    net_minor: int
    tax_minor: int
    gross_minor: int
    invoiced_minor: int = Field(description="What of it is left to the fleet's account")


class CostCenterOut(Answer):
    cost_center: str = Field(description="Empty: of reservations that name none")
    gross_minor: int
    documents: list[StatementEntryOut]


class StatementOut(DocumentSummaryOut):
    taxes: list[TaxPartOut]
    cost_centers: list[CostCenterOut]
    missing: list[str] = Field(
        description="Reservations of which not all is on documents yet; that comes on a later statement"
    )
    due_on: date | None = Field(description="Until when who pays by invoice has to pay; null: nobody does")
    owed_minor: int | None = Field(description="What they owed in all when it was issued")


class BillingNoteIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"cost_center": "4711", "reference": "Customer visit in Kiel"}]},
    )

    cost_center: ShortText = ""
    reference: ShortText = ""


class BillingPartyIn(Body):
    """A business, as the law wants its invoices to name it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Example Logistics GmbH",
                    "address": ["Hof 3", "24103 Kiel"],
                    "country": "DE",
                    "tax_id": "DE987654321",
                }
            ]
        },
    )

    name: AddressLine
    address: list[AddressLine] = Field(min_length=1, max_length=4)
    country: str = Field(pattern="^[A-Z]{2}$")
    tax_id: str = Field(default="", pattern="^([A-Z]{2}[A-Z0-9+*]{2,12})?$")


class BillingPartyOut(Answer):
    name: str
    address: list[str]
    country: str
    tax_id: str


class BillingNoteOut(Answer):
    reservation: str
    cost_center: str
    reference: str

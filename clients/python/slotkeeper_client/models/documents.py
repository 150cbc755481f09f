"""Documents: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from slotkeeper_client.models.shared import Cause, Limit, LineConnectorOut, LineKind, QuantityOut
from slotkeeper_client.shapes import Answer, Open


class DocumentKind(StrEnum):
    """Of one series of numbers."""

    RECEIPT = "receipt"
    ADVANCE = "advance"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    WRITE_OFF = "write_off"
    STATEMENT = "statement"


class PaidBy(StrEnum):
    CARD = "card"
    CREDIT = "credit"
    INVOICE = "invoice"
    WRITE_OFF = "write_off"
    TRANSFER = "transfer"
    OTHER = "other"


class CostCenterOut(Answer):
    cost_center: str
    """Empty: of reservations that name none"""
    gross_minor: int
    documents: list[StatementEntryOut]


class DocumentLineOut(Answer):
    kind: Open[LineKind]
    text: str
    why: str
    """Why it is charged or credited"""
    cause: Open[Cause]
    taken_back: bool
    """An earlier document charged it: quantity and amount are negative"""
    quantity: QuantityOut | None
    connector: LineConnectorOut | None
    tax_basis_points: int
    net_minor: int
    limited_by: Open[Limit] | None


class DocumentOut(Answer):
    id: int
    number: str
    kind: Open[DocumentKind]
    title: str
    issued_at: datetime
    month: str
    """In which its money was posted"""
    reservation: str | None
    """Null: of a statement"""
    driver_id: str | None
    fleet_id: str | None
    refers_to: str
    """Number of the document that this one changes; empty: none"""
    currency: str
    gross_minor: int
    outstanding_minor: int
    """What is owed for the reservation, all in all"""
    html: str
    pdf: str
    xml: str | None
    """By EN 16931, also within the PDF; null: it is no invoice to a business"""
    csv: str | None
    """Of a statement"""
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
    credited: list[DocumentLineOut]
    """On account with us, beside the bill"""


class DocumentPaymentOut(Answer):
    by: Open[PaidBy]
    amount_minor: int
    """Negative: it was given back"""
    reference: str
    """The provider's, of the payment"""


class DocumentSummaryOut(Answer):
    id: int
    number: str
    kind: Open[DocumentKind]
    title: str
    issued_at: datetime
    month: str
    """In which its money was posted"""
    reservation: str | None
    """Null: of a statement"""
    driver_id: str | None
    fleet_id: str | None
    refers_to: str
    """Number of the document that this one changes; empty: none"""
    currency: str
    gross_minor: int
    outstanding_minor: int
    """What is owed for the reservation, all in all"""
    html: str
    pdf: str
    xml: str | None
    """By EN 16931, also within the PDF; null: it is no invoice to a business"""
    csv: str | None
    """Of a statement"""


class DocumentsOut(Answer):
    items: list[DocumentSummaryOut]
    next_cursor: str | None


class IssuerOut(Answer):
    name: str
    address: list[str]
    country: str
    tax_id: str
    registration: str
    contact: str


class StatementEntryOut(Answer):
    number: str
    kind: Open[DocumentKind]
    reservation: str
    driver_id: str
    site_name: str
    begins: datetime
    reference: str
    net_minor: int
    tax_minor: int
    gross_minor: int
    invoiced_minor: int
    """What of it is left to the fleet's account"""


class StatementOut(Answer):
    id: int
    number: str
    kind: Open[DocumentKind]
    title: str
    issued_at: datetime
    month: str
    """In which its money was posted"""
    reservation: str | None
    """Null: of a statement"""
    driver_id: str | None
    fleet_id: str | None
    refers_to: str
    """Number of the document that this one changes; empty: none"""
    currency: str
    gross_minor: int
    outstanding_minor: int
    """What is owed for the reservation, all in all"""
    html: str
    pdf: str
    xml: str | None
    """By EN 16931, also within the PDF; null: it is no invoice to a business"""
    csv: str | None
    """Of a statement"""
    taxes: list[TaxPartOut]
    cost_centers: list[CostCenterOut]
    missing: list[str]
    """Reservations of which not all is on documents yet; that comes on a later statement"""
    due_on: date | None
    """Until when who pays by invoice has to pay; null: nobody does"""
    owed_minor: int | None
    """What they owed in all when it was issued"""


class TaxPartOut(Answer):
    tax_basis_points: int
    """1900 is 19 %"""
    net_minor: int
    tax_minor: int
    gross_minor: int

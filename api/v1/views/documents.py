"""Documents as JSON, HTML and PDF: all of one content, in the reader's language."""

from typing import Any

from api.desk.documents import Issued
from api.desk.refusals import DocumentTooLong
from api.v1.schemas.documents import (
    BillingPartyOut,
    CostCenterOut,
    DocumentLineOut,
    DocumentOut,
    DocumentPaymentOut,
    DocumentSummaryOut,
    IssuerOut,
    StatementEntryOut,
    StatementOut,
    TaxPartOut,
)
from api.v1.schemas.money import LineConnectorOut
from api.v1.views.money import quantity_out
from domain.documents.content import Buyer, DocumentKind, DocumentLine, TaxPart
from domain.documents.statement import Statement, by_cost_center
from domain.facts.refused_for_now import TooLongForPaper
from texts.documents.invoice import FILE_NAME, invoice_of, is_invoice
from texts.documents.page import html_of
from texts.documents.pdf import Attachment, pdf_of
from texts.documents.sheet import Sheet, sheet_of, title_of, why_of
from texts.documents.statement import statement_csv, statement_sheet, statement_title
from texts.reader import Reader

LONGEST_PAPER = 2_000
"""Lines of the longest PDF: some sixty pages."""


def document_summary_out(issued: Issued, reader: Reader) -> DocumentSummaryOut:
    return DocumentSummaryOut(**_summary(issued, reader))


def document_out(issued: Issued, reader: Reader) -> DocumentOut | StatementOut:
    content = issued.content
    if isinstance(content, Statement):
        return _statement_out(issued, content, reader)
    told, supply, issuer = content.told, content.supply, content.issuer
    return DocumentOut(
        **_summary(issued, reader),
        issuer=IssuerOut(
            name=issuer.name,
            address=list(issuer.address),
            country=issuer.country,
            tax_id=issuer.tax_id,
            registration=issuer.registration,
            contact=issuer.contact,
        ),
        site_name=supply.site_name,
        site_address=supply.site_address,
        begins=supply.begins,
        ends=supply.ends,
        energy_wh=supply.energy_wh,
        cost_center=content.cost_center,
        reference=content.reference,
        lines=[_line(line, reader) for line in told.lines],
        taxes=[_tax_part(part) for part in told.taxes],
        rounding_minor=told.rounding.minor,
        net_minor=told.net.minor,
        tax_minor=told.tax.minor,
        payments=[
            DocumentPaymentOut(by=one.by, amount_minor=one.amount.minor, reference=one.reference)
            for one in told.payments
        ],
        credited=[_line(line, reader) for line in told.credited],
    )


def _statement_out(issued: Issued, statement: Statement, reader: Reader) -> StatementOut:
    return StatementOut(
        **_summary(issued, reader),
        taxes=[_tax_part(part) for part in statement.taxes],
        cost_centers=[
            CostCenterOut(
                cost_center=center.name,
                gross_minor=center.gross.minor,
                documents=[
                    StatementEntryOut(
                        number=entry.number,
                        kind=entry.kind,
                        reservation=entry.reservation,
                        driver_id=entry.driver_id,
                        site_name=entry.site_name,
                        begins=entry.begins,
                        reference=entry.reference,
                        net_minor=entry.net.minor,
                        tax_minor=entry.tax.minor,
                        gross_minor=entry.gross.minor,
                        invoiced_minor=entry.invoiced.minor,
                    )
                    for entry in center.entries
                ],
            )
            for center in by_cost_center(statement)
        ],
        missing=list(statement.missing),
        due_on=statement.due_on,
        owed_minor=None if statement.owed is None else statement.owed.minor,
    )


def _tax_part(part: TaxPart) -> TaxPartOut:
    return TaxPartOut(
        tax_basis_points=part.rate_basis_points,
        net_minor=part.net.minor,
        tax_minor=part.tax.minor,
        gross_minor=part.gross.minor,
    )


def document_csv(issued: Issued) -> bytes | None:
    """None: it is no statement."""
    content = issued.content
    return statement_csv(content, issued.count).encode() if isinstance(content, Statement) else None


def document_html(issued: Issued, reader: Reader) -> bytes:
    return html_of(_sheet(issued, reader)).encode()


def document_pdf(issued: Issued, reader: Reader) -> bytes:
    """With the invoice in it, where it is one. Takes the processor: a tenth of a second, and two for a thousand lines.

    Raises DocumentTooLong.
    """
    lines = len(
        issued.content.entries if isinstance(issued.content, Statement) else issued.content.told.lines
    )
    if lines > LONGEST_PAPER:
        raise DocumentTooLong(TooLongForPaper(lines=lines, most=LONGEST_PAPER))
    sheet, invoice = _sheet(issued, reader), document_xml(issued, reader)
    return pdf_of(
        html_of(sheet),
        title=sheet.title,
        language=sheet.language,
        page=sheet.page,
        made_at=issued.issued_at,
        charts=sheet.charts,
        attached=None if invoice is None else Attachment(name=FILE_NAME, content=invoice, about=sheet.title),
    )


def document_xml(issued: Issued, reader: Reader) -> bytes | None:
    """None: it is no invoice to a business."""
    content = issued.content
    if isinstance(content, Statement) or not is_invoice(content):
        return None
    return invoice_of(content, issued.number, issued.issued_at, reader)


def party_out(buyer: Buyer) -> BillingPartyOut:
    return BillingPartyOut(
        name=buyer.name, address=list(buyer.address), country=buyer.country, tax_id=buyer.tax_id
    )


def _sheet(issued: Issued, reader: Reader) -> Sheet:
    if isinstance(issued.content, Statement):
        return statement_sheet(issued.content, issued.count, issued.issued_at, reader)
    return sheet_of(issued.content, issued.count, issued.issued_at, reader)


def _title(issued: Issued, reader: Reader) -> str:
    if isinstance(issued.content, Statement):
        return statement_title(issued.content, issued.count, reader)
    return title_of(issued.content, issued.count, reader)


def _summary(issued: Issued, reader: Reader) -> dict[str, Any]:
    content, path = issued.content, f"/v1/documents/{issued.id}"
    shared = {
        "id": issued.id,
        "number": issued.number,
        "title": _title(issued, reader),
        "issued_at": issued.issued_at,
        "month": issued.month,
        "fleet_id": content.fleet_id,
        "gross_minor": issued.gross.minor,
        "outstanding_minor": issued.outstanding.minor,
        "html": f"{path}.html",
        "pdf": f"{path}.pdf",
    }
    if isinstance(content, Statement):
        return shared | {
            "kind": DocumentKind.STATEMENT,
            "reservation": None,
            "driver_id": None,
            "refers_to": "",
            "currency": content.currency,
            "xml": None,
            "csv": f"{path}.csv",
        }
    return shared | {
        "kind": content.told.kind,
        "reservation": content.reservation,
        "driver_id": content.driver_id,
        "refers_to": content.refers_to,
        "currency": content.told.currency,
        "xml": f"{path}.xml" if is_invoice(content) else None,
        "csv": None,
    }


def _line(line: DocumentLine, reader: Reader) -> DocumentLineOut:
    item, at = line.item, line.item.connector
    return DocumentLineOut(
        kind=item.kind,
        text=reader.line(item),
        why=why_of(line, reader),
        cause=item.cause,
        taken_back=line.taken_back,
        quantity=quantity_out(item),
        connector=LineConnectorOut(charger_id=at.charger_id, connector_number=at.number, bay=at.bay)
        if at
        else None,
        tax_basis_points=line.rate_basis_points,
        net_minor=item.amount.minor,
        limited_by=item.limited_by,
    )

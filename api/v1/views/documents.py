"""Documents as JSON, HTML and PDF: all of one content, in the reader's language."""

from typing import Any

from api.desk.documents import Issued
from api.v1.schemas.documents import (
    BillingPartyOut,
    DocumentLineOut,
    DocumentOut,
    DocumentPaymentOut,
    DocumentSummaryOut,
    IssuerOut,
    TaxPartOut,
)
from api.v1.schemas.money import LineConnectorOut
from api.v1.views.money import quantity_out
from domain.documents.content import Buyer, DocumentLine
from texts.documents.invoice import FILE_NAME, invoice_of, is_invoice
from texts.documents.page import html_of
from texts.documents.pdf import Attachment, pdf_of
from texts.documents.sheet import Sheet, sheet_of, why_of
from texts.reader import Reader


def document_summary_out(issued: Issued, reader: Reader) -> DocumentSummaryOut:
    return DocumentSummaryOut(**_summary(issued, reader))


def document_out(issued: Issued, reader: Reader) -> DocumentOut:
    content = issued.content
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
        taxes=[
            TaxPartOut(
                tax_basis_points=part.rate_basis_points,
                net_minor=part.net.minor,
                tax_minor=part.tax.minor,
                gross_minor=part.gross.minor,
            )
            for part in told.taxes
        ],
        rounding_minor=told.rounding.minor,
        net_minor=told.net.minor,
        tax_minor=told.tax.minor,
        payments=[
            DocumentPaymentOut(by=one.by, amount_minor=one.amount.minor, reference=one.reference)
            for one in told.payments
        ],
        credited=[_line(line, reader) for line in told.credited],
    )


def document_html(issued: Issued, reader: Reader) -> bytes:
    return html_of(_sheet(issued, reader)).encode()


def document_pdf(issued: Issued, reader: Reader) -> bytes:
    """With the invoice in it, where it is one. Takes a tenth of a second of the processor."""
    sheet, invoice = _sheet(issued, reader), document_xml(issued, reader)
    return pdf_of(
        html_of(sheet),
        title=sheet.title,
        language=sheet.language,
        page=sheet.page,
        made_at=issued.issued_at,
        attached=None if invoice is None else Attachment(name=FILE_NAME, content=invoice, about=sheet.title),
    )


def document_xml(issued: Issued, reader: Reader) -> bytes | None:
    """None: it is no invoice to a business."""
    if not is_invoice(issued.content):
        return None
    return invoice_of(issued.content, issued.number, issued.issued_at, reader)


def party_out(buyer: Buyer) -> BillingPartyOut:
    return BillingPartyOut(
        name=buyer.name, address=list(buyer.address), country=buyer.country, tax_id=buyer.tax_id
    )


def _sheet(issued: Issued, reader: Reader) -> Sheet:
    return sheet_of(issued.content, issued.count, issued.issued_at, reader)


def _summary(issued: Issued, reader: Reader) -> dict[str, Any]:
    content = issued.content
    return {
        "id": issued.id,
        "number": issued.number,
        "kind": content.told.kind,
        "title": _sheet(issued, reader).title,
        "issued_at": issued.issued_at,
        "month": issued.month,
        "reservation": content.reservation,
        "driver_id": content.driver_id,
        "fleet_id": content.fleet_id,
        "refers_to": content.refers_to,
        "currency": content.told.currency,
        "gross_minor": content.told.gross.minor,
        "outstanding_minor": content.told.outstanding.minor,
        "html": f"/v1/documents/{issued.id}.html",
        "pdf": f"/v1/documents/{issued.id}.pdf",
        "xml": f"/v1/documents/{issued.id}.xml" if is_invoice(content) else None,
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

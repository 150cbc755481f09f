"""An invoice by EN 16931 as XML (Cross Industry Invoice; profile of Factur-X and ZUGFeRD): sums as on the page.

A correction is type 384 and has differences: quantities may be negative, prices never are. What was paid in advance is
type 386, says where it is for and no day of delivery, and is a line of the bill that deducts it, so that its tax is
charged once. What bears no VAT (damages)
stands in category E with its reason, as category O may stand beside no other (BR-O-11).
"""

import re
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring
from zoneinfo import ZoneInfo

from domain.documents.content import Buyer, Content, DocumentKind, DocumentLine, Issuer
from domain.money.amount import Money
from domain.money.lines import Unit
from texts.catalogue import catalogue
from texts.documents.characters import in_xml
from texts.documents.sheet import why_of
from texts.reader import Reader

FILE_NAME = "factur-x.xml"
PROFILE = "urn:cen.eu:en16931:2017"
_SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_TYPES = {DocumentKind.RECEIPT: "380", DocumentKind.CREDIT_NOTE: "384", DocumentKind.ADVANCE: "386"}
_UNITS = {Unit.WATT_HOUR: "KWH", Unit.MINUTE: "MIN", Unit.STEP: "C62"}
_ONE = "C62"
_CITY = re.compile(r"(?P<code>[0-9]{4,5}) (?P<city>.+)")
for _prefix, _space in _SPACES.items():
    register_namespace(_prefix, _space)


def is_invoice(content: Content) -> bool:
    """Does it charge or take back anything, for a buyer whose name is known?"""
    return content.buyer is not None and content.told.kind in _TYPES and bool(content.told.lines)


def invoice_of(content: Content, number: str, issued_at: datetime, reader: Reader) -> bytes:
    """Of a content that `is_invoice`."""
    root = Element(_name("rsm:CrossIndustryInvoice"))
    context = _at(root, "rsm:ExchangedDocumentContext")
    _text(context, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", PROFILE)
    document = _at(root, "rsm:ExchangedDocument")
    _text(document, "ram:ID", number)
    _text(document, "ram:TypeCode", _TYPES[content.told.kind])
    _day(document, "ram:IssueDateTime", issued_at, content)
    trade = _at(root, "rsm:SupplyChainTradeTransaction")
    for position, line in enumerate(content.told.lines, 1):
        _line(trade, position, line, reader)
    _agreement(trade, content)
    delivery = _at(trade, "ram:ApplicableHeaderTradeDelivery")
    if content.told.kind is DocumentKind.ADVANCE and content.supply.site_name:
        _text(delivery, "ram:ShipToTradeParty/ram:Name", content.supply.site_name)
    else:
        event = _at(delivery, "ram:ActualDeliverySupplyChainEvent")
        _day(event, "ram:OccurrenceDateTime", content.supply.ends, content)
    _settlement(trade, content, reader)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _line(trade: Element, position: int, line: DocumentLine, reader: Reader) -> None:
    item, (quantity, unit, price) = line.item, _priced(line)
    one = SubElement(trade, _name("ram:IncludedSupplyChainTradeLineItem"))
    _text(one, "ram:AssociatedDocumentLineDocument/ram:LineID", str(position))
    product = _at(one, "ram:SpecifiedTradeProduct")
    _text(product, "ram:Name", reader.word(item.kind))
    _text(product, "ram:Description", why_of(line, reader))
    _text(
        one,
        "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount",
        _figure(price),
    )
    _text(one, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", quantity, unitCode=unit)
    settlement = _at(one, "ram:SpecifiedLineTradeSettlement")
    tax = _at(settlement, "ram:ApplicableTradeTax")
    _text(tax, "ram:TypeCode", "VAT")
    _text(tax, "ram:CategoryCode", _category(line.rate_basis_points))
    _text(tax, "ram:RateApplicablePercent", _percent(line.rate_basis_points))
    _text(
        settlement,
        "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
        _figure(item.amount),
    )


def _priced(line: DocumentLine) -> tuple[str, str, Money]:
    """Quantity, its unit and the price of one. Where quantity times price is another sum (a cap), it is one of it."""
    item = line.item
    quantity, price = item.quantity, item.unit_price
    if quantity is not None and price is not None and price.minor >= 0:
        exact = quantity.priced
        if price.times(exact) == item.amount and exact != 0:
            return _decimal(exact), _UNITS[quantity.unit], price
    return ("-1" if item.amount.minor < 0 else "1"), _ONE, max(item.amount, -item.amount)


def _agreement(trade: Element, content: Content) -> None:
    agreement = _at(trade, "ram:ApplicableHeaderTradeAgreement")
    if content.cost_center:
        _text(agreement, "ram:BuyerReference", content.cost_center)
    _party(_at(agreement, "ram:SellerTradeParty"), content.issuer)
    if content.buyer is not None:
        _party(_at(agreement, "ram:BuyerTradeParty"), content.buyer)
    if content.reference:
        _text(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", content.reference)


def _party(party: Element, of: Issuer | Buyer) -> None:
    _text(party, "ram:Name", of.name)
    address = _at(party, "ram:PostalTradeAddress")
    *lines, last = of.address or ("",)
    city = _CITY.fullmatch(last)
    if city is None:
        lines.append(last)
    else:
        _text(address, "ram:PostcodeCode", city["code"])
    for name, line in zip(("ram:LineOne", "ram:LineTwo", "ram:LineThree"), lines, strict=False):
        if line:
            _text(address, name, line)
    if city is not None:
        _text(address, "ram:CityName", city["city"])
    _text(address, "ram:CountryID", of.country)
    if of.tax_id:
        _text(party, "ram:SpecifiedTaxRegistration/ram:ID", of.tax_id, schemeID="VA")


def _settlement(trade: Element, content: Content, reader: Reader) -> None:
    told, words = content.told, catalogue(reader.language)
    settlement = _at(trade, "ram:ApplicableHeaderTradeSettlement")
    _text(settlement, "ram:InvoiceCurrencyCode", told.currency)
    for part in told.taxes:
        tax = SubElement(settlement, _name("ram:ApplicableTradeTax"))
        _text(tax, "ram:CalculatedAmount", _figure(part.tax))
        _text(tax, "ram:TypeCode", "VAT")
        if not part.rate_basis_points:
            _text(tax, "ram:ExemptionReason", words.text("document.damages"))
        _text(tax, "ram:BasisAmount", _figure(part.net))
        _text(tax, "ram:CategoryCode", _category(part.rate_basis_points))
        _text(tax, "ram:RateApplicablePercent", _percent(part.rate_basis_points))
    prepaid = told.paid - told.invoiced
    due = told.gross - prepaid
    if due.minor > 0:
        terms = words.text("document.on_account" if told.invoiced.minor > 0 else "document.payable")
        _text(settlement, "ram:SpecifiedTradePaymentTerms/ram:Description", terms)
    sums = _at(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _text(sums, "ram:LineTotalAmount", _figure(told.net))
    _text(sums, "ram:TaxBasisTotalAmount", _figure(told.net))
    _text(sums, "ram:TaxTotalAmount", _figure(told.tax), currencyID=told.currency)
    if not told.rounding.is_zero:
        _text(sums, "ram:RoundingAmount", _figure(told.rounding))
    _text(sums, "ram:GrandTotalAmount", _figure(told.net + told.tax))
    _text(sums, "ram:TotalPrepaidAmount", _figure(prepaid))
    _text(sums, "ram:DuePayableAmount", _figure(due))
    if content.refers_to:
        _text(settlement, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID", content.refers_to)


def _day(parent: Element, name: str, at: datetime, content: Content) -> None:
    """On the site's clock; format 102 is a day."""
    local = at.astimezone(ZoneInfo(content.supply.zone))
    _text(parent, f"{name}/udt:DateTimeString", f"{local:%Y%m%d}", format="102")


def _category(rate_basis_points: int) -> str:
    return "S" if rate_basis_points else "E"


def _percent(rate_basis_points: int) -> str:
    return _decimal(Fraction(rate_basis_points, 100))


def _decimal(exact: Fraction) -> str:
    return f"{float(exact):.3f}".rstrip("0").rstrip(".")


def _figure(amount: Money) -> str:
    return str(amount).split(" ", 1)[0]


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_SPACES[prefix]}}}{name}"


def _at(parent: Element, path: str) -> Element:
    for name in _steps(path):
        parent = SubElement(parent, _name(name))
    return parent


def _steps(path: str) -> Iterable[str]:
    return path.split("/")


def _text(parent: Element, path: str, text: str, **attributes: str) -> None:
    element = _at(parent, path)
    element.text = in_xml(text)
    element.attrib.update(attributes)

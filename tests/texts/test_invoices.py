"""Invoices by machine (EN 16931): valid by the published schema and rules, summed as the page, within the PDF."""

from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree

import pytest
from facturx import get_facturx_xml_from_pdf, xml_check_xsd
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from domain.causes import Cause
from domain.documents.changes import Standing, nothing, told_between
from domain.documents.content import Buyer, Content, DocumentKind, PaidBy
from domain.money.advances import advance_lines
from domain.money.amount import Money
from domain.money.lines import Limit, LineItem, LineKind, Quantity, Unit
from tests.factories import NOON
from tests.factories.documents import make_content, make_energy, make_standing
from tests.texts.business_rules import broken_rules
from texts.documents.invoice import FILE_NAME, invoice_of, is_invoice
from texts.documents.page import html_of
from texts.documents.pdf import Attachment, pdf_of
from texts.documents.sheet import sheet_of
from texts.documents.xmp import metadata_of
from texts.languages import Language
from texts.reader import Reader

BUYER = Buyer(name="Müller & Söhne <KG>", address=("Hof 3", "24103 Kiel"), country="DE", tax_id="DE987654321")
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
OVERSTAY = LineItem(
    kind=LineKind.OVERSTAY,
    cause=Cause.DRIVER,
    amount=Money(300, "EUR"),
    quantity=Quantity(24, Unit.STEP),
    unit_price=Money(50, "EUR"),
    limited_by=Limit.POLICY_CAP,
)
NO_SHOW = LineItem(kind=LineKind.NO_SHOW, cause=Cause.DRIVER, amount=Money(500, "EUR"))
MADE_GOOD = LineItem(kind=LineKind.COMPENSATION, cause=Cause.CHARGER_FAULT, amount=Money(-500, "EUR"))
LINES = st.one_of(st.integers(100, 90_000).map(make_energy), st.just(OVERSTAY), st.just(NO_SHOW))
STANDINGS = st.builds(
    lambda lines, card: make_standing(*lines, card=card),
    st.lists(LINES, min_size=1, max_size=4),
    st.integers(0, 3000),
)
ON_ACCOUNT = st.lists(st.one_of(LINES, st.just(MADE_GOOD)), min_size=1, max_size=4).map(
    lambda lines: make_standing(*lines, on_account=True)
)


def xml(content: Content, language: Language = Language.ENGLISH) -> bytes:
    return invoice_of(content, "T-000042", NOON, Reader(language))


def figures(invoice: bytes, name: str) -> list[Decimal]:
    return [Decimal(found.text or "") for found in ElementTree.fromstring(invoice).iter(f"{_RAM}{name}")]


def require_sound(invoice: bytes, content: Content) -> None:
    xml_check_xsd(invoice, flavor="factur-x", level="en16931")
    lines, (total,) = figures(invoice, "LineTotalAmount"), figures(invoice, "TaxBasisTotalAmount")
    *lines, of_lines = lines
    assert sum(lines) == of_lines == total
    (grand,), (paid,), (due,) = (
        figures(invoice, name) for name in ("GrandTotalAmount", "TotalPrepaidAmount", "DuePayableAmount")
    )
    assert grand == total + sum(figures(invoice, "TaxTotalAmount"))
    assert sum(figures(invoice, "BasisAmount")) == total
    assert due == grand - paid + sum(figures(invoice, "RoundingAmount"))
    assert grand + sum(figures(invoice, "RoundingAmount")) == Decimal(content.told.gross.minor) / 100
    assert min(figures(invoice, "ChargeAmount")) >= 0


def issued(first: Standing, second: Standing) -> list[Content]:
    """A receipt, unless it comes to nothing, and what corrects it."""
    is_told = told_between(nothing("EUR"), first) is not None
    contents = [make_content(first, buyer=BUYER)] if is_told else []
    if told_between(first, second) is not None:
        contents.append(make_content(second, first, buyer=BUYER, refers_to="T-000041", cost_center="4711"))
    return contents


@pytest.mark.filterwarnings("default")
@given(*[st.one_of(STANDINGS, ON_ACCOUNT)] * 2)
def test_any_receipt_and_any_correction_is_valid_and_adds_up(first: Standing, second: Standing) -> None:
    contents = issued(first, second)
    charging = [one for one in contents if one.told.kind in (DocumentKind.RECEIPT, DocumentKind.CREDIT_NOTE)]
    assert [one for one in contents if is_invoice(one)] == [one for one in charging if one.told.lines]
    for content in charging:
        if content.told.lines:
            require_sound(xml(content, Language.GERMAN), content)


@settings(max_examples=20)
@given(*[st.one_of(STANDINGS, ON_ACCOUNT)] * 2)
def test_any_receipt_and_any_correction_keeps_the_business_rules(first: Standing, second: Standing) -> None:
    for content in filter(is_invoice, issued(first, second)):
        assert broken_rules(xml(content)) == []


@pytest.mark.parametrize(
    ("figure", "other", "rules"),
    [
        (b"GrandTotalAmount>5.95", b"GrandTotalAmount>5.96", ["BR-CO-15", "BR-CO-16"]),
        (b"<ram:CategoryCode>S", b"<ram:CategoryCode>Z", ["BR-Z-05", "BR-Z-09"]),
        (b"BasisAmount>5.00</ram:BasisAmount", b"BasisAmount>4.00</ram:BasisAmount", ["BR-S-08"]),
    ],
)
def test_a_wrong_figure_breaks_the_rule_that_is_about_it(
    figure: bytes, other: bytes, rules: list[str]
) -> None:
    invoice = xml(make_content(buyer=BUYER))
    assert figure in invoice
    assert set(rules) <= set(broken_rules(invoice.replace(figure, other)))


@given(st.text(min_size=1))
@example("Hof\ufffe 3\uffff\x0b")
def test_whatever_characters_a_text_has_the_xml_is_one(written: str) -> None:
    """Also texts that were stored before they were refused, and those of the operator's own settings."""
    text = f"A{written}Z"
    buyer = Buyer(name=text, address=(text,), country="DE")
    content = make_content(buyer=buyer, reference=text, cost_center=text)
    names = [one.text or "" for one in ElementTree.fromstring(xml(content)).iter(f"{_RAM}Name")]
    (buyers,) = [name for name in names if name.startswith("A") and name.endswith("Z")]
    assert set(buyers) - set("\n") <= set(text)
    ElementTree.fromstring(metadata_of(title=text, language="en", made_at=NOON))


def advance(gross: int = 357) -> Standing:
    return Standing(
        currency="EUR",
        lines=advance_lines(Money(gross, "EUR"), 1900),
        rate_basis_points=1900,
        paid={(PaidBy.CARD, "pi_1"): Money(gross, "EUR")},
    )


def test_an_advance_is_an_invoice_and_the_bill_that_deducts_it_charges_its_tax_once() -> None:
    bill = make_standing(make_energy(10_000), card=595)
    first = make_content(advance(), buyer=BUYER)
    last = make_content(bill, advance(), buyer=BUYER, refers_to="T-000041")
    note = make_content(nothing("EUR"), advance(), buyer=BUYER, refers_to="T-000041")
    equal = make_content(make_standing(make_energy(6000), card=357), advance(), buyer=BUYER, refers_to="T-1")
    for content, type_code in ((first, "386"), (last, "380"), (note, "384"), (equal, "380")):
        require_sound(xml(content), content)
        assert broken_rules(xml(content)) == []
        assert f"<ram:TypeCode>{type_code}</ram:TypeCode>".encode() in xml(content)
    assert figures(xml(first), "TaxTotalAmount") + figures(xml(last), "TaxTotalAmount") == [
        Decimal("0.57"),
        Decimal("0.38"),
    ]
    for content, said in (
        (first, "Paid in advance"),
        (last, "Deducted: Paid in advance"),
        (note, "Deducted: Paid in advance"),
    ):
        assert said in html_of(sheet_of(content, 42, NOON, Reader()))
    assert "Receipt for an advance T-000042" in sheet_of(first, 42, NOON, Reader()).title


@given(st.integers(1, 100_000), st.integers(0, 2700))
def test_net_and_tax_of_an_advance_come_to_what_was_paid(gross: int, rate: int) -> None:
    lines = advance_lines(Money(gross, "EUR"), rate)
    assert sum(line.amount.minor for line in lines) == gross
    assert all(line.amount.minor >= 0 for line in lines)


def test_quantity_times_price_is_the_amount_also_of_what_is_capped() -> None:
    content = make_content(make_standing(make_energy(23_456), OVERSTAY, NO_SHOW), buyer=BUYER)
    invoice = xml(content)
    priced = zip(figures(invoice, "BilledQuantity"), figures(invoice, "ChargeAmount"), strict=True)
    *lines, _ = figures(invoice, "LineTotalAmount")
    assert [round(quantity * price, 2) for quantity, price in priced] == lines


def test_what_goes_onto_an_account_is_still_to_be_paid_and_nothing_is_said_to_be_owed_now() -> None:
    content = make_content(make_standing(make_energy(10_000), on_account=True), buyer=BUYER)
    assert (figures(xml(content), "TotalPrepaidAmount"), figures(xml(content), "DuePayableAmount")) == (
        [Decimal(0)],
        [Decimal("5.95")],
    )
    shown = sheet_of(content, 42, NOON, Reader())
    assert shown.notes == ("It goes onto the monthly statement.",)
    assert [(one.label, one.amount) for one in shown.sums[-2:]] == [
        ("On your monthly statement", "5.95 EUR"),
        ("Amount due", "0.00 EUR"),
    ]
    note = make_content(make_standing(MADE_GOOD, on_account=True), buyer=BUYER)
    assert figures(xml(note), "DuePayableAmount") == [Decimal(-5)]
    assert sheet_of(note, 43, NOON, Reader()).notes == ("It goes onto the monthly statement.",)


def test_only_what_charges_a_business_is_an_invoice() -> None:
    owed, paid = make_standing(make_energy(1000)), make_standing(make_energy(1000), card=60)
    assert is_invoice(make_content(owed, buyer=BUYER))
    assert not is_invoice(make_content(owed))
    assert not is_invoice(make_content(paid, owed, buyer=BUYER))


def test_the_pdf_carries_it_and_says_so() -> None:
    content = make_content(buyer=BUYER)
    shown = sheet_of(content, 42, NOON, Reader())
    made = pdf_of(
        html_of(shown),
        title=shown.title,
        language=shown.language,
        page=shown.page,
        made_at=NOON,
        attached=Attachment(name=FILE_NAME, content=xml(content), about="Invoice"),
    )
    name, found = get_facturx_xml_from_pdf(made, check_xsd=True)
    assert (name, found) == (FILE_NAME, xml(content))
    text = PdfReader(BytesIO(made)).pages[0].extract_text()
    assert "Müller & Söhne <KG>" in text
    assert "DE987654321" in text

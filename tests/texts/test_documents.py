"""Documents for people: the page and the PDF say the same, in the reader's language, and nothing but text."""

import re
from datetime import timedelta
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from domain.causes import Cause
from domain.documents.content import Content
from domain.money.amount import Money
from domain.money.lines import LineItem, LineKind
from domain.settlement.so_far import Point
from tests.factories import NOON
from tests.factories.documents import make_content, make_energy, make_standing
from texts.documents.blocks import blocks_of
from texts.documents.page import html_of
from texts.documents.pdf import pdf_of
from texts.documents.sheet import Sheet, sheet_of
from texts.languages import Language
from texts.reader import Reader


def sheet(content: Content, language: Language = Language.ENGLISH) -> Sheet:
    return sheet_of(content, 42, NOON, Reader(language))


def pdf(shown: Sheet) -> bytes:
    return pdf_of(
        html_of(shown),
        title=shown.title,
        language=shown.language,
        page=shown.page,
        made_at=NOON,
        charts=shown.charts,
    )


def said(shown: Sheet) -> list[str]:
    texts = [shown.title, shown.issuer, *shown.address, *shown.notes, *shown.footer]
    texts += [text for fact in shown.facts for text in fact]
    texts += [
        text
        for line in shown.lines
        for text in (line.what, line.why, line.quantity, line.unit_price, line.net)
    ]
    return [*texts, *(text for one in shown.sums for text in (one.label, one.amount))]


def squeezed(text: str) -> str:
    """Wherever lines were broken."""
    return re.sub(r"\s+", "", text)


def test_a_receipt_says_what_for_why_how_much_and_what_is_owed() -> None:
    shown = sheet(make_content(cost_center="4711", reference="Trip to Kiel"))
    (line,) = shown.lines
    assert (line.what, line.why) == ("Energy", "Bay 1 · As metered at the connector")
    assert (line.quantity, line.unit_price, line.rate, line.net) == (
        "10.00 kWh",
        "0.50 EUR",
        "19 %",
        "5.00 EUR",
    )
    assert [(one.label, one.amount) for one in shown.sums] == [
        ("Net at 19 % VAT", "5.00 EUR"),
        ("VAT 19 %", "0.95 EUR"),
        ("Total", "5.95 EUR"),
        ("Paid by card (pi_1)", "5.95 EUR"),
        ("Amount due", "0.00 EUR"),
    ]
    assert {("Cost centre", "4711"), ("Your reference", "Trip to Kiel")} <= set(shown.facts)


def test_a_correction_takes_back_and_charges_anew_in_the_readers_language() -> None:
    before, after = make_standing(make_energy(10_000), card=595), make_standing(make_energy(8000), card=476)
    shown = sheet(make_content(after, before, refers_to="T-000041"), Language.GERMAN)
    assert shown.title == "Rechnungskorrektur T-000042"
    assert [(line.what, line.quantity, line.net) for line in shown.lines] == [
        ("Zurückgenommen: Energie", "-10,00 kWh", "-5,00 EUR"),
        ("Energie", "8,00 kWh", "4,00 EUR"),
    ]
    assert ("Bezieht sich auf", "T-000041") in shown.facts
    assert ("Auf die Karte zurückgegeben (pi_1)", "1,19 EUR") in [(s.label, s.amount) for s in shown.sums]


def test_an_open_receipt_is_an_invoice_and_damages_say_that_they_bear_no_tax() -> None:
    fee = LineItem(kind=LineKind.NO_SHOW, cause=Cause.DRIVER, amount=Money(500, "EUR"))
    shown = sheet(make_content(make_standing(fee)))
    assert shown.title.startswith("Invoice")
    assert shown.notes == ("Fees for not coming and for cancelling late are damages: they bear no VAT.",)
    assert shown.lines[0].rate == "–"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=64))
def test_whatever_a_driver_writes_is_text_on_the_page(written: str) -> None:
    html = html_of(sheet(make_content(reference=f"<b>{written}")))
    cells = [cell.text for block in blocks_of(html) for row in block.rows for cell in row.cells]
    assert f"<b>{written}" in cells
    assert "<b>" not in html


def test_the_pdf_says_what_the_page_says_and_carries_its_fonts() -> None:
    shown = sheet(make_content(reference="Łódź, Ελλάδα & <Kiel>"))
    read = PdfReader(BytesIO(pdf(shown)))
    text = squeezed("".join(page.extract_text() for page in read.pages))
    assert [one for one in said(shown) if squeezed(one) not in text] == []
    assert "Page1of1" in text
    about = read.xmp_metadata
    assert about is not None
    assert about.dc_title == {"x-default": shown.title}
    assert (about.pdfaid_part, about.pdfaid_conformance) == ("3", "B")


def test_the_same_document_gives_the_same_bytes() -> None:
    shown = sheet(make_content())
    assert pdf(shown) == pdf(shown)


COURSE = tuple(Point(at=NOON + timedelta(minutes=n), energy_wh=10 * n * (140 - n)) for n in range(0, 60, 2))


def test_a_receipt_draws_how_charging_went_and_one_from_before_stays_as_it_was() -> None:
    drawn, before = (
        sheet(make_content(course=COURSE), Language.GERMAN),
        sheet(make_content(), Language.GERMAN),
    )
    page = html_of(drawn)
    assert page.count('role="img"') == 2
    assert re.search(r"Steigt zwischen \d\d:00 und \d\d:58 auf 47,56 kWh", page)
    styled = re.sub(r"\nfigure {.*?(?=\n</style>)", "", page, flags=re.DOTALL)
    assert html_of(before) == re.sub(r"<figure>.*</figure>\n", "", styled, flags=re.DOTALL)
    shown = PdfReader(BytesIO(pdf(drawn)))
    text = squeezed("".join(one.extract_text() for one in shown.pages))
    for said_there in ("LeistunginkW", "EnergieinkWh", ":30"):
        assert said_there in text
    assert pdf(drawn) == pdf(sheet(make_content(course=COURSE), Language.GERMAN)), (
        "printed again it is the same"
    )


def test_charts_are_not_torn_apart_where_a_page_ends() -> None:
    for count in (1, *range(8, 14)):
        lines = make_standing(*(make_energy(1_000 + n, "Bay 1") for n in range(count)))
        made = PdfReader(BytesIO(pdf(sheet(make_content(lines, course=COURSE)))))
        texts = [squeezed(one.extract_text()) for one in made.pages]
        (with_title,) = (text for text in texts if "PowerinkW" in text)
        assert with_title.count(":30") == 2, "what stands below both of them, too"


def test_a_long_document_has_its_head_on_every_page() -> None:
    many = [make_energy(1000 * number) for number in range(1, 61)]
    shown = sheet(make_content(make_standing(*many)))
    read = PdfReader(BytesIO(pdf(shown)))
    pages = [squeezed(page.extract_text()) for page in read.pages]
    assert len(pages) > 2
    assert all("UnitpriceVATNet" in page for page in pages[:-1])
    text = "".join(pages)
    assert all(squeezed(line.quantity) in text for line in shown.lines)

"""A document put into words: whatever a page shows, as texts in the order in which it shows them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.documents.content import Content, DocumentKind, DocumentLine, Issuer, PaidBy, Payment, Told
from domain.money.amount import Money
from domain.money.lines import LineKind, Unit
from texts import amounts
from texts.catalogue import Catalogue, catalogue
from texts.charts.charging import charging_charts
from texts.charts.shapes import Chart
from texts.reader import Reader

WHY = (
    LineKind.RESERVATION_FEE,
    LineKind.FEE_CREDIT,
    LineKind.SESSION_FEE,
    LineKind.ENERGY,
    LineKind.TIME,
    LineKind.OVERSTAY,
    LineKind.NO_SHOW,
    LineKind.CANCELLATION,
    LineKind.CHANGE,
    LineKind.COMPENSATION,
    LineKind.ADVANCE,
)
"""Kinds whose reason is told by `document.why.<kind>`; of others the cause is."""
LABELS = (
    "issued", "supplied", "planned", "place", "reservation", "customer", "customers_tax_id", "cost_center", "reference",
    "refers_to", "tax_id", "what", "quantity", "unit_price", "rate", "net",
)  # fmt: skip
SENTENCES = (
    "title", "day", "span", "net_at", "tax_at", "untaxed", "total", "change", "outstanding", "nothing_owed", "credited",
    "uncredited", "taken_back", "damages", "page", "payable", "month", "gross", "no_cost_center",
    "receipt_open", "missing", "on_account", "due", "owed_in_all", "deducted", "in_advance", "by_cost_center",
    "by_driver", "bars",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    what: str
    why: str
    quantity: str
    unit_price: str
    rate: str
    net: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    label: str
    amount: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`facts`: label and text. `columns`: of the lines. `sums`: from the lines to what is owed."""

    language: str
    title: str
    issuer: str
    address: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    lines: tuple[SheetLine, ...]
    sums: tuple[Sum, ...]
    notes: tuple[str, ...]
    footer: tuple[str, ...]
    page: str
    """With `{page}` and `{pages}` in it."""
    charts: tuple[Chart, ...] = ()


def sheet_of(content: Content, number: int, issued_at: datetime, reader: Reader) -> Sheet:
    """In the reader's language, on the clock of the site."""
    reader = replace(reader, zone=content.supply.zone)
    words, told, issuer = catalogue(reader.language), content.told, content.issuer
    return Sheet(
        language=reader.language.value,
        title=title_of(content, number, reader),
        issuer=issuer.name,
        address=issuer.address,
        facts=tuple(_facts(content, issued_at, reader, words)),
        columns=tuple(
            words.text(f"document.{name}") for name in ("what", "quantity", "unit_price", "rate", "net")
        ),
        lines=tuple(_line(line, reader, words) for line in told.lines),
        sums=tuple(_sums(told, reader, words)),
        notes=tuple(_notes(told, reader, words)),
        footer=footer_of(issuer, words),
        page=words.text("document.page", page="{page}", pages="{pages}"),
        charts=tuple(charging_charts(content.course, reader)),
    )


def title_of(content: Content, number: int, reader: Reader) -> str:
    words = catalogue(reader.language)
    return words.text(
        "document.title", kind=kind_of(content.told, words), number=content.issuer.number(number)
    )


def footer_of(issuer: Issuer, words: Catalogue) -> tuple[str, ...]:
    lines = (
        " · ".join((issuer.name, *issuer.address)),
        f"{words.text('document.tax_id')} {issuer.tax_id}",
        issuer.registration,
        issuer.contact,
        issuer.footer,
    )
    return tuple(line for line in lines if line)


def kind_of(told: Told, words: Catalogue) -> str:
    """An open receipt is an invoice to whoever has to pay it."""
    is_open = told.kind is DocumentKind.RECEIPT and told.outstanding.minor > 0
    return words.text("document.receipt_open" if is_open else f"document.kind.{told.kind}")


def why_of(line: DocumentLine, reader: Reader) -> str:
    """Why it is charged, or credited."""
    kind = line.item.kind
    if kind in WHY and not line.item.cause.is_operators:
        return catalogue(reader.language).text(f"document.why.{kind}")
    return reader.word(line.item.cause)


def _facts(
    content: Content, issued_at: datetime, reader: Reader, words: Catalogue
) -> Iterator[tuple[str, str]]:
    supply = content.supply
    place = ", ".join(part for part in (supply.site_name, supply.site_address) if part)
    buyer = content.buyer
    named = "" if buyer is None else ", ".join((buyer.name, *buyer.address))
    texts = {
        "issued": day_of(issued_at, reader, words),
        "planned" if content.told.kind is DocumentKind.ADVANCE else "supplied": _span(
            supply.begins, supply.ends, reader, words
        ),
        "place": place,
        "reservation": content.reservation,
        "customer": named or content.fleet_id or content.driver_id,
        "customers_tax_id": buyer.tax_id if buyer is not None else "",
        "cost_center": content.cost_center,
        "reference": content.reference,
        "refers_to": content.refers_to,
    }
    for name, text in texts.items():
        if text:
            yield words.text(f"document.{name}"), text


def day_of(at: datetime, reader: Reader, words: Catalogue) -> str:
    local = at.astimezone(ZoneInfo(reader.zone))
    month = words.text(f"month.{local.month}")
    return words.text("document.day", day=str(local.day), month=month, year=str(local.year))


def _span(begins: datetime, ends: datetime, reader: Reader, words: Catalogue) -> str:
    begins, ends = (at.replace(second=0, microsecond=0) for at in (begins, ends))
    return words.text(
        "document.span",
        day=day_of(begins, reader, words),
        start=reader.clock(begins),
        end=reader.clock(ends, begins),
        zone=reader.zone_name(ends),
    )


def _line(line: DocumentLine, reader: Reader, words: Catalogue) -> SheetLine:
    item = line.item
    name = reader.word(item.kind)
    if item.limited_by is not None:
        name = words.text(f"limit.{item.limited_by}", line=name)
    if line.taken_back:
        is_deducted = item.kind is LineKind.ADVANCE
        name = words.text("document.deducted" if is_deducted else "document.taken_back", line=name)
    where = item.connector.bay if item.connector is not None else None
    return SheetLine(
        what=name,
        why=" · ".join(part for part in (where, why_of(line, reader)) if part),
        quantity=_quantity(line, words),
        unit_price=reader.money(item.unit_price) if item.unit_price is not None else "",
        rate=f"{amounts.shortest(words, line.rate_basis_points / 100)} %" if line.rate_basis_points else "–",
        net=reader.money(item.amount),
    )


def _quantity(line: DocumentLine, words: Catalogue) -> str:
    quantity = line.item.quantity
    if quantity is None:
        return ""
    match quantity.unit:
        case Unit.WATT_HOUR:
            digits = 3 if quantity.count % 10 else 2  # all of them: whoever multiplies gets the amount
            return words.text("quantity.energy", kwh=amounts.decimal(words, quantity.count / 1000, digits))
        case Unit.MINUTE:
            return words.text("quantity.time", minutes=str(quantity.count))
        case Unit.STEP:
            return f"{quantity.count} ×"


def _sums(told: Told, reader: Reader, words: Catalogue) -> Iterator[Sum]:
    for part in told.taxes:
        rate = amounts.shortest(words, part.rate_basis_points / 100)
        if part.rate_basis_points:
            yield Sum(label=words.text("document.net_at", rate=rate), amount=reader.money(part.net))
            yield Sum(label=words.text("document.tax_at", rate=rate), amount=reader.money(part.tax))
        else:
            yield Sum(label=words.text("document.untaxed"), amount=reader.money(part.net))
    if not told.rounding.is_zero:
        yield Sum(label=reader.word(LineKind.ROUNDING), amount=reader.money(told.rounding))
    if told.lines:
        takes_back = told.kind is DocumentKind.CREDIT_NOTE
        label = words.text("document.change" if takes_back else "document.total")
        yield Sum(label=label, amount=reader.money(told.gross), strong=True)
    for payment in told.payments:
        yield Sum(label=_paid(payment, words), amount=reader.money(_shown(payment)))
    yield Sum(label=words.text("document.outstanding"), amount=reader.money(told.outstanding), strong=True)


def _paid(payment: Payment, words: Catalogue) -> str:
    way = "returned" if payment.amount.minor < 0 else "paid"
    label = words.text(f"document.{way}.{payment.by}")
    return f"{label} ({payment.reference})" if payment.reference else label


def _shown(payment: Payment) -> Money:
    return payment.amount if payment.amount.minor > 0 else -payment.amount


def _notes(told: Told, reader: Reader, words: Catalogue) -> Iterator[str]:
    if not told.invoiced.is_zero:
        yield words.text("document.on_account")
    elif told.kind is DocumentKind.ADVANCE:
        yield words.text("document.in_advance")
    elif told.outstanding.minor <= 0 and told.kind is not DocumentKind.WRITE_OFF:
        yield words.text("document.nothing_owed")
    for line in told.credited:
        key, amount = ("uncredited", line.item.amount) if line.taken_back else ("credited", -line.item.amount)
        yield words.text(f"document.{key}", amount=reader.money(amount), why=why_of(line, reader))
    if any(_is_damages(line) for line in told.lines):
        yield words.text("document.damages")


def _is_damages(line: DocumentLine) -> bool:
    """Of the driver's making: what we make good is none."""
    item = line.item
    return not line.rate_basis_points and not item.amount.is_zero and item.kind is not LineKind.COMPENSATION


def keys() -> Iterator[str]:
    """Of the catalogue, all that a sheet may say."""
    yield from (f"document.{name}" for name in (*LABELS, *SENTENCES))
    yield from (f"document.kind.{kind}" for kind in DocumentKind)
    yield from (f"document.{way}.{by}" for way in ("paid", "returned") for by in PaidBy)
    yield from (f"document.why.{kind}" for kind in WHY)

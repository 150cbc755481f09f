"""A fleet's month put into words: a sheet as any document's, grouped by cost centre; and a table of figures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from domain.documents.content import DocumentKind
from domain.documents.statement import Statement, StatementEntry, by_cost_center
from domain.money.bookkeeping import Month
from texts import amounts
from texts.amounts import major_of
from texts.catalogue import Catalogue, catalogue
from texts.charts.bars import Row, row_chart
from texts.charts.shapes import Chart
from texts.documents.sheet import Sheet, SheetLine, Sum, day_of, footer_of
from texts.reader import Reader
from texts.tables import as_text, table

COLUMNS = (
    "statement", "document", "kind", "issued_at", "reservation", "driver", "site", "begins", "cost_center", "reference",
    "currency", "net", "tax", "gross", "invoiced",
)  # fmt: skip
_FEWEST_BARS, _MOST_BARS = 2, 12


def statement_sheet(statement: Statement, number: int, issued_at: datetime, reader: Reader) -> Sheet:
    """In the reader's language, on the operator's clock."""
    reader = replace(reader, zone=statement.zone)
    words, issuer, buyer = catalogue(reader.language), statement.issuer, statement.buyer
    facts = {
        "issued": day_of(issued_at, reader, words),
        "month": _month(statement, words),
        "customer": ", ".join((buyer.name, *buyer.address)) if buyer is not None else statement.fleet_id,
        "customers_tax_id": buyer.tax_id if buyer is not None else "",
    }
    return Sheet(
        language=reader.language.value,
        title=statement_title(statement, number, reader),
        issuer=issuer.name,
        address=issuer.address,
        facts=tuple((words.text(f"document.{name}"), text) for name, text in facts.items() if text),
        columns=tuple(
            words.text(f"document.{name}") if name else ""
            for name in ("reservation", "net", "rate", "", "gross")
        ),
        lines=tuple(_lines(statement, reader, words)),
        sums=tuple(_sums(statement, reader, words)),
        notes=tuple(_notes(statement, reader, words)),
        footer=footer_of(issuer, words),
        page=words.text("document.page", page="{page}", pages="{pages}"),
        charts=tuple(_charts(statement, reader, words)) if statement.drawn else (),
    )


def statement_title(statement: Statement, number: int, reader: Reader) -> str:
    words = catalogue(reader.language)
    kind = words.text(f"document.kind.{DocumentKind.STATEMENT}")
    return words.text("document.title", kind=kind, number=statement.issuer.number(number))


def statement_csv(statement: Statement, number: int) -> str:
    """One row a document; times on the operator's clock, amounts with a point."""
    own = statement.issuer.number(number)
    return table(COLUMNS, (_row(own, entry, statement) for entry in statement.entries))


def _row(own: str, entry: StatementEntry, statement: Statement) -> tuple[str, ...]:
    figures = (entry.net, entry.tax, entry.gross, entry.invoiced)
    about = (
        own,
        entry.number,
        entry.kind,
        _at(entry.issued_at, statement),
        entry.reservation,
        entry.driver_id,
    )
    place = (entry.site_name, _at(entry.begins, statement), entry.cost_center, entry.reference)
    texts = (as_text(text) for text in (*about, *place, statement.currency))
    return (*texts, *(str(figure).split(" ", 1)[0] for figure in figures))


def _charts(statement: Statement, reader: Reader, words: Catalogue) -> Iterator[Chart]:
    """By cost centre, or where there is one only by driver: the largest first. None: that would be a single bar."""
    centers = by_cost_center(statement)
    key, sums = (
        "document.by_cost_center",
        {center.name or words.text("document.no_cost_center"): major_of(center.gross) for center in centers},
    )
    if len(sums) < _FEWEST_BARS:
        key, sums = "document.by_driver", {}
        for entry in statement.entries:
            sums[entry.driver_id] = sums.get(entry.driver_id, 0) + major_of(entry.gross)
    if len(sums) < _FEWEST_BARS:
        return
    largest = sorted(sums.items(), key=lambda one: (-one[1], one[0]))[:_MOST_BARS]
    rows = [Row(label=f"{name} · {reader.decimal(gross, 2)}", main=gross, said="") for name, gross in largest]
    title = words.text(key, currency=statement.currency)
    yield row_chart("sums", title, words.text("document.bars", count=str(len(rows))), rows, reader)


def _lines(statement: Statement, reader: Reader, words: Catalogue) -> Iterator[SheetLine]:
    for center in by_cost_center(statement):
        name = f"{words.text('document.cost_center')} {center.name}" if center.name else ""
        yield SheetLine(
            what=name or words.text("document.no_cost_center"),
            why="",
            quantity="",
            unit_price="",
            rate="",
            net=reader.money(center.gross),
        )
        for entry in center.entries:
            yield _entry(entry, reader, words)


def _entry(entry: StatementEntry, reader: Reader, words: Catalogue) -> SheetLine:
    kind = words.text(f"document.kind.{entry.kind}")
    day = day_of(entry.begins, reader, words)
    parts = (f"{kind} {entry.number}", entry.site_name, day, entry.driver_id, entry.reference)
    return SheetLine(
        what=entry.reservation,
        why=" · ".join(part for part in parts if part),
        quantity=reader.money(entry.net),
        unit_price=reader.money(entry.tax),
        rate="",
        net=reader.money(entry.gross),
    )


def _sums(statement: Statement, reader: Reader, words: Catalogue) -> Iterator[Sum]:
    for part in statement.taxes:
        rate = amounts.shortest(words, part.rate_basis_points / 100)
        if part.rate_basis_points:
            yield Sum(label=words.text("document.net_at", rate=rate), amount=reader.money(part.net))
            yield Sum(label=words.text("document.tax_at", rate=rate), amount=reader.money(part.tax))
        else:
            yield Sum(label=words.text("document.untaxed"), amount=reader.money(part.net))
    yield Sum(label=words.text("document.total"), amount=reader.money(statement.gross), strong=True)
    if not statement.invoiced.is_zero:
        label = words.text("document.outstanding")
        yield Sum(label=label, amount=reader.money(statement.invoiced), strong=True)
    if statement.owed is not None:
        yield Sum(label=words.text("document.owed_in_all"), amount=reader.money(statement.owed))


def _notes(statement: Statement, reader: Reader, words: Catalogue) -> Iterator[str]:
    if statement.due_on is not None and statement.invoiced.minor > 0:
        noon = datetime.combine(statement.due_on, time(12), ZoneInfo(statement.zone))
        yield words.text("document.due", day=day_of(noon, reader, words))
    if statement.missing:
        yield words.text("document.missing", reservations=", ".join(statement.missing))


def _month(statement: Statement, words: Catalogue) -> str:
    month = Month.read(statement.month)
    return f"{words.text(f'month.{month.number}')} {month.year}"


def _at(at: datetime, statement: Statement) -> str:
    return at.astimezone(ZoneInfo(statement.zone)).isoformat()

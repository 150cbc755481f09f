"""The ledger of a month as files: plain CSV, one row an entry, and bookings in the manner of DATEV's EXTF.

DATEV's format ("Buchungsstapel", format 700, category 21) has one row a booking: an amount, an account and its contra
account. Here are its header and its first fourteen columns; source: its developer documentation, "DATEV-Format".
The same entries always give the same bytes: nothing in a file depends on when it was made.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.money.accounts import Stand
from domain.money.amount import Money
from domain.money.bookkeeping import Bookkeeping, Month
from domain.money.currencies import decimals_of

COLUMNS = (
    "entry", "transaction", "posted_at", "reservation", "step", "driver", "fleet", "transaction_cause", "what",
    "account", "number", "currency", "debit", "credit", "cause", "line", "position", "provider_object",
)  # fmt: skip
DATEV_COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext",
)  # fmt: skip
_LONGEST_TEXT = 60
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=[=+\-@\t\r])")
"""Where a spreadsheet would calculate instead of show: at a cell's beginning, whatever it takes for a separator."""
_DATEV_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An entry with what its transaction says. `what`: code of the fact it was posted for."""

    entry: int
    transaction: int
    at: datetime
    reservation: str
    step: str
    driver: str | None
    fleet: str | None
    transaction_cause: str
    what: str
    stand: Stand
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """`amount`, never negative, from `credit` to `debit`; `of`: the debit's entry."""

    debit: str
    credit: str
    amount: Money
    of: Posted


def bookings(entries: Iterable[Posted]) -> Iterator[Booking]:
    """One transaction's entries in pairs: what stands for the same first, whatever is left then."""
    groups: dict[tuple[str, ...], list[Posted]] = defaultdict(list)
    for entry in entries:
        stand = entry.stand
        about = (stand.cause, stand.line, str(stand.position), stand.provider_object, entry.amount.currency)
        groups[about].append(entry)
    left: dict[str, list[tuple[Posted, int]]] = defaultdict(list)
    for group in groups.values():
        rest = yield from _paired([(entry, entry.amount.minor) for entry in group])
        left[group[0].amount.currency] += rest
    for others in left.values():
        yield from _paired(others)


def _paired(sides: list[tuple[Posted, int]]) -> Generator[Booking, None, list[tuple[Posted, int]]]:
    """Returns what found no partner."""
    debits = [(entry, minor) for entry, minor in sides if minor > 0]
    credits_ = [(entry, -minor) for entry, minor in sides if minor < 0]
    while debits and credits_:
        (debit, owed), (credit, given) = debits.pop(), credits_.pop()
        part = min(owed, given)
        amount = Money(part, debit.amount.currency)
        yield Booking(debit=debit.stand.account, credit=credit.stand.account, amount=amount, of=debit)
        if owed > part:
            debits.append((debit, owed - part))
        if given > part:
            credits_.append((credit, given - part))
    return debits + [(entry, -minor) for entry, minor in credits_]


def csv_head() -> str:
    return _row(COLUMNS)


def csv_rows(entries: Iterable[Posted], books: Bookkeeping) -> str:
    """Times on the operator's clock, amounts with a point; a debit or a credit, never both."""
    return "".join(_row(_cells(entry, books)) for entry in entries)


def datev_head(month: Month, currency: str, books: Bookkeeping) -> str:
    """The two lines at the top. The time of making is the month's end, so that a file can be compared with another."""
    made, first, last = f"{month.last:%Y%m%d}235959000", f"{month.first:%Y%m%d}", f"{month.last:%Y%m%d}"
    year = f"{month.year}0101"
    header = (
        '"EXTF"', "700", "21", '"Buchungsstapel"', "13", made, "", '"SK"', '""', '""', str(books.consultant),
        str(books.client), year, str(books.digits), first, last, f'"Slotkeeper {month}"', '""', "1", "0", "0",
        f'"{currency}"', "", '""', "", "", f'"{books.chart.value[-2:]}"', "", "", '""', '""',
    )  # fmt: skip
    return ";".join(header) + "\r\n" + ";".join(DATEV_COLUMNS) + "\r\n"


def datev_rows(transaction: Sequence[Posted], books: Bookkeeping) -> str:
    """The bookings of one transaction: the debited account, and the credited one as its contra account."""
    return "".join(_datev_row(booking, books) for booking in bookings(transaction))


def _datev_row(booking: Booking, books: Bookkeeping) -> str:
    of = booking.of
    stand, day = of.stand, of.at.astimezone(books.zone)
    words = " ".join(
        word for word in (stand.line or of.what, stand.cause, of.step, stand.provider_object) if word
    )
    cells = (
        _datev_figure(booking.amount), '"S"', f'"{booking.amount.currency}"', "", "", '""',
        books.number_of(booking.debit), books.number_of(booking.credit), '""', f"{day:%d%m}",
        _quoted(of.reservation[:36]), f'"{of.transaction}"', "", _quoted(words[:_LONGEST_TEXT]),
    )  # fmt: skip
    return ";".join(cells) + "\r\n"


def _cells(entry: Posted, books: Bookkeeping) -> tuple[str, ...]:
    stand, amount, side = entry.stand, entry.amount, _figure(entry.amount)
    texts = (
        entry.reservation, entry.step, entry.driver or "", entry.fleet or "", entry.transaction_cause, entry.what,
        stand.account,
    )  # fmt: skip
    return (
        str(entry.entry), str(entry.transaction), entry.at.astimezone(books.zone).isoformat(), *map(_text, texts),
        books.number_of(stand.account), amount.currency, side if amount.minor > 0 else "",
        side if amount.minor < 0 else "", _text(stand.cause), _text(stand.line), str(stand.position or ""),
        _text(stand.provider_object),
    )  # fmt: skip


def fits_datev(currency: str) -> bool:
    """DATEV's amounts have two decimals: those of a currency with three do not fit."""
    return decimals_of(currency) <= _DATEV_DECIMALS


def _datev_figure(amount: Money) -> str:
    """Always with two decimals, after a comma."""
    whole, _, part = _figure(amount).partition(".")
    return f"{whole},{part.ljust(_DATEV_DECIMALS, '0')}"


def _figure(amount: Money) -> str:
    """Without its sign and its currency."""
    return str(amount).split(" ", 1)[0].removeprefix("-")


def _text(value: str) -> str:
    return _FORMULA.sub(r"\1'", value)


def _quoted(value: str) -> str:
    doubled = _text(value).replace('"', '""')
    return f'"{doubled}"'


def _row(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()

"""The ledger of a month as files, and the months themselves."""

import csv
import io
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from domain.money.accounts import Books, Stand, difference, settled
from domain.money.amount import Money
from domain.money.bookkeeping import Bookkeeping, Month
from domain.money.chart import ACCOUNTS, Chart
from domain.money.ledger_export import DATEV_COLUMNS, Posted, bookings, csv_rows, datev_head, datev_rows
from domain.money.lines import LineItem, LineKind

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
euros = st.integers(-2_000, 2_000).map(lambda minor: Money(minor, "EUR"))
lines = st.lists(
    st.builds(LineItem, kind=st.sampled_from(list(LineKind)), cause=st.just(Cause.DRIVER), amount=euros),
    max_size=6,
)


def posted(books: Books, **over: object) -> list[Posted]:
    values: dict[str, object] = {
        "transaction": 1,
        "at": NOON,
        "reservation": "7F3K-2QVM-X9TA",
        "step": "settle",
        "driver": "driver-1",
        "fleet": None,
        "transaction_cause": "driver",
        "what": "settlement",
    }
    return [
        Posted(entry=number, stand=stand, amount=amount, **(values | over))  # type: ignore[arg-type]
        for number, (stand, amount) in enumerate(books.items(), 1)
    ]


@given(lines, euros, lines, euros)
def test_bookings_move_what_the_entries_do_each_from_one_account_to_another(
    before: list[LineItem], taken: Money, after: list[LineItem], then: Money
) -> None:
    changes = difference(settled(after, taken={"pi_2": then}), settled(before, taken={"pi_1": taken}))
    left: dict[str, int] = {}
    for stand, amount in changes.items():
        left[stand.account] = left.get(stand.account, 0) + amount.minor
    for booking in bookings(posted(changes)):
        assert booking.amount.minor > 0
        left[booking.debit] -= booking.amount.minor
        left[booking.credit] += booking.amount.minor
    assert not any(left.values())


def test_entries_that_do_not_say_what_they_stand_for_find_partners_too() -> None:
    old = {Stand(account="a"): Money(5, "EUR"), Stand(account="b", line="tax"): Money(-5, "EUR")}
    assert [(one.debit, one.credit, one.amount.minor) for one in bookings(posted(old))] == [("a", "b", 5)]


@given(lines, euros)
def test_every_account_that_a_bill_stands_on_is_described_and_numbered(
    bill: list[LineItem], taken: Money
) -> None:
    for stand in settled(bill, taken={"pi_1": taken}, written_off=taken):
        assert set(ACCOUNTS[stand.account].numbers) == set(Chart)


@pytest.mark.parametrize("chart", list(Chart))
def test_no_two_accounts_share_a_number(chart: Chart) -> None:
    numbers = [account.numbers[chart] for account in ACCOUNTS.values()]
    assert len(numbers) == len(set(numbers))


def test_a_booking_in_the_manner_of_datev() -> None:
    line = LineItem(kind=LineKind.ENERGY, cause=Cause.DRIVER, amount=Money(123_456, "EUR"))
    books = Bookkeeping(zone=BERLIN, chart=Chart.SKR04, own_numbers={"revenue:energy": "4400"})
    (row,) = datev_rows(posted(settled([line], taken={})), books).splitlines()
    assert row == ('1234,56;"S";"EUR";;;"";1200;4400;"";0112;"7F3K-2QVM-X9TA";"1";;"energy driver settle"')
    header, columns = datev_head(Month.read("2026-12"), "EUR", books).splitlines()
    assert header.startswith('"EXTF";700;21;"Buchungsstapel";13;20261231235959000;')
    assert len(header.split(";")) == 31
    assert columns.split(";") == list(DATEV_COLUMNS)
    assert len(row.split(";")) == len(DATEV_COLUMNS)


def test_every_number_is_as_long_as_the_longest() -> None:
    line = LineItem(kind=LineKind.ENERGY, cause=Cause.DRIVER, amount=Money(5, "EUR"))
    books = Bookkeeping(own_numbers={"revenue:energy": "844010"})
    (row,) = datev_rows(posted(settled([line], taken={})), books).splitlines()
    assert row.split(";")[6:8] == ["140000", "844010"]
    assert datev_head(Month.read("2026-12"), "EUR", books).split(";")[13] == "6"
    shared = Bookkeeping(own_numbers={"tax_payable": "14000"}).shared_numbers()
    assert shared == {"14000": ["driver_receivable", "tax_payable"]}


@given(st.text(alphabet="=+-@;,|\t\r\nx1", max_size=12))
def test_nothing_that_a_spreadsheet_takes_for_a_cell_begins_with_a_formula(text: str) -> None:
    books = {Stand(account="a"): Money(1, "EUR")}
    (row,) = csv.reader(io.StringIO(csv_rows(posted(books, driver=text), Bookkeeping())))
    cells = re.split(r"[;,|\t\r\n]", row[5])
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_spreadsheet_calculates_nothing() -> None:
    books = {Stand(account="driver_receivable"): Money(-1, "ISK")}
    row = csv_rows(posted(books, driver='=1+"2"'), Bookkeeping()).strip()
    assert '"\'=1+""2"""' in row
    assert ",ISK,,1," in row


def test_a_month_begins_at_midnight_of_its_place() -> None:
    march = Month.read("2026-03")
    assert march.begins(BERLIN) == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert march.ends(BERLIN) == datetime(2026, 3, 31, 22, tzinfo=UTC)
    december = Month.read("2026-12")
    assert (str(december), december.last) == ("2026-12", date(2026, 12, 31))
    assert december.ends(UTC) == datetime(2027, 1, 1, tzinfo=UTC)


@given(st.text(max_size=8))
def test_what_is_no_month_is_refused(written: str) -> None:
    try:
        assert str(Month.read(written)) == written
    except ValueError:
        assert (
            len(written) != 7 or not written.replace("-", "").isdecimal() or not 1 <= int(written[5:]) <= 12
        )

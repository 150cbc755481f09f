"""Tables that fleets hand over: whatever a spreadsheet makes of them is read, or said to be unusable."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.desk.fleet_table import MOST_LINES, Flaw, Known, lines_of
from api.desk.tables import MOST_BYTES, TableFlaw, UnusableTable, decoded
from db.tables import Site
from texts.tables import as_text, table

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SITES = (Site(id="north", name="Nordhof", zone="Europe/Berlin"),)
KNOWN = Known(drivers={"van-1"}, sites=SITES, centers=None)
HEADER = "driver;site;date;start;end;cost_center;reference\n"
LINE = "van-1;north;2026-11-24;06:00;07:30;4711;Tour 1\n"


def read(text: str) -> list[Flaw | None]:
    return [line.flaw for line in lines_of(text, KNOWN, NOW)]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + LINE,
        (HEADER + LINE).replace(";", ","),
        (HEADER + LINE).replace(";", "\t"),
        (HEADER + LINE).replace("\n", "\r\n"),
        "Referenz;Kostenstelle;Fahrer;Standort;Datum;Von;Bis\nTour 1;4711;van-1;NORDHOF;24.11.2026;6:00;07:30:00\n",
        "\n" + HEADER + "\n;;;;;;\n" + LINE,
    ],
)
def test_a_line_is_read_however_it_is_written(text: str) -> None:
    (line,) = lines_of(text, KNOWN, NOW)
    assert line.flaw is None
    assert (line.start, line.end) == (
        datetime(2026, 11, 24, 5, 0, tzinfo=UTC),
        datetime(2026, 11, 24, 6, 30, tzinfo=UTC),
    )
    assert (line.site_id, line.cost_center, line.reference) == ("north", "4711", "Tour 1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_decoded_as_spreadsheets_write_it(encoding: str) -> None:
    assert decoded("Müller;Straße".encode(encoding)) == "Müller;Straße"


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"x" * (MOST_BYTES + 1), TableFlaw.TOO_LARGE),
        (b"PK\x03\x04\x00\x00", TableFlaw.UNREADABLE),
        (b"\xff\xfe\x00", TableFlaw.UNREADABLE),
    ],
)
def test_a_file_that_is_no_text_is_not_taken(content: bytes, flaw: TableFlaw) -> None:
    with pytest.raises(UnusableTable) as refused:
        decoded(content)
    assert refused.value.flaw is flaw


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", TableFlaw.NOTHING),
        (HEADER, TableFlaw.NOTHING),
        ("a;b\n1;2\n", TableFlaw.COLUMNS_MISSING),
        (HEADER + LINE * (MOST_LINES + 1), TableFlaw.TOO_MANY_LINES),
        (HEADER + '"van-1;north', TableFlaw.UNREADABLE),
        (HEADER + "x" * 200_000, TableFlaw.UNREADABLE),
    ],
)
def test_a_text_that_is_no_table_is_not_taken(text: str, flaw: TableFlaw) -> None:
    with pytest.raises(UnusableTable) as refused:
        read(text)
    assert refused.value.flaw is flaw


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ("van-1", "van-2", Flaw.DRIVER_UNKNOWN),
        ("north", "south", Flaw.SITE_UNKNOWN),
        ("2026-11-24", "24/11/26", Flaw.DAY_UNREADABLE),
        ("2026-11-24", "9999-12-31", Flaw.DAY_UNREADABLE),
        ("06:00", "25:00", Flaw.TIME_UNREADABLE),
        ("2026-11-24", "2026-11-20", Flaw.IN_PAST),
        ("Tour 1", "x" * 65, Flaw.TEXT_UNUSABLE),
        ("Tour 1", "a\x07b", Flaw.TEXT_UNUSABLE),
    ],
)
def test_a_line_that_cannot_be_asked_for_says_why(old: str, new: str, flaw: Flaw) -> None:
    assert read(HEADER + LINE.replace(old, new) + LINE) == [flaw, None]


def test_a_cost_center_is_one_that_goes_on_where_the_fleet_keeps_any() -> None:
    for centers, flaw in ((None, None), ({"4711"}, None), ({"0815"}, Flaw.COST_CENTER_UNKNOWN)):
        known = Known(drivers={"van-1"}, sites=SITES, centers=centers)
        assert [line.flaw for line in lines_of(HEADER + LINE, known, NOW)] == [flaw]
        (without,) = lines_of(HEADER + LINE.replace("4711", ""), known, NOW)
        assert without.flaw is None


def test_an_end_that_is_no_later_is_on_the_next_day() -> None:
    (line,) = lines_of(HEADER + LINE.replace("07:30", "05:00"), KNOWN, NOW)
    assert line.end == datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@given(st.text(max_size=300))
def test_whatever_is_handed_over_is_read_or_refused(text: str) -> None:
    for content in (text, HEADER + text):
        try:
            lines = lines_of(content, KNOWN, NOW)
        except UnusableTable:
            continue
        assert all(line.flaw is not None or line.start for line in lines)


@given(st.binary(max_size=300))
def test_whatever_bytes_there_are_they_are_text_or_refused(content: bytes) -> None:
    try:
        text = decoded(content)
    except UnusableTable:
        return
    assert "\x00" not in text


def test_what_was_written_as_a_table_reads_back_without_its_guard() -> None:
    row = ["van-1", "north", "2026-11-24", "06:00", "07:30", as_text("=1+1"), as_text("-x")]
    (line,) = lines_of(table(HEADER.strip().split(";"), [row]), KNOWN, NOW)
    assert (line.cost_center, line.reference) == ("=1+1", "-x")


def keys(text: str) -> list[str]:
    return [line.key for line in lines_of(text, KNOWN, NOW)]


def test_a_line_is_the_same_in_whichever_text_it_stands() -> None:
    other = LINE.replace("2026-11-24", "2026-11-25")
    (key,) = keys(HEADER + LINE)
    for text in (
        (HEADER + LINE).replace("\n", "\r\n"),
        HEADER + LINE.replace("2026-11-24", "24.11.2026").replace("north", "NORDHOF"),
        HEADER + "van-2;north;2026-11-24;06:00;07:30;;\n" + other + LINE,
    ):
        assert keys(text)[-1] == key
    assert keys(HEADER + other + LINE)[0] != key


def test_of_what_is_said_twice_in_one_text_each_is_asked_for() -> None:
    first, second = keys(HEADER + LINE + LINE)
    assert first != second
    assert keys(HEADER + LINE * 3)[:2] == [first, second]


def test_a_name_that_several_sites_have_is_none_of_theirs() -> None:
    sites = (*SITES, Site(id="south", name="nordhof", zone="UTC"))
    for name, flaw, site_id in (("Nordhof", Flaw.SITE_AMBIGUOUS, ""), ("south", None, "south")):
        (line,) = lines_of(
            HEADER + LINE.replace("north", name), Known(drivers={"van-1"}, sites=sites, centers=None), NOW
        )
        assert (line.flaw, line.site_id) == (flaw, site_id)

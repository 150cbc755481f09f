"""Tables that people hand over (CSV), read whatever a spreadsheet makes of them: a byte order mark, semicolons or tabs,
columns in any order and by either language's name.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 200_000
_DELIMITERS = (";", "\t", ",")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
"""A cell that was kept from being a formula (`texts.tables`)."""


class TableFlaw(StrEnum):
    TOO_LARGE = "too_large"
    TOO_MANY_LINES = "too_many_lines"
    UNREADABLE = "unreadable"
    COLUMNS_MISSING = "columns_missing"
    NOTHING = "nothing"


class UnusableTable(ValueError):
    """Nothing of it can be taken."""

    def __init__(self, flaw: TableFlaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """`names`: what a header may say → the column it means, without capitals and with underscores for blanks."""

    names: Mapping[str, str]
    needed: frozenset[str]
    most_lines: int


def decoded(content: bytes) -> str:
    """Raises UnusableTable."""
    if len(content) > MOST_BYTES:
        raise UnusableTable(TableFlaw.TOO_LARGE)
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise UnusableTable(TableFlaw.UNREADABLE)


def rows_of(text: str, columns: Columns) -> Sequence[tuple[int, Mapping[str, str]]]:
    """Of those lines that have anything in them: their number (the header is 1), and their cells by column, as far as
    the table has it. Raises UnusableTable.
    """
    if len(text.encode()) > 2 * MOST_BYTES:
        raise UnusableTable(TableFlaw.TOO_LARGE)
    rows = list(_rows(text, columns))
    if len(rows) > columns.most_lines:
        raise UnusableTable(TableFlaw.TOO_MANY_LINES)
    if not rows:
        raise UnusableTable(TableFlaw.NOTHING)
    return rows


def _rows(text: str, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    lines = [*io.StringIO(text, newline="")]  # what else ends a line by Unicode is a character of a cell
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    read = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    try:
        for cells in read:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [columns.names.get(cell.strip().casefold().replace(" ", "_"), "") for cell in cells]
                if not columns.needed <= set(header):
                    raise UnusableTable(TableFlaw.COLUMNS_MISSING)
                continue
            found = zip(header, cells, strict=False)
            yield read.line_num, {name: _unguarded(cell.strip()) for name, cell in found if name}
    except csv.Error as error:
        raise UnusableTable(TableFlaw.UNREADABLE) from error


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell

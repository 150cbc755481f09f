"""Tables for spreadsheets: CSV (RFC 4180), in which no cell is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would calculate instead of show; or what looks as if it was kept from being that already."""


def as_text(value: str) -> str:
    """A cell that is shown as it is, whoever wrote it. `api.desk.tables` reads it back."""
    return f"'{value}" if _FORMULA.match(value) else value


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """`rows`: texts by `as_text`, figures as they are."""
    return lines_of((columns,)) + lines_of(rows)


def lines_of(rows: Iterable[Sequence[str]]) -> str:
    """The same without a head: more of a table."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()

"""Tables for spreadsheets: CSV (RFC 4180), in which no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would calculate instead of show."""


def as_text(value: str) -> str:
    """A cell that is shown as it is, whoever wrote it."""
    return f"'{value}" if value.startswith(_FORMULAS) else value


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """`rows`: texts by `as_text`, figures as they are."""
    return lines_of((columns,)) + lines_of(rows)


def lines_of(rows: Iterable[Sequence[str]]) -> str:
    """The same without a head: more of a table."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()

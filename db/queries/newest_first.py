"""Pages of lists that begin with the newest row: where one goes on is the instant and the number of its last row."""

from datetime import datetime
from typing import NamedTuple, TypeVarTuple

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

Row = TypeVarTuple("Row")


class RowPosition(NamedTuple):
    """Of the last row of the page before."""

    at: datetime
    id: int


def newest_first(
    statement: Select[*Row],
    at: InstrumentedAttribute[datetime],
    number: InstrumentedAttribute[int],
    after: RowPosition | None,
    limit: int,
) -> Select[*Row]:
    """Up to `limit` + 1 rows, of which the extra one tells that there is a next page."""
    if after is not None:
        statement = statement.where(tuple_(at, number) < tuple(after))
    return statement.order_by(at.desc(), number.desc()).limit(limit + 1)

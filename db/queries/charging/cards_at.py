"""Cards as they were when they were shown: a start that is told late was begun by whose card it was then.

In SQL texts it is the function `card_at(shown, at)` of the migrations: one row of a token that is known, with the
driver, group and end that it had then.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, column, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import TableValuedAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Of a card; None: nobody known."""

    driver_id: str | None = None
    group_id: str | None = None


def card_at(shown: Any, at: Any) -> TableValuedAlias:
    """To be joined on true: its `driver_id` and `group_id`."""
    return func.card_at(shown, at).table_valued(column("driver_id", Text), column("group_id", Text))


async def holder_at(connection: AsyncConnection, id_tag: str | None, at: datetime) -> Holder:
    card = card_at(id_tag, at)
    row = (await connection.execute(select(card.c.driver_id, card.c.group_id))).one_or_none()
    return Holder() if row is None else Holder(driver_id=row.driver_id, group_id=row.group_id)

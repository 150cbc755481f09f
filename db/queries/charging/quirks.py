"""Quirks, as operators look at them: of a charger, and of each model."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, cast, distinct, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import ChargerQuirk

ModelPlace = tuple[str, str, str, str, str, str]
"""Of a row in the list of models: vendor, model, firmware, action, path, kind."""
_ROW = ChargerQuirk
_PLACE = (_ROW.vendor, _ROW.model, _ROW.firmware, _ROW.action, _ROW.path, _ROW.kind)


class ModelQuirk(NamedTuple):
    """`chargers`: how many of this model showed it. `seen`: how many messages."""

    vendor: str
    model: str
    firmware: str
    action: str
    path: str
    kind: str
    chargers: int
    seen: int
    last_at: datetime
    example: str

    @property
    def place(self) -> ModelPlace:
        return self.vendor, self.model, self.firmware, self.action, self.path, self.kind


async def of_charger(session: AsyncSession, charger_id: str) -> Sequence[ChargerQuirk]:
    """All of them, the newest first: their number is bounded where they are written."""
    statement = select(_ROW).where(_ROW.charger_id == charger_id)
    return (await session.scalars(statement.order_by(_ROW.last_at.desc(), *_PLACE))).all()


async def of_models(
    session: AsyncSession, *, vendor: str | None, model: str | None, after: ModelPlace | None, limit: int
) -> Sequence[ModelQuirk]:
    """Up to `limit` + 1 by vendor, model and firmware; the extra one tells that there is a next page."""
    statement = (
        select(
            *_PLACE,
            func.count(distinct(_ROW.charger_id)),
            cast(func.sum(_ROW.seen), BigInteger),
            func.max(_ROW.last_at),
            func.max(_ROW.example),
        )
        .group_by(*_PLACE)
        .order_by(*_PLACE)
        .limit(limit + 1)
    )
    if vendor is not None:
        statement = statement.where(_ROW.vendor == vendor)
    if model is not None:
        statement = statement.where(_ROW.model == model)
    if after is not None:
        statement = statement.where(tuple_(*_PLACE) > after)
    rows = await session.execute(statement)
    return [ModelQuirk._make(tuple(row)) for row in rows]

"""Intervals of trouble, for operators: pages of them, and the end of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Charger, Connector, TroubleRow
from domain.charging.connector import TROUBLE
from domain.charging.trouble import Trouble, TroubleCause, TroubleEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleFilter:
    """`connector_number`: of such connectors, and of chargers as a whole, which is trouble there, too.

    `standing`: only what has not ended, or has. `since`: what stood then or later.
    """

    charger_id: str | None = None
    connector_number: int | None = None
    site_id: str | None = None
    standing: bool | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class TroubleAt:
    """`number` None: the whole charger."""

    row: TroubleRow
    site_id: str
    number: int | None


_AT = (
    select(TroubleRow, Charger.site_id, Connector.number)
    .join(Charger, Charger.id == TroubleRow.charger_id)
    .outerjoin(Connector, Connector.id == TroubleRow.connector_id)
)


async def page(
    session: AsyncSession,
    wanted: TroubleFilter,
    after: RowPosition | None,
    limit: int,
    *,
    reach: Sequence[str] | None = None,
) -> Sequence[TroubleAt]:
    """The latest beginning first."""
    row = TroubleRow
    statement = newest_first(_AT, row.began_at, row.id, after, limit)
    if reach is not None:  # sites that are seen
        statement = statement.where(Charger.site_id.in_(reach))
    if wanted.charger_id is not None:
        statement = statement.where(row.charger_id == wanted.charger_id)
    if wanted.connector_number is not None:
        statement = statement.where(
            or_(row.connector_id.is_(None), Connector.number == wanted.connector_number)
        )
    if wanted.site_id is not None:
        statement = statement.where(Charger.site_id == wanted.site_id)
    if wanted.standing is not None:
        statement = statement.where(row.ended_at.is_(None) if wanted.standing else row.ended_at.is_not(None))
    if wanted.since is not None:
        statement = statement.where(or_(row.ended_at.is_(None), row.ended_at >= wanted.since))
    return [TroubleAt(*found) for found in await session.execute(statement)]


async def find(session: AsyncSession, trouble_id: int) -> TroubleAt | None:
    found = (await session.execute(_AT.where(TroubleRow.id == trouble_id))).one_or_none()
    return None if found is None else TroubleAt(*found)


async def end(session: AsyncSession, trouble: TroubleRow, *, at: datetime, reason: str) -> bool:
    """By an operator. The word of its place is believed no more: its status is not known then. False: it was over.

    Rows are locked in the order in which gateways do it: the place, then its trouble.
    """
    place = (
        update(Charger).where(Charger.id == trouble.charger_id)
        if trouble.connector_id is None
        else update(Connector).where(Connector.id == trouble.connector_id)
    )
    await session.execute(_LOCK_CHARGER, {"id": trouble.charger_id})
    if trouble.connector_id is not None:
        await session.execute(_LOCK_CONNECTOR, {"id": trouble.connector_id})
    ended = await session.scalar(
        update(TroubleRow)
        .where(TroubleRow.id == trouble.id, TroubleRow.ended_at.is_(None))
        .values(
            ended_at=func.greatest(at, TroubleRow.began_at),
            ended_by=TroubleEnd.OPERATOR.value,
            end_reason=reason,
        )
        .returning(TroubleRow.id)
    )
    if ended is None:
        return False
    if trouble.plug:
        await session.execute(_DOUBT_PLUGS, {"id": trouble.connector_id, "plug": trouble.plug})
        return True
    if trouble.connector_id is not None:
        await session.execute(place.values(error_code=""))
    broken = [status.value for status in TROUBLE]
    status = Charger.status if trouble.connector_id is None else Connector.status
    await session.execute(place.where(status.in_(broken)).values(status="unknown"))
    return True


_DOUBT_PLUGS = text("""
UPDATE connectors c SET plugs = c.plugs || coalesce((
    SELECT jsonb_object_agg(p.key, 'unknown') FROM jsonb_each_text(c.plugs) p WHERE c.plug_types ->> p.key = :plug
), '{}') WHERE c.id = :id
""")
_LOCK_CHARGER = text("SELECT FROM chargers WHERE id = :id FOR NO KEY UPDATE")
_LOCK_CONNECTOR = text("SELECT FROM connectors WHERE id = :id FOR UPDATE")


async def during(
    session: AsyncSession, charger_id: str, start: datetime, end: datetime
) -> tuple[Trouble, ...]:
    """What of the charger and its connectors stood within [start, end). Not what one type of plug of an EVSE said."""
    row = TroubleRow
    statement = (
        select(row, Connector.number)
        .outerjoin(Connector, Connector.id == row.connector_id)
        .where(row.charger_id == charger_id, row.plug == "", row.began_at < end)
        .where(or_(row.ended_at.is_(None), row.ended_at > start))
    )
    return tuple(
        Trouble(
            cause=TroubleCause(one.cause),
            charger_id=charger_id,
            connector_number=number,
            began_at=one.began_at,
            noticed_at=one.noticed_at,
            ended_at=one.ended_at,
        )
        for one, number in await session.execute(statement)
    )

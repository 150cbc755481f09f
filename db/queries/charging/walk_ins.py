"""Walk-ins' sessions on their way to whoever bills them: what changed, where it was, and what was said last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import (
    Charger,
    ChargingSession,
    Connector,
    Site,
    WalkInChange,
    WalkInHandover,
    WalkInReceiver,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """`told` None: it was taken back."""

    revision: int
    told: dict[str, Any] | None


class PlacedSession(NamedTuple):
    """A session and where it ran. `protocol`: of the charger's last connection."""

    session: ChargingSession
    site: Site
    protocol: str
    number: int


async def note_receiver(session: AsyncSession, *, is_there: bool, now: datetime) -> None:
    """From now on changes are noted, or no more: then those that nobody was told of yet are forgotten."""
    if is_there:
        await session.execute(insert(WalkInReceiver).values(one=True, since=now).on_conflict_do_nothing())
        return
    await session.execute(delete(WalkInReceiver))
    await session.execute(delete(WalkInChange))


async def take_change(session: AsyncSession, now: datetime) -> int | None:
    """The session that waits longest; it is gone with this transaction, and nobody else sees it meanwhile."""
    oldest = (
        select(WalkInChange.session_id)
        .where(WalkInChange.noticed_at <= now)
        .order_by(WalkInChange.noticed_at, WalkInChange.session_id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = delete(WalkInChange).where(WalkInChange.session_id == oldest).returning(WalkInChange.session_id)
    return await session.scalar(taken)


async def put_off(session: AsyncSession, session_id: int, *, until: datetime) -> None:
    changed = update(WalkInChange).where(WalkInChange.session_id == session_id)
    await session.execute(changed.values(noticed_at=until))


async def placed(session: AsyncSession, session_id: int) -> PlacedSession:
    statement = (
        select(ChargingSession, Site, Charger.protocol, Connector.number)
        .join(Charger, Charger.id == ChargingSession.charger_id)
        .join(Site, Site.id == Charger.site_id)
        .join(Connector, Connector.id == ChargingSession.connector_id)
        .where(ChargingSession.id == session_id)
    )
    row = (await session.execute(statement)).one()
    return PlacedSession(row[0], row[1], row[2], row[3])


async def last_handover(session: AsyncSession, session_id: int) -> Handover | None:
    row = await session.get(WalkInHandover, session_id)
    return None if row is None else Handover(revision=row.revision, told=row.told)


async def keep_handover(session: AsyncSession, session_id: int, handover: Handover, now: datetime) -> None:
    values = {"revision": handover.revision, "told": handover.told, "told_at": now}
    statement = insert(WalkInHandover).values(session_id=session_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=values))

"""Chargers for operators: connection, capabilities, connectors and what they last reported."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Charger, ChargerEventRow, Connector


async def find(session: AsyncSession, charger_id: str) -> Charger | None:
    return await session.get(Charger, charger_id)


async def page(
    session: AsyncSession,
    *,
    site_id: str | None,
    connected: bool | None,
    after: str | None,
    limit: int,
) -> Sequence[Charger]:
    """Up to `limit` + 1 chargers by id; the extra one tells that there is a next page."""
    statement = select(Charger).order_by(Charger.id).limit(limit + 1)
    if site_id is not None:
        statement = statement.where(Charger.site_id == site_id)
    if connected is not None:
        is_connected = Charger.gateway_instance.is_not(None)
        statement = statement.where(is_connected if connected else ~is_connected)
    if after is not None:
        statement = statement.where(Charger.id > after)
    return (await session.scalars(statement)).all()


async def connectors_of(session: AsyncSession, charger_id: str) -> Sequence[Connector]:
    statement = select(Connector).where(Connector.charger_id == charger_id).order_by(Connector.number)
    return (await session.scalars(statement)).all()


async def recent_events(session: AsyncSession, charger_id: str, limit: int = 50) -> Sequence[ChargerEventRow]:
    statement = (
        select(ChargerEventRow)
        .where(ChargerEventRow.charger_id == charger_id)
        .order_by(ChargerEventRow.received_at.desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()

"""Chargers for operators: connection, capabilities, connectors and what they last reported."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import cast, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.tables import Charger, ChargerTraffic, Connector, InboxEvent, LocalListRow, Source
from domain.charging.connector import TROUBLE
from domain.charging.events import ChargerEventKind

_SEARCHED_FOR_FAULTS = 5_000
"""Events of one charger: a connector that flaps all day must not make a page slow."""


async def find(session: AsyncSession, charger_id: str) -> Charger | None:
    return await session.get(Charger, charger_id)


async def page(
    session: AsyncSession,
    *,
    site_id: str | None,
    connected: bool | None,
    reach: Sequence[str] | None,
    after: str | None,
    limit: int,
) -> Sequence[Charger]:
    """Up to `limit` + 1 chargers by id; the extra one tells that there is a next page. `reach`: sites that are seen."""
    statement = select(Charger).order_by(Charger.id).limit(limit + 1)
    if site_id is not None:
        statement = statement.where(Charger.site_id == site_id)
    if reach is not None:
        statement = statement.where(Charger.site_id.in_(reach))
    if connected is not None:
        is_connected = Charger.gateway_instance.is_not(None)
        statement = statement.where(is_connected if connected else ~is_connected)
    if after is not None:
        statement = statement.where(Charger.id > after)
    return (await session.scalars(statement)).all()


async def remember_settings(
    session: AsyncSession, charger_id: str, values: Mapping[str, str], now: datetime
) -> None:
    """What a charger has agreed to be set to."""
    added = Charger.configuration.op("||")(cast(dict(values), JSONB))
    await session.execute(
        update(Charger).where(Charger.id == charger_id).values(configuration=added, configuration_at=now)
    )


async def connectors_of(session: AsyncSession, charger_id: str) -> Sequence[Connector]:
    statement = select(Connector).where(Connector.charger_id == charger_id).order_by(Connector.number)
    return (await session.scalars(statement)).all()


async def recent_events(session: AsyncSession, charger_id: str, limit: int = 50) -> Sequence[InboxEvent]:
    statement = (
        select(InboxEvent)
        .where(InboxEvent.source == Source.CHARGER, InboxEvent.subject == charger_id)
        .order_by(InboxEvent.received_at.desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def recent_faults(session: AsyncSession, charger_id: str, limit: int = 20) -> Sequence[InboxEvent]:
    """The newest edges to Faulted or Unavailable among the charger's last few thousand events, newest first."""
    latest = (
        select(InboxEvent)
        .where(InboxEvent.source == Source.CHARGER, InboxEvent.subject == charger_id)
        .order_by(InboxEvent.received_at.desc())
        .limit(_SEARCHED_FOR_FAULTS)
        .subquery()
    )
    event = aliased(InboxEvent, latest)
    statement = (
        select(event)
        .where(
            event.kind == ChargerEventKind.CONNECTOR_STATUS.value,
            event.payload["status"].astext.in_([status.value for status in TROUBLE]),
        )
        .order_by(event.received_at.desc(), event.id.desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def local_list_of(session: AsyncSession, charger_id: str) -> LocalListRow | None:
    """The list that we keep in step; None: none has been sent."""
    return await session.get(LocalListRow, charger_id)


async def traffic_of(session: AsyncSession, charger_id: str) -> ChargerTraffic | None:
    """Its last messages and pending commands; None: no gateway has written any."""
    return await session.get(ChargerTraffic, charger_id)

"""Charging sessions for operators: everybody's, walk-ins' too, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Bay, Charger, ChargingSession, Connector
from domain.charging.clocks import InstantBasis
from domain.charging.evidence import RELEASED


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """`from_`/`to`: sessions that began in [from_, to). `walk_in`: without, or with, a reservation that prices it."""

    site_id: str | None = None
    charger_id: str | None = None
    connector_id: int | None = None
    driver_id: str | None = None
    reservation_code: str | None = None
    walk_in: bool | None = None
    authorised: bool | None = None
    open: bool | None = None
    from_: datetime | None = None
    to: datetime | None = None


class ListedSession(NamedTuple):
    """A session and where it runs: site, number of the connector, what is painted on the bay."""

    session: ChargingSession
    site_id: str
    connector_number: int
    bay: str | None


_LISTED: Select[ChargingSession, str, int, str | None] = (
    select(ChargingSession, Charger.site_id, Connector.number, Bay.label)
    .join(Connector, Connector.id == ChargingSession.connector_id)
    .join(Charger, Charger.id == ChargingSession.charger_id)
    .outerjoin(Bay, Bay.id == Connector.bay_id)
)


async def page(
    session: AsyncSession,
    wanted: SessionFilter,
    after: RowPosition | None,
    limit: int,
    *,
    reach: Sequence[str] | None = None,
) -> Sequence[ListedSession]:
    """The one that began last first. `reach`: sites that are seen; None: all."""
    row = ChargingSession
    listed = _LISTED if reach is None else _LISTED.where(Charger.site_id.in_(reach))
    found = newest_first(_filtered(listed, wanted), row.started_at, row.id, after, limit)
    return [ListedSession(one[0], one[1], one[2], one[3]) for one in await session.execute(found)]


async def find(session: AsyncSession, session_id: int) -> ListedSession | None:
    row = (await session.execute(_LISTED.where(ChargingSession.id == session_id))).one_or_none()
    return None if row is None else ListedSession(row[0], row[1], row[2], row[3])


async def release(session: AsyncSession, session_id: int, now: datetime) -> bool:
    """End an open one of nobody's reservation; False when it is over, or a reservation's, by now."""
    ended = await session.scalar(
        update(ChargingSession)
        .where(
            ChargingSession.id == session_id,
            ChargingSession.ended_at.is_(None),
            ChargingSession.reservation_code.is_(None),
        )
        .values(
            ended_at=func.greatest(now, ChargingSession.started_at),
            ended_basis=InstantBasis.ESTIMATED.value,
            stop_reason=RELEASED,
            meter_start_wh=func.greatest(ChargingSession.meter_start_wh, 0),
            meter_last_wh=func.greatest(ChargingSession.meter_last_wh, 0),
        )
        .returning(ChargingSession.id)
    )
    return ended is not None


def _filtered(
    statement: Select[ChargingSession, str, int, str | None], wanted: SessionFilter
) -> Select[ChargingSession, str, int, str | None]:
    row = ChargingSession
    equal = (
        (Charger.site_id, wanted.site_id),
        (row.charger_id, wanted.charger_id),
        (row.connector_id, wanted.connector_id),
        (row.driver_id, wanted.driver_id),
        (row.reservation_code, wanted.reservation_code),
        (row.authorised, wanted.authorised),
    )
    statement = statement.where(*(column == value for column, value in equal if value is not None))
    if wanted.walk_in is not None:
        statement = statement.where(row.reservation_code.is_(None) == wanted.walk_in)
    if wanted.open is not None:
        statement = statement.where(row.ended_at.is_(None) == wanted.open)
    if wanted.from_ is not None:
        statement = statement.where(row.started_at >= wanted.from_)
    if wanted.to is not None:
        statement = statement.where(row.started_at < wanted.to)
    return statement

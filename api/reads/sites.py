"""Sites, their connectors as they are now, the terms in force, and what is already held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import policy_from_document, tariff_from_document
from db.tables import Bay, Charger, Connector, Hold, PolicyVersion, Pool, Site, TariffVersion
from domain.policy import Policy
from domain.slots import Slot
from domain.tariff import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedConnector:
    """A connector with where it is; `online`: a gateway holds its charger's connection."""

    connector: Connector
    bay: str | None
    online: bool


async def all_sites(session: AsyncSession, limit: int = 1000) -> Sequence[Site]:
    return (await session.scalars(select(Site).order_by(Site.id).limit(limit))).all()


async def pools_of(session: AsyncSession, site_id: str) -> Sequence[Pool]:
    return (await session.scalars(select(Pool).where(Pool.site_id == site_id).order_by(Pool.id))).all()


async def connectors_of(session: AsyncSession, site_id: str) -> list[PlacedConnector]:
    statement = (
        select(Connector, Bay.label, Charger.gateway_instance)
        .join(Charger, Connector.charger_id == Charger.id)
        .outerjoin(Bay, Connector.bay_id == Bay.id)
        .where(Charger.site_id == site_id)
        .order_by(Connector.id)
    )
    return [
        PlacedConnector(connector=connector, bay=label, online=instance is not None)
        for connector, label, instance in (await session.execute(statement))
    ]


async def held_windows(
    session: AsyncSession, pool_ids: Sequence[str], from_: datetime, to: datetime
) -> dict[str, list[Slot]]:
    """By pool: the windows (turnover buffer included) of unreleased holds that touch [from_, to)."""
    span = Range(from_, to, bounds="[)")
    statement = select(Hold.pool_id, func.lower(Hold.during), func.upper(Hold.during)).where(
        Hold.pool_id.in_(pool_ids), Hold.released_at.is_(None), Hold.during.overlaps(span)
    )
    held: dict[str, list[Slot]] = {pool_id: [] for pool_id in pool_ids}
    for pool_id, start, end in await session.execute(statement):
        held[pool_id].append(Slot(start, end))
    return held


async def policy_at(session: AsyncSession, site_id: str, now: datetime) -> Policy | None:
    """The site's policy in force, else the default's."""
    document = await session.scalar(_in_force(PolicyVersion, site_id, now))
    return None if document is None else policy_from_document(document)


async def tariff_at(session: AsyncSession, site_id: str, now: datetime) -> Tariff | None:
    document = await session.scalar(_in_force(TariffVersion, site_id, now))
    return None if document is None else tariff_from_document(document)


def _in_force(
    table: type[PolicyVersion] | type[TariffVersion], site_id: str, now: datetime
) -> Select[dict[str, Any]]:
    return (
        select(table.document)
        .where((table.site_id == site_id) | table.site_id.is_(None), table.valid_from <= now)
        .order_by(table.site_id.nulls_last(), table.version.desc())
        .limit(1)
    )

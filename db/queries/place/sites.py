"""Sites, their pools and connectors, and what lies nearby."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Bay, Charger, Connector, Pool, Site
from domain.errors import UnknownPool, UnknownSite

NEARBY_M = 25_000
"""Farther is no replacement for a driver who stands at the charger."""
_EARTH_M = 6_371_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    site: Site
    distance_m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedConnector:
    """A connector with where it is; `online`: a gateway holds its charger's connection."""

    connector: Connector
    bay: str | None
    online: bool


async def all_sites(session: AsyncSession, limit: int = 1000) -> Sequence[Site]:
    """Sites, by id."""
    return (await session.scalars(select(Site).order_by(Site.id).limit(limit))).all()


async def site_of(session: AsyncSession, site_id: str) -> Site:
    """Raises UnknownSite."""
    site = await session.get(Site, site_id)
    if site is None:
        raise UnknownSite(f"there is no site {site_id!r}")
    return site


async def all_pools_of(session: AsyncSession, site_id: str) -> Sequence[Pool]:
    """Every pool of the site, most powerful first."""
    statement = select(Pool).where(Pool.site_id == site_id)
    return (await session.scalars(statement.order_by(Pool.power_w.desc(), Pool.id))).all()


async def placed_connectors(session: AsyncSession, site_id: str) -> list[PlacedConnector]:
    """Every connector of the site as it is now, by id."""
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


async def pools_of(
    session: AsyncSession, site_id: str, *, pool_id: str | None = None, connector_type: str | None = None
) -> Sequence[Pool]:
    """Pools of the site that match, most powerful first. Raises UnknownPool when none does."""
    statement = select(Pool).where(Pool.site_id == site_id)
    if pool_id is not None:
        statement = statement.where(Pool.id == pool_id)
    if connector_type is not None:
        statement = statement.where(Pool.connector_type == connector_type)
    pools = (await session.scalars(statement.order_by(Pool.power_w.desc(), Pool.id))).all()
    if not pools:
        raise UnknownPool(f"site {site_id} has no such pool; see its pools and connector types")
    return pools


async def sites_near(session: AsyncSession, site: Site, limit: int = 5) -> list[Neighbour]:
    """Other sites within NEARBY_M metres, nearest first (great-circle distance)."""
    half = func.power(func.sin(func.radians(Site.latitude - site.latitude) / 2), 2) + func.cos(
        func.radians(site.latitude)
    ) * func.cos(func.radians(Site.latitude)) * func.power(
        func.sin(func.radians(Site.longitude - site.longitude) / 2), 2
    )
    distance = (2 * _EARTH_M * func.asin(func.sqrt(func.least(1.0, half)))).label("distance")
    statement = select(Site, distance).where(Site.id != site.id, distance <= NEARBY_M)
    rows = await session.execute(statement.order_by(distance, Site.id).limit(limit))
    return [Neighbour(site=row[0], distance_m=round(row[1])) for row in rows]

"""Sites as people see them, their pools and connectors, and which lie nearby."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Bay, Charger, Connector, Pool, Site
from domain.errors import UnknownSite
from domain.facts.refusals import NoSuchSite
from domain.place.nearby import Spot, latitudes_nearby, nearest


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
        raise UnknownSite(NoSuchSite(site_id=site_id))
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


async def sites_near(session: AsyncSession, home: Site) -> dict[str, int]:
    """Site id → metres from `home`, nearest first, as far as drivers are sent."""
    spot = Spot(site_id=home.id, latitude=home.latitude, longitude=home.longitude)
    others = select(Site.id, Site.latitude, Site.longitude).where(
        Site.latitude.between(*latitudes_nearby(spot))
    )
    rows = await session.execute(others)
    return nearest(spot, (Spot(site_id=row[0], latitude=row[1], longitude=row[2]) for row in rows))

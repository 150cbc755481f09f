"""Sites, and which lie nearby."""

from collections.abc import Collection, Sequence

from sqlalchemy import collate, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Site
from domain.errors import UnknownSite
from domain.facts.refusals import NoSuchSite
from domain.place.nearby import Spot, latitudes_nearby, nearest


async def all_sites(session: AsyncSession, limit: int | None = None) -> Sequence[Site]:
    """By id, letter by letter. `limit` None: all of them, as whoever looks one up takes what is missing for no site."""
    return (await session.scalars(select(Site).order_by(collate(Site.id, "C")).limit(limit))).all()


async def site_of(session: AsyncSession, site_id: str) -> Site:
    """Raises UnknownSite."""
    site = await session.get(Site, site_id)
    if site is None:
        raise UnknownSite(NoSuchSite(site_id=site_id))
    return site


def spot_of(site: Site) -> Spot:
    return Spot(site_id=site.id, latitude=site.latitude, longitude=site.longitude)


async def spots_of(session: AsyncSession, site_ids: Collection[str]) -> dict[str, Spot]:
    """By id, of those that are there."""
    found = await session.scalars(select(Site).where(Site.id.in_(site_ids)))
    return {site.id: spot_of(site) for site in found}


async def sites_near(session: AsyncSession, home: Site) -> dict[str, int]:
    """Site id → metres from `home`, nearest first, as far as drivers are sent."""
    spot = spot_of(home)
    others = select(Site.id, Site.latitude, Site.longitude).where(
        Site.latitude.between(*latitudes_nearby(spot))
    )
    rows = await session.execute(others)
    return nearest(spot, (Spot(site_id=row[0], latitude=row[1], longitude=row[2]) for row in rows))

"""What a seed says of how large the bays of a site are, and what they are for."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.bays import shape_bays
from db.seed.checks import SeedInvalid
from db.seed.plan import BaySeed, SiteSeed
from domain.errors import UnknownBay
from domain.place.fit import BayShape


async def seed_bays(session: AsyncSession, site: SiteSeed) -> None:
    """Once the site's connectors are written. Raises SeedInvalid for a bay that none of them has."""
    try:
        await shape_bays(session, site.id, {bay.label: _shape_of(bay) for bay in site.bays})
    except UnknownBay as error:
        raise SeedInvalid([f"site {site.id}: bays: {error.message}"]) from error


def _shape_of(bay: BaySeed) -> BayShape:
    return BayShape(
        length_cm=bay.length_cm,
        width_cm=bay.width_cm,
        height_cm=bay.height_cm,
        trailer=bay.trailer,
        drive_through=bay.drive_through,
        accessible=bay.accessible,
    )

"""What a seed says of which connectors of a site serve one car at a time: sharing a bay, an EVSE or a power cable."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.berths import PromisedTwice, join_berths
from db.seed.checks import SeedInvalid
from db.seed.plan import SiteSeed


async def seed_berths(session: AsyncSession, site: SiteSeed) -> None:
    """The berth of each connector of the site, once all of them are written.

    Raises SeedInvalid when connectors become one berth that are promised to two drivers at once.
    """
    try:
        await join_berths(session, site.id)
    except PromisedTwice as error:
        raise SeedInvalid(
            [f"site {site.id}: connectors that are to share a bay are promised to two drivers at once"]
        ) from error

"""What a seed says of where the bays of a site are."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.site_plans import labels_at, lay_plan
from db.seed.checks import SeedInvalid
from db.seed.plan import SiteSeed
from domain.errors import SitePlanInvalid
from domain.place.plan_flaws import plan_flaws


async def seed_plan(session: AsyncSession, site: SiteSeed) -> None:
    """Once the site's connectors are written. Raises SeedInvalid with each flaw of the plan."""
    if site.plan is None:
        return
    flaws = [*plan_flaws(site.plan, await labels_at(session, site.id))]
    if flaws:
        raise SeedInvalid(f"site {site.id}: plan: {SitePlanInvalid(flaw.fact).message}" for flaw in flaws)
    await lay_plan(session, site.id, site.plan)

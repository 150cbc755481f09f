"""A berth that is closed for maintenance is left by holds whose connector nobody was told yet."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.writing import others_moved
from db.queries.place.maintenance import StandingHold
from db.queries.place.pools import decided, load_pools
from domain.place.choice import Choice
from domain.place.choosing import for_clearing
from domain.place.pool import neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import occupied_window
from domain.terms.policy import Policy


async def repacked(
    session: AsyncSession, hold: StandingHold, facts: PoolFacts, policy: Policy, now: datetime
) -> bool:
    """To another connector of its pool, which is locked; False: there is none, or it was told already."""
    around = neighbourhood(occupied_window(hold.slot, policy.slots.buffer))
    seen_by = facts.wanted_for(hold.plug) if hold.plug else facts
    pools = await load_pools(session, [seen_by], around, {facts.site_id: policy}, now)
    found = await decided(session, pools, lambda seen: for_clearing(seen[0], hold.id, hold.code))
    if not isinstance(found, Choice):
        return False
    async with others_moved(session, {**found.moves, hold.id: found.connector_id}):
        return True

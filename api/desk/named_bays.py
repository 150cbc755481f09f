"""A price of one bay by name: is it there, does it fit, and what does keeping to it take from others?"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.pools import decided, load_pools
from db.queries.place.terms import Versions
from domain.place.admission import Admission
from domain.place.bay_by_name import check_cost, named_bay
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.fit import Needs
from domain.place.holds import times_of
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.terms.accepted import Terms
from domain.terms.access_rules import Caller
from domain.terms.named_bay import NamedBay

_NOBODY = ""
"""Code of a booking that does not exist yet."""


async def bay_told(
    session: AsyncSession,
    found: Versions,
    terms: Terms,
    caller: Caller,
    facts: Sequence[PoolFacts],
    slot: Slot,
    needs: Needs,
    now: datetime,
) -> NamedBay | None:
    """What it takes from others; None: none is named, or it is not free at this moment. Raises BayCostsTooMuch."""
    if not needs.bay:
        return None
    times, site = times_of(slot, terms.policy), found.site
    admissions = {site.id: Admission(access, caller, site.zone)} if (access := found.access) else {}
    span, policies = neighbourhood(times.window), {site.id: terms.policy}
    pools = await load_pools(session, facts, span, policies, now, admissions, needs)

    def cost(seen: Sequence[Pool]) -> NamedBay | None:
        choice = for_booking(seen, slot, _NOBODY)
        if not isinstance(choice, Choice):
            return None
        pool = next(one for one in seen if one.facts.id == choice.pool_id)
        return named_bay(pool, times, _NOBODY, choice)

    told = await decided(session, pools, cost)
    check_cost(told, terms.policy)
    return told

"""What a refused driver may book instead: loads pools here and nearby, and lets the domain rank what they offer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import Alternative
from db.queries.place.pools import decided, load_pools, pools_at
from db.queries.place.sites import sites_near
from db.queries.place.terms import terms_at, terms_in_force
from db.tables import Site
from domain.place.alternatives import MOST, SEARCH, Offer, offers_here, offers_nearby
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, occupied_window
from domain.terms.policy import Policy


async def alternatives(
    session: AsyncSession,
    *,
    site_id: str,
    pool_id: str | None,
    connector_type: str | None,
    slot: Slot,
    now: datetime,
) -> tuple[Alternative, ...]:
    """At most MOST, best first; the plug stays the wanted one if the driver named it or a pool."""
    home = await session.get(Site, site_id)
    if home is None:
        return ()
    policy = (await terms_at(session, home, now)).policy
    facts = await pools_at(session, [home.id])
    plug = connector_type or next((pool.connector_type for pool in facts if pool.id == pool_id), None)
    fitting = [pool.wanted_for(plug) for pool in facts if pool.has(plug)]
    span = occupied_window(Slot(slot.start - SEARCH, slot.end + SEARCH), policy.slots.buffer)
    pools = await load_pools(session, fitting, span, {home.id: policy}, now)
    offers = await decided(session, pools, lambda seen: offers_here(seen, slot, wanted_pool=pool_id))
    found = [_alternative(home, 0, offer) for offer in offers]
    if len(found) < MOST:
        found += await _nearby(session, home, plug, slot, now)
    return tuple(found[:MOST])


async def _nearby(
    session: AsyncSession, home: Site, plug: str | None, slot: Slot, now: datetime
) -> list[Alternative]:
    distances = await sites_near(session, home)
    sites = {site.id: site for site in await session.scalars(select(Site).where(Site.id.in_(distances)))}
    policies = await _policies(session, list(sites.values()), now)
    facts = [pool.wanted_for(plug) for pool in await pools_at(session, policies) if pool.has(plug)]
    buffer = max((policy.slots.buffer for policy in policies.values()), default=slot.length)
    span = neighbourhood(occupied_window(slot, buffer))
    pools = await load_pools(session, facts, span, policies, now)

    def ask(seen: Sequence[Pool]) -> list[Offer]:
        return offers_nearby([[p for p in seen if p.facts.site_id == site] for site in distances], slot)

    offers = await decided(session, pools, ask)
    return [
        _alternative(sites[offer.pool.facts.site_id], distances[offer.pool.facts.site_id], offer)
        for offer in offers
    ]


async def _policies(session: AsyncSession, sites: Sequence[Site], now: datetime) -> dict[str, Policy]:
    """By site id, of those that are open for booking."""
    terms = {site.id: await terms_in_force(session, site, now) for site in sites}
    return {site_id: known.policy for site_id, known in terms.items() if known is not None}


def _alternative(site: Site, distance_m: int, offer: Offer) -> Alternative:
    facts: PoolFacts = offer.pool.facts
    return Alternative(
        site_id=site.id,
        site_name=site.name,
        site_address=site.address,
        pool_id=facts.id,
        slot=offer.slot,
        power_w=facts.power_w,
        distance_m=distance_m,
        reservation_fee=offer.pool.policy.reservation_fee,
        reason=offer.reason,
    )

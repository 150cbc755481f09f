"""/v1/sites: where one can charge, and when."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from api.auth import AuthenticatedRoute
from api.availability import Occupancy, candidate_slots, free_in
from api.problems import documented
from api.reads import sites
from api.schemas.fields import Identifier, Instant
from api.schemas.sites import (
    AvailabilityOut,
    PoolAvailabilityOut,
    SiteDetailOut,
    SitesOut,
    WindowOut,
    connector_out,
    pool_out,
    site_out,
    terms_out,
)
from api.services import Anyone, ServicesHere
from db.tables import Pool, Site
from domain.charging import ConnectorStatus
from domain.errors import SlotInvalid, UnknownPool, UnknownSite
from domain.policy import Policy

_LONGEST_SPAN = timedelta(days=31)
_DEFAULT_SPAN = timedelta(days=1)
_DEFAULT_LENGTH = timedelta(hours=1)
_RESPONSES = documented(
    "token_missing", "token_invalid", "token_expired", "scope_missing", "site_unknown", "invalid_request",
    "database_unavailable",
)  # fmt: skip

router = APIRouter(prefix="/v1/sites", tags=["sites"], route_class=AuthenticatedRoute, responses=_RESPONSES)


@router.get("")
async def list_sites(_principal: Anyone, services: ServicesHere) -> SitesOut:
    """All sites."""
    async with services.sessions() as session:
        return SitesOut(items=[site_out(site) for site in await sites.all_sites(session)])


@router.get("/{site_id}")
async def read_site(site_id: Identifier, _principal: Anyone, services: ServicesHere) -> SiteDetailOut:
    """A site with its pools, its connectors as they are now, and the terms of a booking made now."""
    now = services.clock()
    async with services.sessions() as session:
        site = await _site(session, site_id)
        pools = await sites.pools_of(session, site_id)
        placed = await sites.connectors_of(session, site_id)
        terms = terms_out(
            await sites.policy_at(session, site_id, now), await sites.tariff_at(session, site_id, now)
        )
    counts = Counter(item.connector.pool_id for item in placed)
    return SiteDetailOut(
        **site_out(site).model_dump(),
        pools=[pool_out(pool, counts[pool.id]) for pool in pools],
        connectors=[connector_out(item) for item in placed],
        terms=terms,
    )


@router.get("/{site_id}/availability", responses=documented("pool_unknown", "slot_invalid"))
async def availability(
    site_id: Identifier,
    _principal: Anyone,
    services: ServicesHere,
    from_: Annotated[Instant | None, Query(alias="from", description="Default: now")] = None,
    to: Annotated[Instant | None, Query(description="Default: a day after `from`; at most 31 days")] = None,
    duration_minutes: Annotated[int | None, Query(ge=1, le=1440)] = None,
    duration_seconds: Annotated[
        int | None, Query(ge=1, le=86400, description="Instead of minutes; default: one hour, as allowed")
    ] = None,
    pool_id: Identifier | None = None,
    connector_type: Identifier | None = None,
) -> AvailabilityOut:
    """Bookable windows on the site's grid with how many connectors are left, and the connectors live.

    A preview: only a booking holds anything.
    """
    now = services.clock()
    begin = from_ or now
    end = to or begin + _DEFAULT_SPAN
    if not begin < end <= begin + _LONGEST_SPAN:
        raise SlotInvalid("`to` must lie after `from`, by at most 31 days")
    async with services.sessions() as session:
        await _site(session, site_id)
        pools = _chosen(await sites.pools_of(session, site_id), pool_id, connector_type)
        policy = await sites.policy_at(session, site_id, now)
        tariff = await sites.tariff_at(session, site_id, now)
        placed = await sites.connectors_of(session, site_id)
        length = _length(duration_minutes, duration_seconds, policy)
        margin = length + (policy.slots.buffer if policy else timedelta(0))
        held = await sites.held_windows(session, [pool.id for pool in pools], begin, end + margin)
    usable = Counter(
        item.connector.pool_id for item in placed if ConnectorStatus(item.connector.status).is_usable
    )
    wanted = {pool.id for pool in pools}
    return AvailabilityOut(
        from_=begin,
        to=end,
        site_id=site_id,
        duration_seconds=int(length.total_seconds()),
        pools=[
            PoolAvailabilityOut(
                pool_id=pool.id,
                connector_type=pool.connector_type,
                power_w=pool.power_w,
                bookable_connectors=(bookable := max(0, usable[pool.id] - pool.walk_in_connectors)),
                windows=_windows(Occupancy(held[pool.id]), bookable, policy, begin, end, length, now),
            )
            for pool in pools
        ],
        connectors=[connector_out(item) for item in placed if item.connector.pool_id in wanted],
        terms=terms_out(policy, tariff),
    )


def _windows(
    occupancy: Occupancy,
    bookable: int,
    policy: Policy | None,
    begin: datetime,
    end: datetime,
    length: timedelta,
    now: datetime,
) -> list[WindowOut]:
    if policy is None or bookable == 0:
        return []
    slots = candidate_slots(begin, end, length, policy.slots, now)
    counted = ((slot, free_in(occupancy, slot, policy.slots, bookable)) for slot in slots)
    return [WindowOut(start=slot.start, end=slot.end, free=free) for slot, free in counted if free]


def _length(minutes: int | None, seconds: int | None, policy: Policy | None) -> timedelta:
    if minutes is not None and seconds is not None:
        raise SlotInvalid("give duration_minutes or duration_seconds, not both")
    if minutes is not None:
        return timedelta(minutes=minutes)
    if seconds is not None:
        return timedelta(seconds=seconds)
    if policy is None:
        return _DEFAULT_LENGTH
    return min(max(_DEFAULT_LENGTH, policy.slots.shortest), policy.slots.longest)


def _chosen(pools: Sequence[Pool], pool_id: str | None, connector_type: str | None) -> list[Pool]:
    if pool_id is not None and pool_id not in {pool.id for pool in pools}:
        raise UnknownPool(f"the site has no pool {pool_id!r}")
    return [
        pool for pool in pools if pool_id in (None, pool.id) and connector_type in (None, pool.connector_type)
    ]


async def _site(session: AsyncSession, site_id: str) -> Site:
    site = await session.get(Site, site_id)
    if site is None:
        raise UnknownSite(f"there is no site {site_id!r}; see /v1/sites")
    return site

"""/v1/sites: where one can charge, and when."""

from collections import Counter
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.problems import documented
from api.services import Anyone, ServicesHere
from api.tokens.bearer import AuthenticatedRoute
from api.v1.schemas.fields import Identifier, Instant
from api.v1.schemas.sites import (
    AvailabilityOut,
    SiteDetailOut,
    SitesOut,
    connector_out,
    pool_availability_out,
    pool_out,
    site_out,
    terms_out,
)
from db.queries.place import sites
from db.queries.place.availability import availability as availability_of
from db.queries.place.terms import terms_in_force
from domain.errors import SlotInvalid

_DEFAULT_SPAN = timedelta(days=1)
_RESPONSES = documented(
    "token_missing", "token_invalid", "token_expired", "scope_missing", "site_unknown", "invalid_request",
    "database_unavailable",
)  # fmt: skip

router = APIRouter(prefix="/v1/sites", tags=["sites"], route_class=AuthenticatedRoute, responses=_RESPONSES)


@router.get("", summary="List all sites")
async def list_sites(_principal: Anyone, services: ServicesHere) -> SitesOut:
    """All sites."""
    async with services.sessions() as session:
        return SitesOut(items=[site_out(site) for site in await sites.all_sites(session)])


@router.get("/{site_id}", summary="Show a site, its connectors and terms")
async def read_site(site_id: Identifier, _principal: Anyone, services: ServicesHere) -> SiteDetailOut:
    """A site with its pools, its connectors as they are now, and the terms of a booking made now."""
    async with services.sessions() as session:
        site = await sites.site_of(session, site_id)
        pools = await sites.all_pools_of(session, site_id)
        placed = await sites.placed_connectors(session, site_id)
        terms = await terms_in_force(session, site, services.clock())
    counts = Counter(item.connector.pool_id for item in placed)
    return SiteDetailOut(
        **site_out(site).model_dump(),
        pools=[pool_out(pool, counts[pool.id]) for pool in pools],
        connectors=[connector_out(item) for item in placed],
        terms=terms_out(terms),
    )


@router.get(
    "/{site_id}/availability",
    summary="List the windows that can be booked",
    responses=documented("pool_unknown", "slot_invalid"),
)
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

    A preview: only a booking holds anything. When there are more windows than fit, `next_from` continues.
    """
    now = services.clock()
    begin = from_ or now
    end = to or begin + _DEFAULT_SPAN
    async with services.sessions() as session:
        found = await availability_of(
            session,
            site_id=site_id,
            start=begin,
            end=end,
            now=now,
            pool_id=pool_id,
            connector_type=connector_type,
            length=_length(duration_minutes, duration_seconds),
        )
        placed = await sites.placed_connectors(session, site_id)
    wanted = {offer.pool.id for offer in found.pools}
    return AvailabilityOut(
        from_=begin,
        to=end,
        site_id=site_id,
        duration_seconds=int(found.length.total_seconds()),
        next_from=found.next_from,
        pools=[pool_availability_out(offer) for offer in found.pools],
        connectors=[connector_out(item) for item in placed if item.connector.pool_id in wanted],
        terms=terms_out(found.terms),
    )


def _length(minutes: int | None, seconds: int | None) -> timedelta | None:
    if minutes is not None and seconds is not None:
        raise SlotInvalid("give duration_minutes or duration_seconds, not both")
    if minutes is not None:
        return timedelta(minutes=minutes)
    return None if seconds is None else timedelta(seconds=seconds)

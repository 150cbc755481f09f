"""/v1/sites: where one can charge, and when."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import Anyone, AuthenticatedRoute
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.routes.windows import WindowsHere
from api.v1.schemas.fields import LINE, Identifier
from api.v1.schemas.sites import AvailabilityOut, SiteDetailOut, SitesOut
from api.v1.views.sites import availability_out, site_detail_out, site_out
from domain.place.finding import SiteWish

router = APIRouter(
    prefix="/v1/sites",
    tags=["sites"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "site_unknown", "invalid_request", "database_unavailable"),
)


@router.get("", summary="List all sites")
async def list_sites(
    _principal: Anyone,
    services: ServicesHere,
    words: Annotated[
        str, Query(max_length=100, pattern=LINE, description="Each stands in the name or address")
    ] = "",
    connector_type: Annotated[
        Identifier | None, Query(description="OCPI type of a plug that there is, with `power_w`")
    ] = None,
    power_w: Annotated[int, Query(ge=0, le=10_000_000, description="At least")] = 0,
) -> SitesOut:
    """All sites, or those that suit."""
    wish = SiteWish(words=words, plug=connector_type, power_w=power_w)
    return SitesOut(items=[site_out(one.site) for one in await services.desk.site_search.find(wish)])


@router.get("/{site_id}", summary="Show a site, its connectors and terms")
async def read_site(
    site_id: Identifier, principal: Anyone, services: ServicesHere, reader: ReaderHere
) -> SiteDetailOut:
    """A site with its pools, its connectors as they are now, and the terms of a booking made now."""
    return site_detail_out(await services.desk.sites.one(principal, site_id), reader)


@router.get(
    "/{site_id}/availability",
    summary="List the windows that can be booked",
    responses=documented(
        "pool_unknown", "connector_unknown", "vehicle_unknown", "slot_invalid", "energy_beyond_slot"
    ),
)
async def read_availability(
    site_id: Identifier,
    principal: Anyone,
    services: ServicesHere,
    reader: ReaderHere,
    asked: WindowsHere,
) -> AvailabilityOut:
    """Bookable windows on the site's grid with how many connectors are left, and the connectors live.

    A preview: only a booking holds anything. When there are more windows than fit, `next_from` continues.
    """
    asked = await services.desk.sites.with_vehicle(principal, asked)
    offer = await services.desk.sites.offer(principal, site_id, asked)
    return availability_out(site_id, offer, reader)

"""/v1/sites: where one can charge, and when."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import Anyone, AuthenticatedRoute
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier, Instant
from api.v1.schemas.sites import AvailabilityOut, SiteDetailOut, SitesOut
from api.v1.views.sites import availability_out, site_detail_out, site_out
from domain.errors import SlotInvalid
from domain.facts.refused_bookings import LengthTwice
from domain.place.fit import LARGEST_CM, Needs

router = APIRouter(
    prefix="/v1/sites",
    tags=["sites"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "site_unknown", "invalid_request", "database_unavailable"),
)


@router.get("", summary="List all sites")
async def list_sites(_principal: Anyone, services: ServicesHere) -> SitesOut:
    """All sites."""
    return SitesOut(items=[site_out(site) for site in await services.desk.sites.all()])


@router.get("/{site_id}", summary="Show a site, its connectors and terms")
async def read_site(
    site_id: Identifier, principal: Anyone, services: ServicesHere, reader: ReaderHere
) -> SiteDetailOut:
    """A site with its pools, its connectors as they are now, and the terms of a booking made now."""
    return site_detail_out(await services.desk.sites.one(principal, site_id), reader)


@router.get(
    "/{site_id}/availability",
    summary="List the windows that can be booked",
    responses=documented("pool_unknown", "slot_invalid"),
)
async def read_availability(
    site_id: Identifier,
    principal: Anyone,
    services: ServicesHere,
    reader: ReaderHere,
    from_: Annotated[Instant | None, Query(alias="from", description="Default: now")] = None,
    to: Annotated[Instant | None, Query(description="Default: a day after `from`; at most 31 days")] = None,
    duration_minutes: Annotated[int | None, Query(ge=1, le=1440)] = None,
    duration_seconds: Annotated[
        int | None, Query(ge=1, le=86400, description="Instead of minutes; default: one hour, as allowed")
    ] = None,
    pool_id: Identifier | None = None,
    connector_type: Identifier | None = None,
    accessible: Annotated[bool, Query(description="Only bays for people with disabilities")] = False,
    trailer: Annotated[bool, Query(description="Only bays that take one")] = False,
    drive_through: Annotated[bool, Query(description="Only bays that are left without backing out")] = False,
    length_cm: Annotated[int | None, Query(ge=1, le=LARGEST_CM, description="Of the vehicle")] = None,
    width_cm: Annotated[int | None, Query(ge=1, le=LARGEST_CM)] = None,
    height_cm: Annotated[int | None, Query(ge=1, le=LARGEST_CM)] = None,
) -> AvailabilityOut:
    """Bookable windows on the site's grid with how many connectors are left, and the connectors live.

    A preview: only a booking holds anything. When there are more windows than fit, `next_from` continues.
    """
    offer = await services.desk.sites.offer(
        principal,
        site_id,
        start=from_,
        end=to,
        length=_length(duration_minutes, duration_seconds),
        pool_id=pool_id,
        connector_type=connector_type,
        needs=Needs(
            accessible=accessible,
            trailer=trailer,
            drive_through=drive_through,
            length_cm=length_cm,
            width_cm=width_cm,
            height_cm=height_cm,
        ),
    )
    return availability_out(site_id, offer, reader)


def _length(minutes: int | None, seconds: int | None) -> timedelta | None:
    if minutes is not None and seconds is not None:
        raise SlotInvalid(LengthTwice())
    if minutes is not None:
        return timedelta(minutes=minutes)
    return None if seconds is None else timedelta(seconds=seconds)

"""What a fleet books again and again: a series for each driver, and until when it goes on."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.editions import Seen
from api.desk.series import edition_of_series
from api.services import ServicesHere
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields import Edition, Listed, Named, PageDay
from api.web.fleet_weeks import (
    DAYS,
    MOST_AT_ONCE,
    WeeksHere,
    book_for_each,
    fleet_drivers,
    outcomes,
    to_choose,
)
from api.web.presses import form_key
from api.web.visitor import Visitor
from api.web.zones import tomorrow_at
from db.queries.series import SeriesLine
from db.tables import Site

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/fleet/series"
_MOST_SERIES = 100
_USUALLY = timedelta(weeks=4)


@router.get(_ADDRESS)
async def series(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    made: Annotated[list[Listed] | None, Query(max_length=MOST_AT_ONCE)] = None,
) -> Response:
    """Those that go on. `made`: ids of those that were just made, whose dates are told."""
    principal.require_fleet()
    found = await services.desk.series.page(principal, running=True, after=None, limit=_MOST_SERIES)
    sites = {site.id: site for site in await services.desk.sites.all()}
    tomorrow = tomorrow_at([*sites.values()], visitor.now)
    monday = tomorrow - timedelta(days=tomorrow.weekday())
    return face.pages.page(
        request,
        "fleet_series.html",
        visitor,
        made=await outcomes(services, principal, made or ()),
        series=[_line(one, sites, visitor) for one in found[:_MOST_SERIES]],
        drivers=to_choose(await fleet_drivers(services, principal)),
        sites=sites.values(),
        weekdays=[(day, visitor.reader.weekday(monday + timedelta(days=day))) for day in range(DAYS)],
        first=tomorrow,
        until=tomorrow + _USUALLY,
        key=form_key(),
        most=MOST_AT_ONCE,
    )


@router.post(_ADDRESS)
async def book_series(
    asked: WeeksHere, services: ServicesHere, until: Annotated[PageDay, Form()]
) -> Response:
    """The same every week until that day, for each driver that is ticked."""
    made = await book_for_each(services, asked, until)
    return RedirectResponse(f"{_ADDRESS}?{urlencode({'made': made}, doseq=True)}", status_code=303)


@router.post(f"{_ADDRESS}/{{series_id}}/end")
async def end_series(
    series_id: Named,
    principal: SignedIn,
    services: ServicesHere,
    first: Annotated[PageDay, Form()],
    edition: Edition,
) -> Response:
    """Nothing of it is booked from that day on, and what is booked by then is cancelled by its own rules."""
    principal.require_fleet()
    await services.desk.series.cancel(principal, series_id, first, Seen.of(edition))
    return RedirectResponse(f"{_ADDRESS}?{urlencode({'made': series_id})}", status_code=303)


def _line(found: SeriesLine, sites: dict[str, Site], visitor: Visitor) -> dict[str, Any]:
    row, start, end = found.series, found.next_start, found.next_end
    site = sites[row.site_id]
    reader = on_site_clock(visitor, site.zone).reader
    return {
        "id": row.id,
        "driver": row.driver_id,
        "site": site.name,
        "next": reader.span(start, end) if start and end else "",
        "last": reader.dated(found.last),
        "booked": found.booked,
        "planned": found.planned,
        "skipped": found.skipped,
        "edition": edition_of_series(row),
        "tomorrow": tomorrow_at([site], visitor.now),
    }

"""A fleet's week: who charges when and where, and the same slots booked for several drivers at once."""

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.services import ServicesHere
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere
from api.web.fields import Listed, day_said
from api.web.fleet_board import Rows, Span, board, names_of, reaching, shown
from api.web.fleet_weeks import (
    DAYS,
    MOST_AT_ONCE,
    MOST_DRIVERS,
    WeeksHere,
    book_for_each,
    days_from,
    fleet_drivers,
    outcomes,
    to_choose,
)
from api.web.presses import form_key
from api.web.visitor import Visitor
from api.web.zones import today_at, tomorrow_at

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/fleet"
_MOST_SLOTS = 1000
_LOOKED_BACK, _LOOKED_AHEAD = timedelta(days=1), timedelta(days=7)
"""Of what is amiss, whichever days are shown."""


@router.get(_ADDRESS)
async def week(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    first: Annotated[str | None, Query(max_length=10)] = None,
    span: Span = Span.WEEK,
    rows: Rows = Rows.DRIVERS,
    made: Annotated[list[Listed] | None, Query(max_length=MOST_DRIVERS)] = None,
) -> Response:
    """Seven days or one, from `first` on, by the clock of each site. `made`: ids of series whose outcome is told."""
    principal.require_fleet()
    sites = await services.desk.sites.all()
    monday = day_said(first, today_at(sites, visitor.now))
    drivers = await fleet_drivers(services, principal)
    names = names_of(drivers, rows)
    by_id = {site.id: site for site in sites}
    slots = await services.desk.fleets.slots(principal, *reaching(monday, span.days), None, _MOST_SLOTS)
    around = visitor.now - _LOOKED_BACK, visitor.now + _LOOKED_AHEAD
    amiss = await services.desk.fleets.amiss(principal, *around)
    there = shown(slots[:_MOST_SLOTS], by_id, visitor, names)
    found = board(span, monday, names.values(), there, rows)
    bookable = max(monday, tomorrow_at(sites, visitor.now))
    return face.pages.page(
        request,
        "fleet.html",
        visitor,
        weekdays=[(day.weekday(), _named(day, visitor)) for day in days_from(bookable)],
        first=bookable,
        named={day: _named(day, visitor) for day in days_from(monday)},
        board=found,
        more=_MOST_SLOTS if len(slots) > _MOST_SLOTS else 0,
        by_day=tuple(found.by_day()),
        amiss=shown(amiss, by_id, visitor, {}),
        drivers=to_choose(drivers),
        sites=sites,
        key=form_key(),
        most=MOST_AT_ONCE,
        made=await outcomes(services, principal, made or ()),
    )


@router.post(_ADDRESS)
async def book_week(asked: WeeksHere, services: ServicesHere) -> Response:
    """The same slots for each driver that is ticked: a series each, whose dates are booked or told why not."""
    made = await book_for_each(services, asked, asked.first + timedelta(days=DAYS - 1))
    said = urlencode({"first": asked.first.isoformat(), "made": made}, doseq=True)
    return RedirectResponse(f"{_ADDRESS}?{said}", status_code=303)


def _named(day: date, visitor: Visitor) -> str:
    return visitor.reader.page("fleet.day", weekday=visitor.reader.weekday(day), day=str(day.day))

"""A fleet's week: who charges when and where, and the same slots booked for several drivers at once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.principal import Principal
from api.desk.series import Series
from api.desk.series_orders import SeriesOrder
from api.services import ServicesHere
from api.v1.schemas.fields import LINE
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere, on_site_clock
from api.web.fields import Listed, PageDay, day_said
from api.web.presses import FormKey, form_key, press_key
from api.web.visitor import Visitor
from db.queries.reservations import ReservationFilter
from db.tables import ReservationRow, Site
from domain.errors import SeriesUnusable, UnknownDriver
from domain.facts.refused_people import NoSuchDriver
from domain.facts.refused_series import NobodyChosen, NoWeekdayChosen, TooManyDrivers
from domain.reservation.lifecycle import State
from domain.reservation.recurrence import Every, Recurrence, SeriesDateState

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/fleet"
_MOST_DRIVERS, _MOST_SLOTS = 200, 1000
_MOST_AT_ONCE = 25
"""Drivers for whom a week is booked with one press: each date is a booking of its own."""
_DAYS = 7
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_NEVER_HELD = (State.REQUESTED, State.DECLINED)


@router.get(_ADDRESS)
async def week(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    first: Annotated[str | None, Query(max_length=10)] = None,
    made: Annotated[list[Listed] | None, Query(max_length=_MOST_DRIVERS)] = None,
) -> Response:
    """Seven days from `first` on, on the clock of each slot's site. `made`: ids of series whose outcome is told."""
    principal.require_fleet()
    sites = await services.desk.sites.all()
    monday = _first_day(first, visitor, sites)
    drivers = await services.desk.drivers.of_fleet(principal, _MOST_DRIVERS)
    rows = await _slots(services, principal, monday)
    days = [monday + timedelta(days=n) for n in range(_DAYS)]
    return face.pages.page(
        request,
        "fleet.html",
        visitor,
        days=[_day(day, visitor) for day in days],
        drivers=[driver.id for driver in drivers],
        board=_board([driver.id for driver in drivers], rows, {site.id: site for site in sites}, visitor),
        before=monday - timedelta(days=_DAYS),
        after=monday + timedelta(days=_DAYS),
        sites=sites,
        key=form_key(),
        most=_MOST_AT_ONCE,
        outcome=[_outcome(await services.desk.series.one(principal, one), visitor) for one in made or ()],
    )


@router.post(_ADDRESS)
async def book_week(
    principal: SignedIn,
    services: ServicesHere,
    site: Annotated[str, Form(max_length=64, pattern=LINE)],
    first: Annotated[PageDay, Form()],
    at: Annotated[str, Form(pattern=_CLOCK)],
    minutes: Annotated[int, Form(ge=5, le=1440)],
    key: FormKey,
    driver: Annotated[Sequence[Listed], Form()] = (),
    weekday: Annotated[Sequence[int], Form()] = (),
) -> Response:
    """The same slots for each driver that is ticked: a series each, whose dates are booked or told why not."""
    principal.require_fleet()
    drivers, days = _chosen(driver, weekday)
    rule = Recurrence(
        first=first,
        at=time.fromisoformat(at),
        lasts=timedelta(minutes=minutes),
        every=Every.WEEK,
        weekdays=days,
        until=first + timedelta(days=_DAYS - 1),
    )
    theirs = {one.id for one in await services.desk.drivers.of_fleet(principal, _MOST_DRIVERS)}
    if strangers := sorted({*drivers} - theirs):  # before anything is booked for the others
        raise UnknownDriver(NoSuchDriver(driver_id=strangers[0]))
    made = []
    for who in drivers:
        order = SeriesOrder(site_id=site, rule=rule, driver_id=who)
        named = press_key(key, site, first, at, minutes, days, who)
        made.append((await services.desk.series.book(principal, named, order)).id)
    said = urlencode({"first": first.isoformat(), "made": made}, doseq=True)
    return RedirectResponse(f"{_ADDRESS}?{said}", status_code=303)


def _chosen(driver: Sequence[str], weekday: Sequence[int]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Who, and on which weekdays, each once. Raises SeriesUnusable for none of either, and for too many drivers."""
    drivers, days = tuple(sorted({*driver})), tuple(sorted({day for day in weekday if 0 <= day < _DAYS}))
    if not drivers:
        raise SeriesUnusable(NobodyChosen())
    if len(drivers) > _MOST_AT_ONCE:
        raise SeriesUnusable(TooManyDrivers(most=_MOST_AT_ONCE))
    if not days:
        raise SeriesUnusable(NoWeekdayChosen())
    return drivers, days


def _first_day(said: str | None, visitor: Visitor, sites: Sequence[Site]) -> date:
    """Tomorrow, unless another day is named."""
    zone = ZoneInfo(sites[0].zone if sites else "UTC")
    today = visitor.now.astimezone(zone).date()
    return day_said(said, today + timedelta(days=1))


async def _slots(services: ServicesHere, principal: Principal, first: date) -> Sequence[ReservationRow]:
    """Of the fleet, from the first day on: a day more on either side, as sites have clocks of their own."""
    begins = datetime.combine(first, time(), UTC) - timedelta(days=1)
    wanted = ReservationFilter(from_=begins, to=begins + timedelta(days=_DAYS + 2))
    return (await services.desk.reading.page(principal, wanted, None, _MOST_SLOTS))[:_MOST_SLOTS]


def _board(
    drivers: Sequence[str],
    rows: Sequence[ReservationRow],
    sites: dict[str, Site],
    visitor: Visitor,
) -> list[dict[str, Any]]:
    """A line for each driver, with their slots by day."""
    found: dict[str, dict[date, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted((one for one in rows if one.state not in _NEVER_HELD), key=lambda one: one.slot_start):
        there = on_site_clock(visitor, sites[row.site_id].zone).reader
        day = row.slot_start.astimezone(ZoneInfo(sites[row.site_id].zone)).date()
        found[row.driver_id][day].append(
            {
                "code": row.code,
                "state": row.state,
                "clock": there.clock(row.slot_start),
                "until": there.clock(row.slot_end),
                "site": sites[row.site_id].name,
            }
        )
    return [{"driver": who, "days": found[who]} for who in sorted({*drivers, *found})]


def _day(day: date, visitor: Visitor) -> dict[str, Any]:
    name = visitor.reader.page("fleet.day", weekday=visitor.reader.weekday(day), day=str(day.day))
    return {"date": day, "name": name, "weekday": day.weekday()}


def _outcome(made: Series, visitor: Visitor) -> dict[str, Any]:
    """How many dates are booked, and of the others why not."""
    booked = sum(one.state is SeriesDateState.BOOKED for one in made.dates)
    refused = [
        f"{_day(one.day, visitor)['name']}: {visitor.reader.refusal(one.refused)}"
        for one in made.dates
        if one.refused
    ]
    return {"driver": made.driver_id, "booked": booked, "of": len(made.dates), "refused": refused}

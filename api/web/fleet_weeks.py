"""The same slots for several drivers of a fleet with one press: a series each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated, Any

from fastapi import Depends, Form

from api.desk.principal import Principal
from api.desk.series_orders import SeriesOrder
from api.services import Services
from api.v1.schemas.fields import LINE
from api.web.face import SignedIn
from api.web.fields import CLOCK, Listed, PageDay
from api.web.presses import FormKey, press_key
from db.queries.fleets import DriverLine
from db.tables import Vehicle
from domain.errors import SeriesUnusable, UnknownDriver
from domain.facts.refused_people import NoSuchDriver
from domain.facts.refused_series import NobodyChosen, NoWeekdayChosen, TooManyDrivers
from domain.reservation.recurrence import Every, Recurrence, SeriesDateState

MOST_DRIVERS = 200
MOST_AT_ONCE = 25
"""Drivers who are booked for with one press: each date is a booking of its own."""
DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """What one press of the form asks for. `form`: its key."""

    principal: Principal
    site_id: str
    first: date
    at: time
    lasts: timedelta
    form: str
    drivers: tuple[str, ...]
    weekdays: tuple[int, ...]


def _weeks(
    principal: SignedIn,
    site: Annotated[str, Form(max_length=64, pattern=LINE)],
    first: Annotated[PageDay, Form()],
    at: Annotated[str, Form(pattern=CLOCK)],
    minutes: Annotated[int, Form(ge=5, le=1440)],
    key: FormKey,
    driver: Annotated[Sequence[Listed], Form()] = (),
    weekday: Annotated[Sequence[int], Form()] = (),
) -> Weeks:
    """Each driver and each weekday once. Raises SeriesUnusable for none of either, and for too many drivers."""
    principal.require_fleet()
    drivers, days = tuple(sorted({*driver})), tuple(sorted({day for day in weekday if 0 <= day < DAYS}))
    if not drivers:
        raise SeriesUnusable(NobodyChosen())
    if len(drivers) > MOST_AT_ONCE:
        raise SeriesUnusable(TooManyDrivers(most=MOST_AT_ONCE))
    if not days:
        raise SeriesUnusable(NoWeekdayChosen())
    return Weeks(
        principal=principal,
        site_id=site,
        first=first,
        at=time.fromisoformat(at),
        lasts=timedelta(minutes=minutes),
        form=key,
        drivers=drivers,
        weekdays=days,
    )


WeeksHere = Annotated[Weeks, Depends(_weeks)]
"""Of `fleet_form.html`. Raises ScopeMissing, SeriesUnusable."""


async def book_for_each(services: Services, asked: Weeks, until: date) -> list[str]:
    """Ids of their series, to that day, each for what that driver usually drives.

    Raises UnknownDriver before anything is booked for anybody.
    """
    desk, principal = services.desk, asked.principal
    drives = {one.driver.id: one.books_with for one in await fleet_drivers(services, principal)}
    if strangers := sorted({*asked.drivers} - drives.keys()):
        raise UnknownDriver(NoSuchDriver(driver_id=strangers[0]))
    rule = Recurrence(
        first=asked.first,
        at=asked.at,
        lasts=asked.lasts,
        every=Every.WEEK,
        weekdays=asked.weekdays,
        until=until,
    )
    made = []
    for who in asked.drivers:
        vehicle_id = None if (vehicle := drives[who]) is None else vehicle.id
        order = SeriesOrder(
            site_id=asked.site_id,
            rule=rule,
            driver_id=who,
            vehicle_id=vehicle_id,
        )
        named = press_key(asked.form, asked.site_id, rule, who, vehicle_id)
        made.append((await desk.series.book(principal, named, order)).id)
    return made


async def fleet_drivers(services: Services, principal: Principal) -> Sequence[DriverLine]:
    """Those whom the pages show, by id. Raises ScopeMissing."""
    found = await services.desk.fleet_drivers.page(principal, "", MOST_DRIVERS)
    return found[:MOST_DRIVERS]


def to_choose(drivers: Sequence[DriverLine]) -> list[dict[str, str]]:
    """Of `fleet_form.html`: each with what they are booked for; empty: whatever fits anybody."""
    return [{"id": one.driver.id, "vehicle": called(one.books_with)} for one in drivers]


def called(vehicle: Vehicle | None) -> str:
    """As people know it; empty: there is none."""
    return "" if vehicle is None else vehicle.plate or vehicle.id


def days_from(first: date) -> list[date]:
    """A week of them."""
    return [first + timedelta(days=n) for n in range(DAYS)]


async def outcomes(services: Services, principal: Principal, made: Sequence[str]) -> list[dict[str, Any]]:
    """Of `fleet_outcome.html`: of each series how many dates are booked or follow once they can be, and the others."""
    found = [await services.desk.series.one(principal, one) for one in made]
    return [
        {
            "driver": one.driver_id,
            "booked": sum(date.state is SeriesDateState.BOOKED for date in one.dates),
            "planned": sum(date.state is SeriesDateState.PLANNED for date in one.dates),
            "of": len(one.dates),
            "refused": [date for date in one.dates if date.refused],
        }
        for one in found
    ]

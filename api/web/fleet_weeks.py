"""The same slots for several drivers of a fleet with one press: a series each."""

from collections.abc import Sequence

from api.desk.principal import Principal
from api.desk.series_orders import SeriesOrder
from api.services import Services
from api.web.presses import press_key
from domain.errors import SeriesUnusable, UnknownDriver
from domain.facts.refused_people import NoSuchDriver
from domain.facts.refused_series import NobodyChosen, NoWeekdayChosen, TooManyDrivers
from domain.reservation.recurrence import Recurrence

MOST_DRIVERS = 200
MOST_AT_ONCE = 25
"""Drivers who are booked for with one press: each date is a booking of its own."""
DAYS = 7


def chosen(driver: Sequence[str], weekday: Sequence[int]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Who, and on which weekdays, each once. Raises SeriesUnusable for none of either, and for too many drivers."""
    drivers, days = tuple(sorted({*driver})), tuple(sorted({day for day in weekday if 0 <= day < DAYS}))
    if not drivers:
        raise SeriesUnusable(NobodyChosen())
    if len(drivers) > MOST_AT_ONCE:
        raise SeriesUnusable(TooManyDrivers(most=MOST_AT_ONCE))
    if not days:
        raise SeriesUnusable(NoWeekdayChosen())
    return drivers, days


async def book_for_each(
    services: Services,
    principal: Principal,
    form: str,
    site_id: str,
    rule: Recurrence,
    drivers: Sequence[str],
) -> list[str]:
    """Ids of their series. `form`: the key of the page's form.

    Raises ScopeMissing, and UnknownDriver before anything is booked for anybody.
    """
    principal.require_fleet()
    theirs = {one.id for one in await services.desk.drivers.of_fleet(principal, MOST_DRIVERS)}
    if strangers := sorted({*drivers} - theirs):
        raise UnknownDriver(NoSuchDriver(driver_id=strangers[0]))
    made = []
    for who in drivers:
        order = SeriesOrder(site_id=site_id, rule=rule, driver_id=who)
        named = press_key(form, site_id, rule, who)
        made.append((await services.desk.series.book(principal, named, order)).id)
    return made

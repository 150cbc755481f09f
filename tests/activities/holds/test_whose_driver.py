"""Whose driver somebody is counts as their slot is booked, whatever it was when that was asked for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from activities.holds.activities import HoldActivities
from activities.holds.series import book_due
from api.desk.drivers import Drivers
from api.desk.fleet_drivers import FleetDrivers
from api.desk.principal import Principal
from api.desk.series_orders import SeriesOrder, note_series
from contracts.reservation import BookRequest
from db.engine import Sessions
from db.queries.people import driver_under_lock
from db.queries.whose_drivers import belongs_to, lock_entries
from db.tables import Driver, FleetDriver, Hold, Notification, SeriesDate
from domain.reservation.recurrence import Every, Recurrence
from tests.activities.holds.hold_desk import NOW, place_at, refusal_of
from tests.activities.holds.unattended import Bookings
from tests.factories import (
    NOON,
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    plant,
)

DAY = timedelta(days=1)
FLEET = Principal(subject="dora", scopes=frozenset({"fleet"}), fleet_id="fleet-1")
ANNA = Principal(subject="anna", scopes=frozenset({"driver"}))
OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))
OWN: dict[str, Any] = {"driver_id": "anna", "account": "anna", "fleet_id": "fleet-1"}
THEIRS: dict[str, Any] = OWN | {"account": "fleet-1"}
PLAN = replace(
    make_seed(
        make_site(chargers=1, zone="UTC"),
        policy=make_policy(open_reservations_per_driver=99, overlapping_per_driver=True),
    ),
    drivers=(make_driver(driver_id="anna", fleet_id="fleet-1"),),
)

Parts = Callable[[Sessions], Awaitable[object]]


async def is_removed(sessions: Sessions) -> None:
    await FleetDrivers(sessions, lambda: NOW).remove(FLEET, "anna")


async def leaves(sessions: Sessions) -> None:
    await FleetDrivers(sessions, lambda: NOW).leave(ANNA)


async def is_put_elsewhere(sessions: Sessions) -> None:
    await Drivers(sessions, lambda: NOW).put(OLGA, "anna", "fleet-2", "drives for others")


async def is_sown_elsewhere(sessions: Sessions) -> None:
    await plant(sessions, replace(PLAN, drivers=(make_driver(driver_id="anna", fleet_id="fleet-2"),)))


@pytest.fixture
async def there(sessions: Sessions) -> Sessions:
    """A site, and anna, who drives for fleet-1 and has what it says of her."""
    await plant(sessions, PLAN)
    async with sessions.begin() as session:
        session.add(FleetDriver(driver_id="anna", fleet_id="fleet-1", cost_center="D9", changed_at=NOW))
    return sessions


@dataclass
class Asked(Bookings):
    requests: list[BookRequest] = field(default_factory=list)

    async def book(self, request: BookRequest) -> str | None:
        self.requests.append(request)
        return await super().book(request)


async def asked_for(sessions: Sessions, principal: Principal) -> str:
    """A series of two dates of anna's, that is on record."""
    rule = Recurrence(first=NOON.date(), at=time(12), lasts=timedelta(hours=1), every=Every.DAY, times=2)
    order = SeriesOrder(site_id="north", rule=rule, driver_id="anna")
    async with sessions.begin() as session:
        return (await note_series(session, principal, "key", order, "", NOW - DAY))[0]


async def dates(sessions: Sessions, series_id: str) -> list[tuple[str, str]]:
    row = SeriesDate
    mine = select(row.state, row.refused).where(row.series_id == series_id).order_by(row.day)
    async with sessions() as session:
        return [(state, refused) for state, refused in await session.execute(mine)]


@pytest.mark.parametrize(
    ("parts", "fleet"),
    [(is_removed, None), (leaves, None), (is_put_elsewhere, "fleet-2"), (is_sown_elsewhere, "fleet-2")],
)
async def test_a_fleet_that_a_driver_has_parted_from_books_and_hears_nothing_of_them_any_more(
    there: Sessions, parts: Parts, fleet: str | None
) -> None:
    theirs, own = await asked_for(there, FLEET), await asked_for(there, ANNA)
    await parts(there)
    assert await asked_for(there, FLEET) == theirs  # the same key finds it, whosever driver they are
    assert (await place_at(there, make_booking("other", slot=make_slot(24 * 60)))).held
    bookings = Asked(HoldActivities(there), NOW)
    await book_due(there, bookings, lambda: NOW)
    assert await dates(there, theirs) == [("cancelled", "")] * 2
    assert await dates(there, own) == [("booked", ""), ("skipped", "slot_unavailable")]
    assert [(one.account, one.fleet_id) for one in bookings.requests] == [("anna", fleet)] * 2
    async with there() as session:
        told = await session.execute(select(Notification.driver_id, Notification.fleet_id))
        assert [tuple(one) for one in told] == [("anna", fleet)]
        assert (await session.get_one(Driver, "anna")).fleet_id == fleet
        assert await session.get(FleetDriver, "anna") is None


async def test_of_a_fleets_series_that_was_asked_for_as_they_parted_nothing_is_booked(
    there: Sessions,
) -> None:
    """Its row is made after the removal has looked for it."""
    await is_removed(there)
    async with there.begin() as session:
        (await session.get_one(Driver, "anna")).fleet_id = "fleet-1"
    series = await asked_for(there, FLEET)
    async with there.begin() as session:
        (await session.get_one(Driver, "anna")).fleet_id = None
    await book_due(there, Asked(HoldActivities(there), NOW), lambda: NOW)
    assert await dates(there, series) == [("skipped", "driver_unknown")] * 2


async def test_a_booking_is_of_the_fleet_whose_driver_they_are_as_it_is_made(there: Sessions) -> None:
    own = make_booking("own", **OWN)
    assert (await place_at(there, own)).fleet == "fleet-1"
    await is_removed(there)
    assert (await place_at(there, own)).fleet == ""  # nobody has heard of the first attempt
    assert (await place_at(there, make_booking("later", slot=make_slot(180), **OWN))).fleet == ""
    await is_put_elsewhere(there)
    assert (await place_at(there, make_booking("last", slot=make_slot(360), **OWN))).fleet == "fleet-2"


@pytest.mark.parametrize("placed", [True, False])
async def test_who_is_removed_while_their_fleet_books_for_them_is_booked_only_if_that_was_before(
    there: Sessions, placed: bool
) -> None:
    ask = make_booking("theirs", **THEIRS)
    before = await place_at(there, ask) if placed else None
    async with there() as removing:
        entries = await lock_entries(removing, ["anna"])
        await belongs_to(removing, await driver_under_lock(removing, "anna", NOW), None, entries, NOW)
        await removing.flush()
        booking = asyncio.create_task(place_at(there, ask))
        async with there() as watcher:
            while not await watcher.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                await watcher.rollback()
        await removing.commit()
    answer = await booking
    if before is not None:
        assert (answer.held, answer.fleet) == (before.held, "fleet-1")
    else:
        assert refusal_of(answer) == "driver_unknown"
    async with there() as session:
        count = select(func.count()).select_from(Hold).where(Hold.driver_id == "anna")
        assert await session.scalar(count) == placed

"""A fleet's drivers: who they are, what they usually drive, and on which cost center their bookings go."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.budgets import check_center
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.engine import Sessions
from db.notifications import record_notice
from db.personal.known import known_elsewhere
from db.queries import fleets as queries
from db.queries.fleets import DriverLine
from db.queries.people import driver_under_lock, enter
from db.queries.whose_drivers import belongs_to, lock_entries
from db.tables import Driver, FleetDriver
from domain.errors import DriverTaken, TooManyNewDrivers, UnknownDriver, UnknownVehicle
from domain.facts.audit_people import FleetDriverEntered, FleetDriverRemoved, FleetLeft
from domain.facts.refusals import NoSuchVehicle
from domain.facts.refused_people import EnteredEnough, KnownAlready, NoSuchDriver
from domain.facts.signing_in_notices import EnteredByFleet

MOST_NEW_A_DAY = 500
"""Drivers whom a fleet enters on one day, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`vehicle_id` None: not said. `cost_center` empty: none."""

    vehicle_id: str | None
    cost_center: str


def edition_of_assignment(row: FleetDriver | None) -> str:
    """Of a driver of whom nothing was said, too."""
    return edition_of(row.vehicle_id, row.cost_center) if row is not None else edition_of(None, "")


class FleetDrivers:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(self, principal: Principal, after: str, limit: int) -> Sequence[DriverLine]:
        """Up to `limit` + 1, by id, with what is said of them, without those who are blocked. Raises ScopeMissing."""
        async with self._sessions() as session:
            return await queries.drivers_of(session, principal.require_fleet(), after, limit)

    async def before_page_of(self, principal: Principal, driver_id: str, at_once: int) -> str:
        """After whom the page begins on which they stand; empty: it is the first one. Raises ScopeMissing."""
        async with self._sessions() as session:
            return await queries.before_page_of(session, principal.require_fleet(), driver_id, at_once)

    async def one(self, principal: Principal, driver_id: str) -> FleetDriver | None:
        """None: nothing is said of them. Raises ScopeMissing, UnknownDriver."""
        fleet_id = principal.require_fleet()
        async with self._sessions() as session:
            if not await queries.is_driver_of(session, driver_id, fleet_id):
                raise UnknownDriver(NoSuchDriver(driver_id=driver_id))
            return await _said(session, driver_id, fleet_id)

    async def enter(self, principal: Principal, driver_id: str) -> FleetDriver | None:
        """Who is new here is the fleet's from now on; again, nothing changes. What is said of them.

        Nobody is taken over: who is known already, by whatever it is, and whose bookings the fleet would see, only an
        operator puts to it. Raises ScopeMissing, DriverTaken, TooManyNewDrivers.
        """
        fleet_id, now = principal.require_fleet(), self._clock()
        async with self._sessions.begin() as session:
            if await enter(session, driver_id, now, fleet_id=fleet_id):
                await note_entered(session, principal, fleet_id, [driver_id], now)
                return None
            row = await driver_under_lock(session, driver_id, now)
            if row.fleet_id != fleet_id:
                raise DriverTaken(KnownAlready(driver_id=driver_id))
            return await _said(session, driver_id, fleet_id)

    async def remove(self, principal: Principal, driver_id: str, seen: Seen = WHATEVER) -> None:
        """Nothing new is booked for them: no date of a series, and nothing that the fleet waits for in their name. What
        is booked stays; again, nothing changes.

        Raises ScopeMissing, ChangedMeanwhile.
        """
        fleet_id, now = principal.require_fleet(), self._clock()
        async with self._sessions.begin() as session:
            if await _part(session, driver_id, fleet_id, now, seen):
                fact = FleetDriverRemoved(fleet=fleet_id)
                await record(session, principal, fact, driver_id, at=now, by="fleet")

    async def fleet_of(self, principal: Principal) -> str | None:
        """Whose the driver who asks is; None: nobody's. Raises ScopeMissing."""
        principal.require("driver")
        async with self._sessions() as session:
            return await queries.fleet_of(session, principal.subject)

    async def leave(self, principal: Principal) -> None:
        """By the driver themselves, with what a removal means. Again, nothing changes. Raises ScopeMissing."""
        principal.require("driver")
        driver_id, now = principal.subject, self._clock()
        async with self._sessions.begin() as session:
            fleet_id = await queries.fleet_of(session, driver_id)
            if fleet_id is not None and await _part(session, driver_id, fleet_id, now):
                await record(session, principal, FleetLeft(fleet=fleet_id), driver_id, at=now, by="driver")

    async def assign(
        self, principal: Principal, driver_id: str, order: Assignment, seen: Seen = WHATEVER
    ) -> FleetDriver:
        """For bookings from now on. Raises ScopeMissing, UnknownDriver, UnknownVehicle, UnknownCostCenter,
        ChangedMeanwhile.
        """
        fleet_id, now = principal.require_fleet(), self._clock()
        async with self._sessions.begin() as session:
            if not await queries.is_driver_of(session, driver_id, fleet_id):
                raise UnknownDriver(NoSuchDriver(driver_id=driver_id))
            if order.vehicle_id is not None and not await queries.has_vehicle(
                session, fleet_id, order.vehicle_id
            ):
                raise UnknownVehicle(NoSuchVehicle(vehicle=order.vehicle_id))
            await check_center(session, fleet_id, order.cost_center)
            seen.check(edition_of_assignment(await _said(session, driver_id, fleet_id)))
            return await queries.say_of(
                session, driver_id, fleet_id, order.vehicle_id, order.cost_center, now
            )


async def _said(session: AsyncSession, driver_id: str, fleet_id: str) -> FleetDriver | None:
    row = await session.get(FleetDriver, driver_id)
    return row if row is not None and row.fleet_id == fleet_id else None


async def _part(
    session: AsyncSession, driver_id: str, fleet_id: str, now: datetime, seen: Seen = WHATEVER
) -> bool:
    """False: they are not the fleet's, or not any more, whatever was seen. Raises ChangedMeanwhile."""
    entries = await lock_entries(session, [driver_id])
    if not await queries.is_driver_of(session, driver_id, fleet_id):
        return False
    seen.check(edition_of_assignment(await _said(session, driver_id, fleet_id)))
    driver = await session.get_one(Driver, driver_id, populate_existing=True)
    await belongs_to(session, driver, None, entries, now)
    return True


async def note_entered(
    session: AsyncSession, principal: Principal, fleet_id: str, driver_ids: Collection[str], now: datetime
) -> None:
    """Of drivers whose rows were made just now, as the fleet's; undone with what is raised.

    Raises DriverTaken of whom something is known elsewhere, TooManyNewDrivers.
    """
    if known := sorted(await known_elsewhere(session, driver_ids)):
        raise DriverTaken(KnownAlready(driver_id=known[0]))
    if not driver_ids:
        return
    today = now.astimezone(UTC).date()
    if await queries.count_entered(session, fleet_id, today, len(driver_ids)) > MOST_NEW_A_DAY:
        raise TooManyNewDrivers(EnteredEnough(most=MOST_NEW_A_DAY))
    for driver_id in sorted(driver_ids):
        fact = FleetDriverEntered(fleet=fleet_id)
        key, _ = await record(session, principal, fact, driver_id, at=now, by="fleet")
        told = EnteredByFleet(fleet=fleet_id)
        await record_notice(session, told, key=key, driver_id=driver_id, reservation_code="", at=now)

"""A fleet's cost centers, and its drivers with what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import CostCenter, Driver, FleetDriver, FleetEntries, Vehicle
from domain.terms.drivers import Asked, is_by_fleet


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverLine:
    """`said` None: nothing is. `vehicle`: what they usually drive, whether it is still in use or not."""

    driver: Driver
    said: FleetDriver | None
    vehicle: Vehicle | None

    @property
    def books_with(self) -> Vehicle | None:
        """For which vehicle they are booked where none is named."""
        return self.vehicle if self.vehicle is not None and self.vehicle.archived_at is None else None


async def centers_of(session: AsyncSession, fleet_id: str) -> Sequence[CostCenter]:
    """By their codes."""
    mine = select(CostCenter).where(CostCenter.fleet_id == fleet_id).order_by(CostCenter.code)
    return (await session.scalars(mine)).all()


async def center_under_lock(
    session: AsyncSession, fleet_id: str, code: str, name: str, now: datetime
) -> tuple[CostCenter, bool]:
    """And was it made just now?"""
    made = insert(CostCenter).values(fleet_id=fleet_id, code=code, name=name, made_at=now)
    new = await session.scalar(made.on_conflict_do_nothing().returning(CostCenter.code)) is not None
    row = await session.get_one(CostCenter, (fleet_id, code), with_for_update=True, populate_existing=True)
    return row, new


async def takes_bookings(session: AsyncSession, fleet_id: str, code: str) -> bool:
    """Is it a cost center of the fleet's that goes on? Of a fleet that keeps none, any name is."""
    mine = select(CostCenter).where(CostCenter.fleet_id == fleet_id)
    named = mine.where(CostCenter.code == code, CostCenter.ended_at.is_(None))
    return bool(await session.scalar(select(or_(named.exists(), ~mine.exists()))))


async def drivers_of(session: AsyncSession, fleet_id: str, after: str, limit: int) -> Sequence[DriverLine]:
    """Up to `limit` + 1, by id, without those who are blocked."""
    said = and_(FleetDriver.driver_id == Driver.id, FleetDriver.fleet_id == Driver.fleet_id)
    found = (
        select(Driver, FleetDriver, Vehicle)
        .outerjoin(FleetDriver, said)
        .outerjoin(Vehicle, Vehicle.id == FleetDriver.vehicle_id)
        .where(Driver.fleet_id == fleet_id, Driver.blocked.is_(False), Driver.id > after)
    )
    rows = await session.execute(found.order_by(Driver.id).limit(limit + 1))
    return [DriverLine(driver=driver, said=one, vehicle=vehicle) for driver, one, vehicle in rows]


async def before_page_of(session: AsyncSession, fleet_id: str, driver_id: str, at_once: int) -> str:
    """After whom the page begins on which that driver stands, of pages with so many; empty: it is the first one."""
    listed = select(Driver.id).where(Driver.fleet_id == fleet_id, Driver.blocked.is_(False))
    ahead = listed.where(Driver.id < driver_id).subquery()
    count = await session.scalar(select(func.count()).select_from(ahead)) or 0
    pages = count - count % at_once
    if not pages:
        return ""
    return await session.scalar(listed.order_by(Driver.id).offset(pages - 1).limit(1)) or ""


async def fleet_of(session: AsyncSession, driver_id: str) -> str | None:
    found: str | None = await session.scalar(select(Driver.fleet_id).where(Driver.id == driver_id))
    return found


async def fleet_behind(session: AsyncSession, asked: Asked) -> str | None:
    """Whose what is booked now is: the fleet's that asked for it, else the one's whose driver they are by now."""
    return asked.account if is_by_fleet(asked) else await fleet_of(session, asked.driver_id)


async def is_driver_of(session: AsyncSession, driver_id: str, fleet_id: str) -> bool:
    """Their row is locked, so that of two who say something of them the second sees the first."""
    mine = select(Driver.id).where(Driver.id == driver_id, Driver.fleet_id == fleet_id)
    return await session.scalar(mine.with_for_update(key_share=True)) is not None


async def count_entered(session: AsyncSession, fleet_id: str, day: date, more: int) -> int:
    """How many it has entered that day, with these. Who counts for the same fleet waits."""
    row = FleetEntries
    first = insert(row).values(fleet_id=fleet_id, day=day, entered=more)
    then = case((row.day == day, row.entered + more), else_=more)
    counted = first.on_conflict_do_update(index_elements=["fleet_id"], set_={"day": day, "entered": then})
    return (await session.scalars(counted.returning(row.entered))).one()


async def say_of(
    session: AsyncSession,
    driver_id: str,
    fleet_id: str,
    vehicle_id: str | None,
    cost_center: str,
    now: datetime,
) -> FleetDriver:
    """In place of what was said. Their row is locked."""
    row = await session.get(FleetDriver, driver_id)
    if row is None:
        row = FleetDriver(driver_id=driver_id)
        session.add(row)
    row.fleet_id, row.vehicle_id, row.cost_center = fleet_id, vehicle_id, cost_center
    row.changed_at = now
    return row


async def has_vehicle(session: AsyncSession, fleet_id: str, vehicle_id: str) -> bool:
    """One that is still in use."""
    mine = (Vehicle.id == vehicle_id, Vehicle.fleet_id == fleet_id, Vehicle.archived_at.is_(None))
    return await session.scalar(select(Vehicle.id).where(*mine)) is not None

"""Vehicles of drivers and fleets."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Driver, Vehicle
from domain.place.fit import Needs


async def vehicles_of(
    session: AsyncSession,
    driver_id: str | None,
    fleet_id: str | None,
    *,
    archived: bool,
    after: str,
    limit: int,
) -> Sequence[Vehicle]:
    """Up to `limit` + 1 that the two may book with, by id; `archived`: also those."""
    wanted = select(Vehicle).where(_usable(driver_id, fleet_id), Vehicle.id > after)
    if not archived:
        wanted = wanted.where(Vehicle.archived_at.is_(None))
    return (await session.scalars(wanted.order_by(Vehicle.id).limit(limit + 1))).all()


async def vehicle_of(
    session: AsyncSession, vehicle_id: str, driver_id: str | None, fleet_id: str | None
) -> Vehicle | None:
    """One that they may book with; None: there is none for them."""
    return await session.scalar(select(Vehicle).where(Vehicle.id == vehicle_id, _usable(driver_id, fleet_id)))


def needs_of(vehicle: Vehicle) -> Needs:
    return Needs(
        accessible=vehicle.accessible_need,
        trailer=vehicle.trailer,
        length_cm=vehicle.length_cm,
        width_cm=vehicle.width_cm,
        height_cm=vehicle.height_cm,
        plugs=tuple(vehicle.plugs),
    )


def _usable(driver_id: str | None, fleet_id: str | None) -> ColumnElement[bool]:
    """A driver's own, and those of their fleet. None is nobody: compared with it, it would be everybody without one."""
    found: list[ColumnElement[bool]] = [false()]
    if driver_id is not None:
        of_fleet = select(Driver.fleet_id).where(Driver.id == driver_id).scalar_subquery()
        found += [Vehicle.driver_id == driver_id, Vehicle.fleet_id == of_fleet]
    if fleet_id is not None:
        found.append(Vehicle.fleet_id == fleet_id)
    return or_(*found)

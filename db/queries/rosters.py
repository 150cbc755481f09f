"""A fleet's drivers and vehicles as its tables have them."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.fleets import centers_of
from db.tables import Driver, FleetDriver, Vehicle
from domain.terms.roster import DETAILS, KnownDriver, KnownVehicle, Roster

_SAID = (
    select(Driver, FleetDriver.cost_center, Vehicle.id)
    .outerjoin(FleetDriver, and_(FleetDriver.driver_id == Driver.id, FleetDriver.fleet_id == Driver.fleet_id))
    .outerjoin(Vehicle, and_(Vehicle.id == FleetDriver.vehicle_id, Vehicle.archived_at.is_(None)))
)
"""Of each driver what their fleet says of them; a vehicle that is in use no more is none."""


async def lock_roster(session: AsyncSession, fleet_id: str) -> None:
    """Tables of one fleet one after the other, until the end of the transaction."""
    key = func.hashtextextended(f"roster:{fleet_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def roster_of(session: AsyncSession, fleet_id: str, driver_ids: Collection[str]) -> Roster:
    """As far as it is about these drivers, and all vehicles."""
    rows = (await session.execute(_SAID.where(Driver.id.in_(driver_ids)))).all()
    mine = {row[0].id: row for row in rows if row[0].fleet_id == fleet_id and not row[0].blocked}
    return Roster(
        drivers={
            driver_id: KnownDriver(vehicle_id=vehicle or "", cost_center=center or "")
            for driver_id, (_, center, vehicle) in mine.items()
        },
        others={row[0].id for row in rows} - mine.keys(),
        vehicles=await vehicles_in(session, fleet_id),
        centers={row.code for row in await centers_of(session, fleet_id) if row.ended_at is None},
    )


async def drivers_in(session: AsyncSession, fleet_id: str) -> Sequence[tuple[str, str, str]]:
    """Who is not blocked, by id: their cost center and their vehicle's id, either empty."""
    theirs = _SAID.where(Driver.fleet_id == fleet_id, Driver.blocked.is_(False)).order_by(Driver.id)
    return [
        (driver.id, center or "", vehicle or "") for driver, center, vehicle in await session.execute(theirs)
    ]


async def vehicles_in(session: AsyncSession, fleet_id: str) -> Sequence[KnownVehicle]:
    """In use, by plate."""
    mine = select(Vehicle).where(Vehicle.fleet_id == fleet_id, Vehicle.archived_at.is_(None))
    rows = await session.scalars(mine.order_by(Vehicle.plate, Vehicle.id))
    return [
        KnownVehicle(id=row.id, plate=row.plate, details={name: getattr(row, name) for name in DETAILS})
        for row in rows
    ]

"""Vehicles: a driver's own or a fleet's, made and changed by whose they are; a booking that names one fits it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.principal import Principal
from api.desk.refusals import ScopeMissing
from db.engine import Sessions
from db.queries.vehicles import needs_of, vehicle_of, vehicles_of
from db.tables import Vehicle
from domain.errors import UnknownVehicle
from domain.facts.refusals import NoSuchVehicle
from domain.place.energy import EnergyAsked
from domain.place.fit import Needs
from domain.terms.drivers import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleOrder:
    """As `db.tables.Vehicle` has them."""

    plugs: tuple[str, ...]
    plate: str = ""
    length_cm: int | None = None
    width_cm: int | None = None
    height_cm: int | None = None
    trailer: bool = False
    accessible_need: bool = False
    battery_wh: int | None = None
    max_ac_w: int | None = None
    max_dc_w: int | None = None


class Vehicles:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def make(self, principal: Principal, key: str, order: VehicleOrder) -> Vehicle:
        """The same key finds it again. Raises ScopeMissing, KeyReused."""
        now, account = self._clock(), _account(principal)
        digest = hashlib.sha256(step_key("vehicle", account, key).encode()).hexdigest()
        vehicle_id = f"v-{digest[:20]}"
        async with self._sessions.begin() as session:
            record, body = step_key("vehicle", "", key), fingerprint(order)
            if await remember(session, account=account, key=record, digest=body, code=vehicle_id, now=now):
                return await session.get_one(Vehicle, vehicle_id)
            row = Vehicle(id=vehicle_id, made_at=now, **_columns(order))
            row.driver_id = principal.driver_id
            row.fleet_id = None if row.driver_id is not None else principal.fleet_id
            session.add(row)
            return row

    async def all(self, principal: Principal, *, archived: bool, after: str, limit: int) -> Sequence[Vehicle]:
        """Up to `limit` + 1 of those that the caller may book with, by id. Raises ScopeMissing."""
        _account(principal)
        async with self._sessions() as session:
            return await vehicles_of(
                session, principal.driver_id, principal.fleet_id, archived=archived, after=after, limit=limit
            )

    async def one(self, principal: Principal, vehicle_id: str) -> Vehicle:
        """Raises ScopeMissing, UnknownVehicle."""
        _account(principal)
        async with self._sessions() as session:
            return await _found(session, vehicle_id, principal.driver_id, principal.fleet_id)

    async def change(
        self, principal: Principal, vehicle_id: str, values: Mapping[str, Any], seen: Seen = WHATEVER
    ) -> Vehicle:
        """`values`: by members of VehicleOrder. What is booked stays as it was asked for.

        Raises ScopeMissing, UnknownVehicle, ChangedMeanwhile; the second also for one that is archived, or not the
        caller's own.
        """
        async with self._sessions.begin() as session:
            row = await _own(session, principal, vehicle_id)
            seen.check(edition_of_vehicle(row))
            if row.archived_at is not None:
                raise UnknownVehicle(NoSuchVehicle(vehicle=vehicle_id))
            for name, value in values.items():
                setattr(row, name, value)
            return row

    async def archive(self, principal: Principal, vehicle_id: str, seen: Seen = WHATEVER) -> Vehicle:
        """Nothing new is booked with it; again, nothing changes.

        Raises ScopeMissing, UnknownVehicle, ChangedMeanwhile.
        """
        async with self._sessions.begin() as session:
            row = await _own(session, principal, vehicle_id)
            seen.check(edition_of_vehicle(row))
            row.archived_at = row.archived_at or self._clock()
            return row


async def needs_with(
    session: AsyncSession,
    customer: Customer,
    vehicle_id: str | None,
    said: Needs,
    *,
    again: bool = False,
) -> Needs:
    """Of a booking that names a vehicle, or none; what was said beside it counts more.

    `again`: it was asked for before, and may be archived since, or of a fleet that they have left. Raises
    UnknownVehicle.
    """
    if vehicle_id is None:
        return said
    row = await vehicle_with(session, vehicle_id, customer.driver_id, customer.fleet_id, again=again)
    return said.beside(needs_of(row))


async def vehicle_with(
    session: AsyncSession,
    vehicle_id: str,
    driver_id: str | None,
    fleet_id: str | None,
    *,
    again: bool = False,
) -> Vehicle:
    """One to book with; `again` as above. Raises UnknownVehicle."""
    if again:
        row = await session.get(Vehicle, vehicle_id)
    else:
        row = await vehicle_of(session, vehicle_id, driver_id, fleet_id)
    if row is None or (row.archived_at is not None and not again):
        raise UnknownVehicle(NoSuchVehicle(vehicle=vehicle_id))
    return row


def energy_of(vehicle: Vehicle, asked: EnergyAsked) -> EnergyAsked:
    """With what is known of the vehicle where nothing is said."""
    return asked.beside(battery_wh=vehicle.battery_wh, max_ac_w=vehicle.max_ac_w, max_dc_w=vehicle.max_dc_w)


def edition_of_vehicle(row: Vehicle) -> str:
    return edition_of(
        row.archived_at, {name: getattr(row, name) for name in VehicleOrder.__dataclass_fields__}
    )


async def _own(session: AsyncSession, principal: Principal, vehicle_id: str) -> Vehicle:
    _account(principal)
    row = await _found(session, vehicle_id, principal.driver_id, principal.fleet_id)
    if not principal.owns(driver_id=row.driver_id or "", fleet_id=row.fleet_id):
        raise UnknownVehicle(NoSuchVehicle(vehicle=vehicle_id))
    await session.refresh(row, with_for_update=True)
    return row


async def _found(
    session: AsyncSession, vehicle_id: str, driver_id: str | None, fleet_id: str | None
) -> Vehicle:
    row = await vehicle_of(session, vehicle_id, driver_id, fleet_id)
    if row is None:
        raise UnknownVehicle(NoSuchVehicle(vehicle=vehicle_id))
    return row


def _account(principal: Principal) -> str:
    if not principal.accounts:
        raise ScopeMissing("driver", "fleet")
    return principal.accounts[0]


def _columns(order: VehicleOrder) -> dict[str, Any]:
    return {name: getattr(order, name) for name in VehicleOrder.__dataclass_fields__} | {
        "plugs": list(order.plugs)
    }

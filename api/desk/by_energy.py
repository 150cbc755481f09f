"""What is asked for by its energy gets an end before all else, and keeps it for whoever repeats the key."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.access import Found, unknown
from api.desk.fitting import pools_wanted
from api.desk.orders import Order
from api.desk.vehicles import energy_of, vehicle_with
from db.documents import energy_from_document, energy_to_document, reckoned_from_document
from db.queries.money.quotes import quote_of
from db.queries.place.by_energy import AskedByEnergy, slot_by_energy
from db.queries.place.pool_facts import pools_held
from db.queries.place.terms import versions_in_force
from db.tables import IdempotencyRecord
from domain.errors import SlotInvalid
from domain.place.energy import EnergyAsked, EnergyWanted
from domain.reservation.actions.messages import RescheduleAsked
from domain.terms.drivers import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """`pool_id` None: whichever. `energy`: that it was reckoned for; None: for none, or that was not kept."""

    end: datetime
    pool_id: str | None
    energy: EnergyWanted | None = None


async def energy_wanted(
    session: AsyncSession,
    energy: EnergyAsked,
    vehicle_id: str | None,
    who: Customer,
    *,
    again: bool = False,
) -> EnergyWanted:
    """With what is known of the vehicle, `again` as of `vehicle_with`. Raises UnknownVehicle, SlotInvalid."""
    if vehicle_id is None:
        return energy.wanted()
    row = await vehicle_with(session, vehicle_id, who.driver_id, who.fleet_id, again=again)
    return energy_of(row, energy).wanted()


async def with_takes(session: AsyncSession, who: Customer, order: Order) -> Order:
    """Of one that has its end by its energy, for what is offered instead. Where that was not kept, as the vehicle has
    it now; as it is where that no longer says what its battery is.
    """
    if order.energy is None or order.takes is not None:
        return order
    try:
        takes = await energy_wanted(session, order.energy, order.vehicle_id, who, again=True)
    except SlotInvalid:
        return order
    return replace(order, takes=takes)


async def with_end(
    session: AsyncSession, who: Customer, key: str, order: Order, *, replayed: bool, now: datetime
) -> Order:
    """The key's booking by energy, whose `needs` are those of its vehicle, too.

    Raises UnknownVehicle, UnknownPool, UnknownBay, BayUnfit, NoFit, SlotInvalid, EnergyBeyondSlot; never again where it
    was settled before.
    """
    known = await noted(session, who.account, key) if replayed else None
    if known is None and order.energy is not None:
        known = await reckoned(session, who, order, order.energy, now)
        await note(session, who.account, key, known)
    if known is None:
        return order
    settled = replace(order, end=known.end, pool_id=known.pool_id, takes=known.energy)
    return await with_takes(session, who, settled)


async def reckoned(
    session: AsyncSession, who: Customer, order: Order, energy: EnergyAsked, now: datetime
) -> Until:
    """As it was quoted, else as it would be now. Raises as `with_end`."""
    wanted = await energy_wanted(session, energy, order.vehicle_id, who)
    return await _quoted(session, who, order, wanted) or await _reckoned(session, who, order, wanted, now)


async def until_moved(session: AsyncSession, found: Found, asked: RescheduleAsked, now: datetime) -> Until:
    """Of a reservation that is moved within its pool, by the rules that it was booked by.

    Raises UnknownReservation of one that has no place, ReservationPending, UnknownVehicle, SlotInvalid,
    EnergyBeyondSlot.
    """
    view, pool = found.view, (await pools_held(session, found.code)).last
    if view is None:
        raise found.not_known()
    if pool is None or asked.energy is None:
        raise unknown(found.code)
    terms = view.terms or (await versions_in_force(session, pool.site_id, now)).terms
    who = Customer(account=view.account, driver_id=view.driver_id, fleet_id=view.fleet_id)
    wanted = await energy_wanted(session, asked.energy, asked.vehicle_id, who)
    ask = AskedByEnergy(wanted=wanted, start=asked.start, pools=[pool], driver_id=view.driver_id)
    slot = (await slot_by_energy(session, ask, terms.policy, now)).slot
    return Until(end=slot.end, pool_id=pool.id, energy=wanted)


async def noted(session: AsyncSession, account: str, key: str) -> Until | None:
    """None: nothing was reckoned for it."""
    mine = (IdempotencyRecord.account == account, IdempotencyRecord.key == key)
    record = IdempotencyRecord
    about = select(record.reckoned_end, record.reckoned_pool, record.reckoned_for).where(*mine)
    row = (await session.execute(about)).one_or_none()
    if row is None or row[0] is None:
        return None
    energy = None if row[2] is None else energy_from_document(row[2])
    return Until(end=row[0], pool_id=row[1], energy=energy)


async def note(session: AsyncSession, account: str, key: str, found: Until) -> None:
    """Beside the key's record, which is there."""
    values: dict[str, object] = {"reckoned_end": found.end, "reckoned_pool": found.pool_id}
    if found.energy is not None:
        values["reckoned_for"] = energy_to_document(found.energy)
    mine = (IdempotencyRecord.account == account, IdempotencyRecord.key == key)
    await session.execute(update(IdempotencyRecord).where(*mine).values(values))


async def _quoted(session: AsyncSession, who: Customer, order: Order, wanted: EnergyWanted) -> Until | None:
    """What was told of the same energy at the same time."""
    found = None if order.quote is None else await quote_of(session, [who.account], order.quote)
    if found is None or found.quote.reckoned is None or found.quote.slot_start != order.start:
        return None
    quote = found.quote
    if reckoned_from_document(found.quote.reckoned).energy_wh != wanted.energy_wh:
        return None
    return Until(end=quote.slot_end, pool_id=order.pool_id or quote.pool_id, energy=wanted)


async def _reckoned(
    session: AsyncSession, who: Customer, order: Order, wanted: EnergyWanted, now: datetime
) -> Until:
    versions = await versions_in_force(session, order.site_id, now)
    pools, _ = await pools_wanted(
        session,
        order.site_id,
        pool_id=order.pool_id,
        connector_type=order.connector_type,
        needs=order.needs,
    )
    ask = AskedByEnergy(
        wanted=wanted,
        start=order.start,
        pools=pools,
        driver_id=who.driver_id,
        needs=order.needs,
        on_the_spot=order.connector_id is not None,
    )
    found = await slot_by_energy(session, ask, versions.terms.policy, now)
    return Until(end=found.slot.end, pool_id=order.pool_id or found.pool_id, energy=wanted)

"""What a driver has booked before, as a booking that nothing is held for: to find what there is instead.

It is looked for as it was asked: the same energy, plug, bay and needs, beside the pool that it was, or would have been.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import PlaceHold
from contracts.publication import ReservationView
from db.documents import energy_from_document, needs_from_document
from db.queries.place.pool_facts import PoolsHeld, pools_held
from db.queries.reservations import energies_asked_of
from db.tables import ReservationGuest, ReservationSeries, SeriesDate
from domain.place.energy import EnergyWanted, gives
from domain.place.fit import Needs
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, next_grid_start
from domain.terms.drivers import Customer
from domain.terms.policy import SlotRules

_NEW = ""
"""Code of a booking that does not exist yet: whatever the driver has counts as theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`energy` None: the slot is as long as they want to stay."""

    slot: Slot
    pool_id: str | None
    connector_type: str | None
    needs: Needs
    energy: EnergyWanted | None


def date_again(customer: Customer, series: ReservationSeries, one: SeriesDate, now: datetime) -> PlaceHold:
    """Of a date of a series."""
    energy = series.asked.get("energy")
    wish = Wish(
        slot=Slot(one.slot_start, one.slot_end),
        pool_id=series.asked.get("pool_id"),
        connector_type=series.asked.get("connector_type"),
        needs=needs_from_document(series.asked.get("needs")),
        energy=None if energy is None else energy_from_document(energy),
    )
    return booking_of(customer, series.site_id, wish, now, for_guest=series.asked.get("for_guest", False))


async def reservation_again(
    session: AsyncSession, customer: Customer, view: ReservationView, now: datetime
) -> PlaceHold:
    """Of its slot; once that has begun of what is left of it from now on, or of the shortest, or for as long as its
    energy takes.
    """
    held = await pools_held(session, view.code)
    guest = await session.get(ReservationGuest, view.code)
    pool, slot = _pool_at(view.site_id, held), Slot(view.slot_start, view.slot_end)
    asked = await energies_asked_of(session, view.code, slot.end)
    # Where the slot gives none of them, an end that was chosen since says how long they want to stay.
    energy = next((one for one in asked if pool is None or gives(pool, one, slot.length)), None)
    if slot.start < now and view.terms is not None:
        rules = view.terms.policy.slots.of(None if pool is None else pool.id)
        slot = _from_now(slot, rules, view.site_zone, now, whole=energy is not None)
    wish = Wish(
        slot=slot,
        pool_id=None if pool is None else pool.id,
        connector_type=None if held.booked is None else held.booked.connector_type,
        needs=held.needs,
        energy=energy,
    )
    return booking_of(customer, view.site_id, wish, now, for_guest=guest is not None)


def booking_of(customer: Customer, site_id: str, wish: Wish, now: datetime, *, for_guest: bool) -> PlaceHold:
    return PlaceHold(
        code=_NEW,
        account=customer.account,
        driver_id=customer.driver_id,
        fleet_id=customer.fleet_id,
        site_id=site_id,
        pool_id=wish.pool_id,
        connector_type=wish.connector_type,
        slot=wish.slot,
        needs=wish.needs,
        for_guest=for_guest,
        energy=wish.energy,
        now=now,
    )


def _pool_at(site_id: str, held: PoolsHeld) -> PoolFacts | None:
    """What was promised, at the site where it is by now."""
    return next((one for one in (held.booked, held.last) if one is not None and one.site_id == site_id), None)


def _from_now(slot: Slot, rules: SlotRules, zone: str, now: datetime, *, whole: bool) -> Slot:
    """`whole`: as long as it was."""
    start = next_grid_start(now, rules.step, zone)
    end = start + slot.length if whole else max(slot.end, start + rules.shortest)
    return Slot(start, next_grid_start(end, rules.step, zone))

"""What is asked for as a series, and how it is put on record with its dates, before any of them is booked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.by_energy import Until, note, reckoned
from api.desk.guests import name_guest
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.orders import Order, customer_of
from api.desk.principal import Principal
from api.desk.vehicles import needs_with
from db.documents import energy_to_document, needs_to_document
from db.queries.memberships import horizons_of
from db.queries.place.terms import versions_in_force
from db.tables import ReservationSeries, SeriesDate, Site
from domain.errors import SeriesUnusable, UnknownSite
from domain.facts.refusals import NoSuchSite
from domain.facts.refused_series import NotAllBookableYet
from domain.place.energy import EnergyAsked, EnergyWanted
from domain.place.fit import NO_NEEDS, Needs
from domain.place.slots import Slot
from domain.reservation.code import reservation_code
from domain.reservation.guest import Guest
from domain.reservation.recurrence import Recurrence, slots_of, starts_of
from domain.terms.drivers import Customer, is_by_fleet


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOrder:
    """`all_or_nothing`: once a date is refused, what was booked is cancelled at no cost; else it is skipped.

    Either the `rule` says how long each lasts, or an `energy` is named; `takes`: that, with what is known of the
    vehicle, once the rule says it. `guest`: who comes, to each of them.
    """

    site_id: str
    rule: Recurrence
    all_or_nothing: bool = False
    pool_id: str | None = None
    connector_type: str | None = None
    payment_method: str | None = None
    driver_id: str | None = None
    needs: Needs = NO_NEEDS
    vehicle_id: str | None = None
    bay: str = ""
    energy: EnergyAsked | None = None
    guest: Guest | None = None
    takes: EnergyWanted | None = None


async def note_series(
    session: AsyncSession,
    principal: Principal,
    key: str,
    order: SeriesOrder,
    instead_of: str,
    now: datetime,
) -> tuple[str, bool]:
    """Its id, and was it known already? On record with its dates before any is booked.

    Raises KeyReused, UnknownSite, UnknownDriver, UnknownVehicle, SeriesUnusable, SlotInvalid; where an energy is named
    as `reckoned` of `api.desk.by_energy`.
    """
    record = step_key("series", "", key)
    customer = await customer_of(session, principal, order.driver_id, record=record)
    site = await session.get(Site, order.site_id)
    if site is None:
        raise UnknownSite(NoSuchSite(site_id=order.site_id))
    digest = hashlib.sha256(step_key("series", customer.account, key).encode()).hexdigest()
    series_id = f"s-{digest[:20]}"
    body = fingerprint(order, customer.driver_id, instead_of)
    if await remember(session, account=customer.account, key=record, digest=body, code=series_id, now=now):
        return series_id, True
    order = await _with_needs(session, customer, order)
    if order.energy is not None:
        order = await _with_length(session, customer, order, order.energy, site.zone, now)
    slots = slots_of(order.rule, site.zone)
    policy = (await versions_in_force(session, site.id, now)).terms.policy
    starts = [slot.start for slot in slots.values()]
    ahead = await horizons_of(session, policy, customer.driver_id, site.id, starts)
    if order.all_or_nothing and (late := [at for at in starts if at > now + ahead[at]]):
        raise SeriesUnusable(NotAllBookableYet(horizon=ahead[late[0]]))
    await session.execute(insert(ReservationSeries).values(**_series_row(series_id, customer, order, now)))
    dates = [
        _row(series_id, customer.account, day, slot, ahead[slot.start], now) for day, slot in slots.items()
    ]
    await session.execute(insert(SeriesDate), dates)
    if order.guest is not None:
        await name_guest(session, [str(one["code"]) for one in dates], customer.driver_id, order.guest)
    await _note_dates(session, customer, series_id, order, slots, body, now)
    return series_id, False


async def _note_dates(
    session: AsyncSession,
    customer: Customer,
    series_id: str,
    order: SeriesOrder,
    slots: Mapping[date, Slot],
    body: str,
    now: datetime,
) -> None:
    """That each was asked for, and for which energy."""
    for day, slot in slots.items():
        code, own = _code(series_id, customer.account, day), step_key("series", series_id, day.isoformat())
        await remember(session, account=customer.account, key=own, digest=body, code=code, now=now)
        if order.takes is not None:
            until = Until(end=slot.end, pool_id=order.pool_id, energy=order.takes)
            await note(session, customer.account, own, until)


async def _with_needs(session: AsyncSession, customer: Customer, order: SeriesOrder) -> SeriesOrder:
    """With the bay that is named. Raises UnknownVehicle."""
    needs = await needs_with(session, customer, order.vehicle_id, order.needs)
    return replace(order, needs=needs.at(order.bay))


async def _with_length(
    session: AsyncSession,
    customer: Customer,
    order: SeriesOrder,
    energy: EnergyAsked,
    zone: str,
    now: datetime,
) -> SeriesOrder:
    """Each date is as long as the first has to be, in the pool that it was reckoned for.

    Raises SeriesUnusable, and as `with_end` of `api.desk.by_energy`.
    """
    start = min(starts_of(order.rule, zone).values())
    first = Order(
        site_id=order.site_id,
        start=start,
        pool_id=order.pool_id,
        connector_type=order.connector_type,
        needs=order.needs,
        vehicle_id=order.vehicle_id,
    )
    until = await reckoned(session, customer, first, energy, now)
    rule = replace(order.rule, lasts=until.end - start)
    return replace(order, rule=rule, pool_id=until.pool_id, takes=until.energy)


def _series_row(series_id: str, customer: Customer, order: SeriesOrder, now: datetime) -> dict[str, object]:
    asked = {
        "pool_id": order.pool_id,
        "connector_type": order.connector_type,
        "payment_method": order.payment_method,
        "needs": needs_to_document(order.needs),
        "for_guest": order.guest is not None,
        "energy": None if order.takes is None else energy_to_document(order.takes),
    }
    return {
        "id": series_id,
        "account": customer.account,
        "driver_id": customer.driver_id,
        "fleet_id": customer.fleet_id if is_by_fleet(customer) else None,
        "site_id": order.site_id,
        "all_or_nothing": order.all_or_nothing,
        "asked": asked,
        "made_at": now,
    }


def _row(
    series_id: str, account: str, day: date, slot: Slot, horizon: timedelta, now: datetime
) -> dict[str, object]:
    return {
        "series_id": series_id,
        "day": day,
        "code": _code(series_id, account, day),
        "slot_start": slot.start,
        "slot_end": slot.end,
        "due_at": max(now, slot.start - horizon),
    }


def _code(series_id: str, account: str, day: date) -> str:
    return reservation_code(account, step_key("series", series_id, day.isoformat()))

"""A quote that was refused, as a booking that nothing is held for: to find what there is instead."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.booked_again import Wish, booking_of
from api.desk.by_energy import Until, reckoned
from api.desk.orders import Order, customer_of
from api.desk.principal import Principal
from api.desk.quotes import QuoteOrder
from api.desk.vehicles import needs_with
from contracts.holds import PlaceHold
from domain.errors import BayUnfit, NoFit
from domain.place.fit import Needs
from domain.place.slots import Slot
from domain.terms.drivers import Customer


async def quote_again(
    session: AsyncSession, principal: Principal, order: QuoteOrder, now: datetime
) -> PlaceHold:
    """Raises as `Quotes.make`."""
    customer = await customer_of(session, principal, order.driver_id)
    needs = (await needs_with(session, customer, order.vehicle_id, order.needs)).at(order.bay)
    until = await _until(session, customer, order, needs, now)
    wish = Wish(
        slot=Slot(order.start, until.end),
        pool_id=until.pool_id,
        connector_type=order.connector_type,
        needs=needs,
        energy=until.energy,
    )
    return booking_of(customer, order.site_id, wish, now, for_guest=order.for_guest)


async def _until(
    session: AsyncSession, customer: Customer, order: QuoteOrder, needs: Needs, now: datetime
) -> Until:
    """Where no bay has what is needed, as if any bay had."""
    if order.energy is None:
        if order.end is None:
            raise ValueError("a quote is for a slot or for an energy")
        return Until(end=order.end, pool_id=order.pool_id)
    wanted = Order(
        site_id=order.site_id,
        start=order.start,
        pool_id=order.pool_id,
        connector_type=order.connector_type,
        needs=needs,
        vehicle_id=order.vehicle_id,
    )
    try:
        return await reckoned(session, customer, wanted, order.energy, now)
    except (NoFit, BayUnfit):
        anywhere = Needs(plugs=needs.plugs)
        return await reckoned(session, customer, replace(wanted, needs=anywhere), order.energy, now)

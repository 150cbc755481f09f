"""Booking: one reservation per account and key, however often it is asked for.

The key decides the code, the code decides the workflow, so a retry meets the same workflow and its one answer,
running or closed: `workflows.client.reservations` says how.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.access import Found, published
from api.desk.admission import Admission
from api.desk.budgets import note_named
from api.desk.by_energy import with_end
from api.desk.detours import with_detours
from api.desk.guests import name_guest
from api.desk.idempotency import fingerprint, remember
from api.desk.limits import Limits
from api.desk.orders import Order, OrderHere, customer_of
from api.desk.principal import Principal
from api.desk.vehicles import needs_with
from contracts.names import BOOKING_PATIENCE
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookOutcome, BookRequest
from db.engine import Sessions
from db.queries.place.routes import note_route
from db.tables import Charger, Connector, Site
from domain.errors import BookingTooLate, UnknownConnector, UnknownSite
from domain.facts.refusals import NoSuchSite
from domain.facts.refused_bookings import BookingGivenUp, NoSuchBay
from domain.place.nearby import Route
from domain.reservation.code import reservation_code
from domain.terms.drivers import Customer, is_by_fleet
from workflows.client.failures import EndedUnanswered, NoAnswerYet, Refused
from workflows.client.reservations import ReservationClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """`decision` None: not decided in time; the same key asks again. `replayed`: the key was known."""

    code: str
    decision: BookDecision | None
    replayed: bool


class Booking:
    """`admission`: of bookings to be decided."""

    def __init__(
        self, sessions: Sessions, client: ReservationClient, clock: Callable[[], datetime], limits: Limits
    ) -> None:
        self._sessions = sessions
        self._client = client
        self._clock = clock
        self._limits = limits
        self.admission = Admission(
            at_once=limits.concurrent_bookings,
            at_one_site=limits.bookings_at_one_site,
            patience=limits.booking_line,
        )

    async def book(
        self,
        principal: Principal,
        key: str,
        order: Order,
        *,
        route: Route | None = None,
        begun: Callable[[str], None] = lambda _code: None,
    ) -> Booked:
        """Decide the booking, or find out what was decided.

        `route`: of its driver, kept with it; of the same key another one asks for nothing else.
        `begun` hears the reservation's code as soon as there may be one: whatever is raised later, it has that code.
        Raises ScopeMissing, UnusableValue, KeyReused, Overloaded, UnknownSite, UnknownDriver, UnknownVehicle,
        UnknownCostCenter, BookingTooLate, and CallFailed as the client does.
        """
        async with self.admission.at(order.site_id):
            booked = await self._book(principal, key, order, begun, order, route)
        if booked.decision is None:
            return booked
        offers = await with_detours(
            self._sessions, principal, booked.code, order.site_id, booked.decision.alternatives
        )
        return replace(booked, decision=replace(booked.decision, alternatives=offers))

    async def book_here(
        self,
        principal: Principal,
        key: str,
        ask: OrderHere,
        *,
        begun: Callable[[str], None] = lambda _code: None,
    ) -> Booked:
        """The same, on the spot; it starts when it is asked for the first time. Raises UnknownConnector, too."""
        here = (Connector.charger_id == ask.charger_id, Connector.number == ask.connector)
        of_it = select(Connector.id, Connector.pool_id, Charger.site_id).join(Charger).where(*here)
        async with self._sessions() as session:
            found = (await session.execute(of_it)).one_or_none()
        if found is None:
            raise UnknownConnector(NoSuchBay(charger=ask.charger_id, number=ask.connector))
        order = Order(
            site_id=found.site_id,
            start=self._clock(),
            end=ask.until,
            energy=ask.energy,
            pool_id=found.pool_id,
            payment_method=ask.payment_method,
            connector_id=found.id,
            needs=ask.needs,
            vehicle_id=ask.vehicle_id,
        )
        async with self.admission.at(order.site_id):
            return await self._book(principal, key, order, begun, ask)

    async def _book(
        self,
        principal: Principal,
        key: str,
        order: Order,
        begun: Callable[[str], None],
        said: Order | OrderHere,
        route: Route | None = None,
    ) -> Booked:
        """`said`: what the same key has to say again."""
        now = self._clock()
        async with self._sessions() as session:
            customer = await customer_of(session, principal, order.driver_id, record=key)
            code = reservation_code(customer.account, key)
            if await session.get(Site, order.site_id) is None:
                raise UnknownSite(NoSuchSite(site_id=order.site_id))
            replayed = await _remembered(session, customer, key, said, code, now)
            if not replayed:
                named = order.cost_center, order.reference
                await note_named(session, customer.fleet_id, [code], named, now)
            if not replayed and order.guest is not None:
                await name_guest(session, [code], customer.driver_id, order.guest)
            if not replayed and route is not None:
                await note_route(session, code, customer.account, route, now)
            needs = await needs_with(session, customer, order.vehicle_id, order.needs, again=replayed)
            order = replace(order, needs=needs.at(order.bay))
            if order.energy is not None:
                order = await with_end(session, customer, key, order, replayed=replayed, now=now)
            begun(code)  # whether or not the commit is confirmed
            found = await published(session, code) if replayed else None
            await session.commit()
        decision = await self.answered(booking_request(code, customer, order, now), found)
        return Booked(code=code, decision=decision, replayed=replayed)

    async def answered(self, request: BookRequest, found: Found | None) -> BookDecision | None:
        """Of a booking that is on record. `found`: what is published of it. Raises as `book`."""
        if found is not None and found.closed and found.view is not None:
            return await self._recall(found, found.view)
        return await self._decide(request)

    async def _decide(self, request: BookRequest) -> BookDecision | None:
        try:
            return await self._client.book(request, patience=self._limits.booking_timeout)
        except NoAnswerYet:
            return None
        except EndedUnanswered as error:
            raise BookingTooLate(BookingGivenUp()) from error

    async def _recall(self, found: Found, last: ReservationView) -> BookDecision | None:
        """What a closed reservation once answered: from its workflow, else (retention over) from the projection.

        None: it could not be asked in time, or is not over after all; what is published may then be undecided.
        """
        try:
            remembered = await self._client.remembered_booking(
                found.code, patience=self._limits.query_timeout
            )
        except NoAnswerYet:
            return None
        except (Refused, EndedUnanswered):
            if not last.decline_code:
                raise
            remembered = None
        if remembered is not None:
            return remembered
        if not last.decline_code:
            return BookDecision(outcome=BookOutcome.CONFIRMED, view=last)
        return BookDecision(outcome=BookOutcome.DECLINED, view=last, decline_code=last.decline_code)


async def _remembered(
    session: AsyncSession, customer: Customer, key: str, said: Order | OrderHere, code: str, now: datetime
) -> bool:
    """Of what drivers ask for themselves it says nothing whose they are, which may have changed by the time of a
    retry. Versions of before kept that, too.
    """
    fleet = customer.account if is_by_fleet(customer) else ""
    return await remember(
        session,
        account=customer.account,
        key=key,
        digest=fingerprint(said, customer.driver_id, fleet),
        before=fingerprint(said, customer.driver_id, customer.fleet_id or ""),
        code=code,
        now=now,
    )


def booking_request(code: str, customer: Customer, order: Order, now: datetime) -> BookRequest:
    """Of an order whose end is known."""
    return BookRequest(
        code=code,
        account=customer.account,
        driver_id=customer.driver_id,
        fleet_id=customer.fleet_id,
        site_id=order.site_id,
        start=order.slot.start,
        end=order.slot.end,
        book_by=now + BOOKING_PATIENCE,
        pool_id=order.pool_id,
        connector_type=order.connector_type,
        payment_method=order.payment_method,
        quote=order.quote,
        connector_id=order.connector_id,
        needs=order.needs,
        for_guest=order.guest is not None,
        energy=order.takes,
    )

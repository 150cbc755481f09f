"""What there is instead: of a change or a quote that was just refused, of a reservation that its driver cannot have, of
a date of a series.

Bookings and groups are answered with their own. A refusal stands whatever comes of this: what cannot be found in time
is not told.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.alternatives import alternatives
from activities.holds.around import around
from activities.holds.booked_again import date_again, reservation_again
from activities.holds.moves_instead import other_slots
from api.desk.access import Access, unknown
from api.desk.asked_instead import quote_again
from api.desk.by_energy import until_moved
from api.desk.detours import with_detours, with_own_detours
from api.desk.orders import customer_of
from api.desk.principal import SCOPES_OF, Principal
from api.desk.quotes import Quoted, QuoteOrder, Quotes
from api.desk.steering import Steering
from contracts.alternatives import Alternative
from contracts.holds import MoveHold, PlaceHold
from contracts.publication import ReservationView
from db.engine import Sessions
from db.tables import ReservationSeries, SeriesDate, Site
from domain.errors import DomainError, UnknownReservation, UnknownSeries
from domain.facts.refused_series import NoSuchSeries
from domain.place.slots import Slot
from domain.reservation.actions.action import Action, Actor
from domain.reservation.actions.messages import Asked, Extend, RescheduleAsked
from domain.reservation.code import parse_reservation_code
from domain.terms.accepted import Terms
from workflows.client.failures import Refused

log = structlog.get_logger(__name__)

NO_PLACE = frozenset(
    {
        "slot_unavailable",
        "site_closed",
        "under_maintenance",
        "no_access",
        "no_fit",
        "bay_taken",
        "bay_unfit",
        "bay_costs_too_much",
    }
)
"""Codes of what another place or time would not have been refused for."""
_AT_ONCE = 4
"""Whoever is refused can ask for another time by themselves, and others wait for the database too."""
_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """Of `wanted`, best first. `zone`: IANA name, of the site's clock."""

    found: tuple[Alternative, ...]
    wanted: Slot
    zone: str


Search = Callable[[], Awaitable[Instead | None]]


Heard = Callable[[Instead], None]
"""Hears what there is, before the refusal is raised."""


class InsteadDesk:
    def __init__(
        self,
        sessions: Sessions,
        access: Access,
        steering: Steering,
        quotes: Quotes,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._steering = steering
        self._quotes = quotes
        self._clock = clock
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def act(
        self,
        principal: Principal,
        text: str,
        action: Action,
        asked: Asked | None = None,
        *,
        key: str | None = None,
        heard: Heard,
    ) -> ReservationView:
        """As `Steering.act`, to who named its route with how far out of that it is.

        `heard`: other slots of a reschedule and earlier ends of an extension, which the same action takes, and bookings
        for whoever comes late, where there was no place.
        """
        try:
            view = await self._steering.act(principal, text, action, asked, key=key)
        except Refused as refusal:
            if action.by is Actor.DRIVER and refusal.code in NO_PLACE:
                await self._tell(heard, lambda: self._of_action(principal, text, asked))
            raise
        return (
            view if action.by is Actor.OPERATOR else await with_own_detours(self._sessions, principal, view)
        )

    async def quote(self, principal: Principal, order: QuoteOrder, *, heard: Heard) -> Quoted:
        """As `Quotes.make`. `heard`: what a booking of the same would be offered, where there is no place."""
        try:
            return await self._quotes.make(principal, order)
        except DomainError as refusal:
            if refusal.code in NO_PLACE:
                await self._tell(heard, lambda: self._of_quote(principal, order))
            raise

    async def of_reservation(self, principal: Principal, text: str) -> Instead:
        """Bookings instead of the caller's reservation, of its slot, or of one from now on where that has begun.

        Raises ScopeMissing, InvalidReservationCode, UnknownReservation, ReservationPending, and what keeps the driver
        from any booking.
        """
        principal.require(*SCOPES_OF[Actor.DRIVER])
        own = await self._access.find_own(principal, text)
        view = own.view
        if view is None:
            raise own.not_known()
        async with self._at_once:
            async with self._sessions.begin() as session:
                found = await self._as_booked(session, principal, view)
            return await self._on_the_way(principal, view, found)

    async def of_date(self, principal: Principal, series_id: str, day: date) -> Instead:
        """Of a date of the caller's series, also of one that was skipped. Raises UnknownSeries, for a day that is none
        of its, too.
        """
        async with self._at_once, self._sessions.begin() as session:
            series = await session.get(ReservationSeries, series_id)
            mine = (SeriesDate.series_id == series_id, SeriesDate.day == day)
            one = (await session.scalars(select(SeriesDate).where(*mine))).one_or_none()
            if series is None or one is None or series.account not in principal.accounts:
                raise UnknownSeries(NoSuchSeries(series=series_id))
            customer = await customer_of(session, principal, series.driver_id)
            return await _bookings(session, date_again(customer, series, one, self._clock()))

    async def of_code(self, principal: Principal, text: str) -> Instead:
        """Of whatever has that code: the caller's reservation, or a date of their series that was never booked.

        Raises as `of_reservation`.
        """
        try:
            return await self.of_reservation(principal, text)
        except UnknownReservation:
            async with self._sessions() as session:
                code = parse_reservation_code(text)
                one = await session.scalar(select(SeriesDate).where(SeriesDate.code == code))
            if one is None:
                raise
            try:
                return await self.of_date(principal, one.series_id, one.day)
            except UnknownSeries:
                raise unknown(code) from None

    async def _tell(self, heard: Heard, search: Search) -> None:
        found = None
        try:
            async with asyncio.timeout(_PATIENCE_S), self._at_once:
                found = await search()
        except DomainError:  # whoever asks, or the site, may book nothing any more
            return
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("refused_without_alternatives", error=type(error).__name__)
            return
        if found is not None:
            heard(found)

    async def _of_action(self, principal: Principal, text: str, asked: Asked | None) -> Instead | None:
        own, now = await self._access.find_own(principal, text), self._clock()
        view = own.view
        if view is None or view.terms is None:
            return None
        wanted: Slot | None = None
        async with self._sessions.begin() as session:
            match asked:
                case Extend(end=end):
                    wanted = Slot(view.slot_start, end)
                case RescheduleAsked(start=start, end=None):
                    wanted = Slot(start, (await until_moved(session, own, asked, now)).end)
                case RescheduleAsked(start=start, end=datetime() as end):
                    wanted = Slot(start, end)
                case _:
                    pass
            if wanted is None:
                found = await self._as_booked(session, principal, view)
            else:
                found = await _moves(session, view, view.terms, asked, wanted, now)
        return await self._on_the_way(principal, view, found)

    async def _on_the_way(self, principal: Principal, view: ReservationView, instead: Instead) -> Instead:
        found = await with_detours(self._sessions, principal, view.code, view.site_id, instead.found)
        return replace(instead, found=found)

    async def _of_quote(self, principal: Principal, order: QuoteOrder) -> Instead:
        async with self._sessions.begin() as session:
            return await _bookings(session, await quote_again(session, principal, order, self._clock()))

    async def _as_booked(self, session: AsyncSession, principal: Principal, view: ReservationView) -> Instead:
        customer = await customer_of(session, principal, view.driver_id)
        ask = await reservation_again(session, customer, view, self._clock())
        return await _bookings(session, ask, view.code)


async def _moves(
    session: AsyncSession,
    view: ReservationView,
    terms: Terms,
    asked: Asked | None,
    wanted: Slot,
    now: datetime,
) -> Instead:
    longer = isinstance(asked, Extend)
    bay = asked.until(wanted.end).wanted_bay if isinstance(asked, RescheduleAsked) else None
    ask = MoveHold(code=view.code, hold_id=0, slot=wanted, keep_connector=longer, now=now, bay=bay)
    return Instead(found=await other_slots(session, ask, terms), wanted=wanted, zone=view.site_zone)


async def _bookings(session: AsyncSession, ask: PlaceHold, code: str = "") -> Instead:
    """Each by a quote of its own. `code`: of the reservation along whose route. Raises what keeps the driver from any
    booking.
    """
    found = await alternatives(session, ask, await around(session, ask), along=code)
    site = await session.get_one(Site, ask.site_id)
    return Instead(found=found, wanted=ask.slot, zone=site.zone)

"""What can be booked instead of what a letter says came to nothing: as it is when the letter is written.

A letter never waits for it, and is not held up by it: what is not found in time is not named.
"""

import asyncio
from datetime import datetime

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.alternatives import alternatives
from activities.holds.around import around
from activities.holds.booked_again import date_again, reservation_again
from activities.people.projection import view_from_document
from contracts.holds import PlaceHold
from db.engine import Sessions
from db.tables import Driver, ReservationRow, ReservationSeries, SeriesDate, Site
from domain.errors import DomainError
from domain.terms.drivers import Customer
from texts.messages.offered import Offered

log = structlog.get_logger(__name__)

MOST = 3
"""More are on the page that the letter leads to."""
_PATIENCE_S = 2.0
_AT_ONCE = 2
"""After a site's failure all of its drivers are written to; bookings wait for the same database."""
_NOT_FOUND_OUT = (SQLAlchemyError, OSError, TimeoutError, ValidationError)
"""The last: of what another version has written."""


class InsteadFinder:
    """Nothing of a look is kept: no quote, and no row of the driver's."""

    def __init__(self, sessions: Sessions, *, patience_s: float = _PATIENCE_S) -> None:
        self._sessions = sessions
        self._patience_s = patience_s
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def of(self, code: str, driver_id: str, now: datetime) -> Offered | None:
        """Of the driver's reservation, or of a date of their series that was never booked. None: nothing was found."""
        try:
            async with asyncio.timeout(self._patience_s), self._at_once, self._sessions() as session:
                return await _looked(session, code, driver_id, now)
        except DomainError:  # they, or the site, may book nothing any more
            return None
        except _NOT_FOUND_OUT as error:
            log.warning("letter_without_alternatives", reservation=code, error=type(error).__name__)
            return None


async def _looked(session: AsyncSession, code: str, driver_id: str, now: datetime) -> Offered | None:
    ask = await _booked_again(session, code, driver_id, now)
    if ask is None:
        return None
    found = await alternatives(session, ask, await around(session, ask), along=code)
    site = await session.get_one(Site, ask.site_id)
    return Offered(found=found[:MOST], zone=site.zone) if found else None


async def _booked_again(session: AsyncSession, code: str, driver_id: str, now: datetime) -> PlaceHold | None:
    fleet_id = await session.scalar(select(Driver.fleet_id).where(Driver.id == driver_id))
    customer = Customer(account=driver_id, driver_id=driver_id, fleet_id=fleet_id)
    row = await session.get(ReservationRow, code)
    if row is not None:
        view = view_from_document(row.snapshot)
        return await reservation_again(session, customer, view, now) if view.driver_id == driver_id else None
    one = await session.scalar(select(SeriesDate).where(SeriesDate.code == code))
    series = None if one is None else await session.get(ReservationSeries, one.series_id)
    if one is None or series is None or series.driver_id != driver_id:
        return None
    return date_again(customer, series, one, now)

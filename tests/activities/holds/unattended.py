"""Bookings that nobody waits for, as the loops of the worker make and undo them: their holds alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.holds.activities import HoldActivities
from contracts.holds import PlaceHold, ReleaseHolds
from contracts.reservation import BookRequest
from domain.errors import BookingTooLate
from domain.part import PartOf
from domain.place.slots import Slot
from domain.reservation.booking import comes_too_late
from domain.reservation.release import ReleaseReason


@dataclass
class Bookings:
    """Holds alone, at `now`; `dies_after` so many of them were given back, after the first `unanswered` were not."""

    holds: HoldActivities
    now: datetime
    dies_after: int = 99
    unanswered: int = 0
    is_there: bool = False
    """Whoever is to be undone has come by then."""
    there: set[str] = field(default_factory=set)
    """Reservations whose driver has come."""
    takes: timedelta = timedelta(0)
    """To answer each booking; `now` goes on meanwhile."""
    late: set[str] = field(default_factory=set)
    """Codes that were decided too late: whoever asks again is told the same."""

    async def book(self, request: BookRequest) -> str | None:
        self.now += self.takes
        if request.code in self.late or comes_too_late(request.book_by, self.now):
            self.late.add(request.code)
            return BookingTooLate.code
        ask = PlaceHold(
            code=request.code,
            account=request.account,
            driver_id=request.driver_id,
            fleet_id=request.fleet_id,
            site_id=request.site_id,
            pool_id=None,
            connector_type=None,
            slot=Slot(request.start, request.end),
            for_guest=request.for_guest,
            now=self.now,
        )
        decision = await self.holds.place_hold(ask)
        return decision.refusal.code if decision.refusal is not None else ""

    async def undo(self, code: str, by: PartOf) -> bool:
        self.unanswered -= 1
        if self.dies_after == 0 or self.unanswered >= 0:
            raise ConnectionError
        self.dies_after -= 1
        if self.is_there or code in self.there:
            return False
        ask = ReleaseHolds(code=code, reason=ReleaseReason.CANCELLED, now=self.now)
        await self.holds.release_holds(ask)
        return True

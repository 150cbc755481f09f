"""Bookings that nobody waits for: what came of each, and how they are taken back."""

from datetime import timedelta

from contracts.reservation import BookDecision, BookOutcome, BookRequest
from domain.errors import BookingTooLate
from domain.part import PartOf
from workflows.client.failures import EndedUnanswered, NoAnswerYet, Refused
from workflows.client.reservations import ReservationClient


class UnattendedBookings:
    """Each call raises CallFailed when nothing is known, but for what it says of it."""

    def __init__(self, reservations: ReservationClient, patience: timedelta = timedelta(seconds=8)) -> None:
        self._reservations = reservations
        self._patience = patience

    async def book(self, request: BookRequest) -> str | None:
        """Code of what refused it, empty: it is booked. None: not decided yet. One that is over says what it said."""
        try:
            decision: BookDecision | None = await self._reservations.book(request, patience=self._patience)
        except NoAnswerYet:
            return None
        except EndedUnanswered:
            decision = await self._remembered(request.code)
        if decision is None:
            return BookingTooLate.code
        return decision.decline_code if decision.outcome is BookOutcome.DECLINED else ""

    async def _remembered(self, code: str) -> BookDecision | None:
        try:
            return await self._reservations.remembered_booking(code, patience=self._patience)
        except (Refused, EndedUnanswered):
            return None

    async def undo(self, code: str, by: PartOf) -> bool:
        """As `ReservationClient.undo`."""
        return await self._reservations.undo(code, by, patience=self._patience)

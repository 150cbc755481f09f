"""The answer to a booking, as JSON."""

from datetime import datetime

from api.v1.schemas.bookings import BookingOut
from api.v1.views.reservations import reservation_out
from contracts.reservation import BookDecision, BookOutcome
from texts.reader import Reader


def booking_out(decision: BookDecision, reader: Reader, now: datetime) -> BookingOut:
    """As read at `now`. Raises ValueError for a declined one: that is a problem, not an answer."""
    if decision.outcome is BookOutcome.DECLINED:
        raise ValueError("a declined booking is answered with a problem")
    return BookingOut(
        outcome=decision.outcome,
        reservation=reservation_out(decision.view, reader, now),
        client_secret=decision.client_secret,
        payment_due_at=decision.payment_due_at,
    )

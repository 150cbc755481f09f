"""The answer to a booking, as JSON."""

from datetime import datetime

from api.v1.schemas.bookings import AlternativeOut, BookingOut
from api.v1.schemas.fields import MoneyOut
from api.v1.views.reservations import reservation_out
from api.v1.views.terms import reasons_out
from contracts.holds import Alternative
from contracts.reservation import BookDecision, BookOutcome
from domain.money.amount import Money, zero
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


def alternative_out(alternative: Alternative, reader: Reader) -> AlternativeOut:
    fee = alternative.reservation_fee
    nothing = zero(fee.currency)
    agreed = alternative.agreed or nothing
    return AlternativeOut(
        reason=alternative.reason,
        site_id=alternative.site_id,
        site_name=alternative.site_name,
        site_address=alternative.site_address,
        pool_id=alternative.pool_id,
        start=alternative.slot.start,
        end=alternative.slot.end,
        power_w=alternative.power_w,
        distance_m=alternative.distance_m,
        reservation_fee=_money(fee),
        payer=alternative.payer,
        held=_money(nothing if alternative.is_fee else agreed),
        taken=_money(agreed if alternative.is_fee else nothing),
        energy_per_kwh=_some(alternative.energy_per_kwh),
        time_per_minute=_some(alternative.time_per_minute),
        price_reasons=reasons_out(alternative.price_reasons, alternative.payer, reader),
        price_difference=_some(alternative.price_difference),
        certainty=alternative.certainty,
    )


def _some(amount: Money | None) -> MoneyOut | None:
    return None if amount is None else _money(amount)


def _money(amount: Money) -> MoneyOut:
    return MoneyOut(minor=amount.minor, currency=amount.currency)

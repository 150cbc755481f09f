"""What a booking does about money before the slot: nothing, a hold on the card, only the card saved, or a fee taken.

A hold on a card lasts about seven days (docs.stripe.com/payments/place-a-hold-on-a-payment-method). One that would
lapse before it is needed is not placed: the card is saved, and authorised near the start.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.authorisation import needed_until

HOLD_DAYS = timedelta(days=7)
"""So long a hold is good that was placed with the driver there."""


class Take(StrEnum):
    NOTHING = "nothing"
    AUTHORISE = "authorise"
    SAVE_CARD = "save_card"
    CAPTURE = "capture"
    """Taken at once, however far ahead the slot is: nothing could lapse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPlan:
    """With SAVE_CARD `amount` is authorised later (`domain.reservation.authorisation`)."""

    take: Take
    amount: Money


def plan_of(amount: Money, slot: Slot, now: datetime, *, is_fee: bool = False) -> PaymentPlan:
    """`amount`: what the driver agreed to have held, or taken where it `is_fee` (`domain.settlement.agreed`)."""
    if amount.is_zero:
        return PaymentPlan(take=Take.NOTHING, amount=amount)
    if is_fee:
        return PaymentPlan(take=Take.CAPTURE, amount=amount)
    if needed_until(slot.end) <= now + HOLD_DAYS:
        return PaymentPlan(take=Take.AUTHORISE, amount=amount)
    return PaymentPlan(take=Take.SAVE_CARD, amount=amount)

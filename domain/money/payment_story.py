"""Where is my hold? What became of one payment, from how it stood at each moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.money.amount import Money, zero

_HELD = "requires_capture"
_RELEASED = "canceled"


class PaymentState(StrEnum):
    PENDING = "pending"
    """Nothing is held: the driver, or the bank, has something to do first."""
    HELD = "held"
    RELEASED = "released"
    """Nothing was taken, and nothing is held any more."""
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    """Taken, and all of it given back."""
    DECLINED = "declined"
    NEVER_HELD = "never_held"
    """Given up before anything was held."""


_BY_STATUS = {_HELD: PaymentState.HELD, "declined": PaymentState.DECLINED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`status`: the provider's of a payment, or `intended`, `declined`."""

    at: datetime
    status: str
    amount: Money
    captured: Money
    refunded: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStory:
    """`amount`: what was asked for. `taken`: also what was given back later. Instants None: that never happened."""

    state: PaymentState
    amount: Money
    taken: Money
    released: Money
    given_back: Money
    placed_at: datetime | None = None
    taken_at: datetime | None = None
    released_at: datetime | None = None
    given_back_at: datetime | None = None


def story_of(moments: Sequence[Moment]) -> PaymentStory:
    """Oldest first, at least one."""
    last = moments[-1]
    placed_at = next((one.at for one in moments if one.status == _HELD), None)
    taken_at = next((one.at for one in moments if one.captured.minor > 0), None)
    released_at = next((one.at for one in moments if one.status == _RELEASED), None) if placed_at else None
    released = last.amount if released_at else zero(last.amount.currency)
    if taken_at is not None:
        released = max(last.amount - last.captured, zero(last.amount.currency))
        released_at = None if released.is_zero else taken_at
    return PaymentStory(
        state=_state(last, held=placed_at is not None),
        amount=last.amount,
        taken=last.captured,
        released=released,
        given_back=last.refunded,
        placed_at=placed_at,
        taken_at=taken_at,
        released_at=released_at,
        given_back_at=next((one.at for one in moments if one.refunded == last.refunded), None)
        if last.refunded.minor > 0
        else None,
    )


def _state(last: Moment, *, held: bool) -> PaymentState:
    if last.captured.minor > 0:
        return PaymentState.GIVEN_BACK if last.refunded >= last.captured else PaymentState.TAKEN
    if last.status == _RELEASED:
        return PaymentState.RELEASED if held else PaymentState.NEVER_HELD
    return _BY_STATUS.get(last.status, PaymentState.PENDING)

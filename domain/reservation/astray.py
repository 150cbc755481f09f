"""What is amiss with a reservation for whoever plans with it: a fleet's dispatcher, say."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import PaymentDeclined
from domain.reservation.lifecycle import State


class Astray(StrEnum):
    """What matters most comes first."""

    CHARGER_BROKEN = "charger_broken"
    """Its place serves nobody now, and it has not begun."""
    MOVE_PROPOSED = "move_proposed"
    """Its driver is asked whether to go elsewhere."""
    BEING_MOVED = "being_moved"
    PAYMENT_DUE = "payment_due"
    LATE = "late"
    """Its slot has begun, and nobody has come."""
    OVERSTAYING = "overstaying"
    LOOKED_AT = "looked_at"
    """An operator has to look at it."""
    NO_SHOW = "no_show"
    UNFULFILLED = "unfulfilled"
    """We did not keep it."""
    PAYMENT_FAILED = "payment_failed"
    """It is not held any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A reservation as it was published last. `declined`: code of what refused it. `place_broken`: by now."""

    state: State
    start: datetime
    declined: str = ""
    asked_to_move: bool = False
    place_broken: bool = False
    looked_at: bool = False


_WAITED_FOR = (State.CONFIRMED, State.LOCKED)
_AS_THEY_ARE = {
    State.REROUTING: Astray.BEING_MOVED,
    State.AWAITING_PAYMENT: Astray.PAYMENT_DUE,
    State.OVERSTAYING: Astray.OVERSTAYING,
    State.NO_SHOW: Astray.NO_SHOW,
    State.UNFULFILLED: Astray.UNFULFILLED,
    State.EXPIRED: Astray.PAYMENT_FAILED,
}


def astray(seen: Seen, now: datetime) -> Astray | None:
    """None: it goes as it was planned, or ended as its driver wanted."""
    waited_for = seen.state in _WAITED_FOR
    if seen.asked_to_move:
        return Astray.MOVE_PROPOSED
    if waited_for and seen.place_broken:
        return Astray.CHARGER_BROKEN
    if waited_for and seen.start < now:
        return Astray.LATE
    if seen.state is State.DECLINED and seen.declined == PaymentDeclined.code:
        return Astray.PAYMENT_FAILED
    return _AS_THEY_ARE.get(seen.state) or (Astray.LOOKED_AT if seen.looked_at else None)

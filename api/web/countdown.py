"""What a driver watches the clock for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contracts.publication import ReservationView
from domain.reservation.lifecycle import State
from texts.reader import Reader

_COMES = (State.CONFIRMED, State.LOCKED)
_MINUTE = timedelta(minutes=1)
_THERE = (State.ARRIVED, State.CHARGING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """`text` and `left`: as it was when it was told; a script counts on to `until`."""

    text: str
    left: str
    until: datetime


def countdown_of(view: ReservationView, reader: Reader, now: datetime) -> Countdown | None:
    """To the slot, to the end of grace, to the end of the slot. None: nothing that the driver could miss."""
    if view.state in _COMES and now < view.slot_start:
        return Countdown(
            text=reader.page("countdown.starts"),
            left=_left(view.slot_start - now, reader),
            until=view.slot_start.astimezone(UTC),
        )
    if view.state in _COMES and view.arrive_by is not None and now < view.arrive_by:
        return Countdown(
            text=reader.page("countdown.kept"),
            left=_left(view.arrive_by - now, reader),
            until=view.arrive_by.astimezone(UTC),
        )
    if view.state in _THERE and now < view.slot_end:
        return Countdown(
            text=reader.page("countdown.ends"),
            left=_left(view.slot_end - now, reader),
            until=view.slot_end.astimezone(UTC),
        )
    return None


def _left(left: timedelta, reader: Reader) -> str:
    """In whole minutes, of which the last one counts whole."""
    return reader.duration(max(_MINUTE, left - left % _MINUTE))

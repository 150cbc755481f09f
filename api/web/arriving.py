"""Who comes late: when they can say that they will be there, and until when their bay is kept then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.publication import ReservationView
from domain.place.slots import Slot
from domain.reservation.actions.table import BY_NAME
from domain.reservation.arrivals import Arrival, arrivals_to_announce
from domain.reservation.lifecycle import State
from texts.reader import Reader

ON_MY_WAY = BY_NAME["on_my_way"]
_COMES = (State.CONFIRMED, State.LOCKED)
_AHEAD = timedelta(hours=3)
"""Before, nobody knows how late they will be, and it can be said once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`there` and `kept`: when, and until when the bay is kept then, in words. `asks`: what its press says."""

    there: str
    kept: str
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """`kept`: until when the bay is kept, and whether it can be kept longer, in words; `path`: of the action."""

    kept: str
    choices: tuple[Choice, ...] = ()
    path: str = ON_MY_WAY.path


def arriving_of(view: ReservationView, reader: Reader, now: datetime) -> Arriving | None:
    """`reader`: on the site's clock. None: not awaited, or not soon enough to know."""
    until = view.arrive_by
    if view.state not in _COMES or until is None or view.terms is None:
        return None
    if not view.slot_start - _AHEAD <= now < until:
        return None
    kept = _clock(until, reader, now)
    if ON_MY_WAY.name not in view.possible:
        return Arriving(kept=reader.page("arriving.said", until=kept))
    found = arrivals_to_announce(Slot(view.slot_start, view.slot_end), until, view.terms, now)
    if not found:
        return Arriving(kept=reader.page("arriving.no_longer", until=kept))
    choices = tuple(_choice(one, reader, now) for one in found)
    return Arriving(kept=reader.page("arriving.ask", until=kept), choices=choices)


def _choice(one: Arrival, reader: Reader, now: datetime) -> Choice:
    return Choice(
        there=reader.page("arriving.there", at=_clock(one.at, reader, now)),
        kept=reader.page("arriving.kept", until=_clock(one.kept_until, reader, now)),
        asks=one.at.isoformat(),
    )


def _clock(at: datetime, reader: Reader, now: datetime) -> str:
    """The minute that has begun by then: nothing is promised for longer than it holds."""
    return reader.clock(at.replace(second=0, microsecond=0), now)

"""Which reservations hear of what happens at a charger.

A hold in force concerns its reservation from `watch_from` (the fault watch of its policy) to the end of its buffer;
once locked, for as long as it is not given back: who overstays still has the connector after the slot. A boot concerns
only those with a locked hold, because a hold on the device may be lost in it. The reservation of an open session
hears of everything.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchingHold:
    """A hold that is not given back. `until`: the end of slot and buffer. Instants aware UTC."""

    locked: bool
    watch_from: datetime
    until: datetime


def is_concerned(hold: WatchingHold, *, locked_only: bool, now: datetime) -> bool:
    """`locked_only`: by what may have lost a hold on the device."""
    if hold.locked:
        return locked_only or hold.watch_from <= now
    return not locked_only and hold.watch_from <= now < hold.until

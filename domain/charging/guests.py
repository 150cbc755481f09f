"""How long who has no open slot of their own may stay on a connector: a walk-in, or a driver who comes late.

One rule for the gate, which tells the card, and for the workflow, which then holds the connector for a latecomer:
until the next reservation of somebody else begins. While one is open, or begins within its warning time, nobody begins
a stay.
A driver's own reservations end no stay of theirs, those of a group mate do; but a latecomer goes on in their own next
slot, if they have one there, when it begins.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class NoStay(StrEnum):
    OPEN = "open"
    """Somebody else's window is open."""
    NEAR = "near"
    """Somebody else's slot begins within its warning time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSlot:
    """Of somebody else's hold on the connector that has not ended. Instants aware UTC.

    `warning`: a stay that could last no longer than this before `start` is not begun.
    """

    opens_at: datetime
    start: datetime
    warning: timedelta


def stay_ends(others: Iterable[NextSlot], latest: datetime | None, now: datetime) -> datetime | NoStay | None:
    """The end of a stay that begins at `now`, or why it is none. `latest`: its end if nobody comes (None: open)."""
    slots = list(others)
    if any(slot.opens_at <= now for slot in slots):
        return NoStay.OPEN
    if any(slot.start - slot.warning <= now for slot in slots):
        return NoStay.NEAR
    return min((end for end in (latest, *(slot.start for slot in slots)) if end is not None), default=None)

"""What a vendor's charger does, beside what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Conduct:
    """Every default is the textbook's charger.

    Attributes:
        slash_at_the_end: of the path that it connects to.
        forgets_transactions: a power cut loses what runs; no end is ever told.
        refuses: actions of the CSMS answered by CALLERROR NotImplemented.
        lets_anybody_in: reservations are accepted and not enforced.
        names_reservation: which reservation id its starts carry.
        keeps_reserved_to_itself: no StatusNotification(Reserved).
    """

    slash_at_the_end: bool = False
    forgets_transactions: bool = False
    refuses: frozenset[str] = frozenset()
    lets_anybody_in: bool = False
    names_reservation: Literal["correct", "omit", "invent", "of_the_holder"] = "correct"
    keeps_reserved_to_itself: bool = False


TEXTBOOK = Conduct()

"""What who waits for a place is told unasked."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.notices import NoticeFact


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOffered(NoticeFact):
    """From the waiting list, kept for them until then."""

    site: str
    start: datetime
    end: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferNotTaken(NoticeFact):
    """They let it pass in silence. `again`: from when on they are asked again; None: they are off the list. `over`: as
    nothing could be offered to them by then.
    """

    start: datetime
    again: datetime | None
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferNotBooked(NoticeFact):
    """They had accepted it, and were not answered then; they wait on. `reason`: code of what refused it; empty: it was
    not paid. `over`: nothing can be offered to them any more, however they were answered."""

    start: datetime
    reason: str
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTakenBack(NoticeFact):
    """Before they answered. `reason`: code of what refuses it now; they wait on."""

    start: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedOtherwise(NoticeFact):
    """They have booked a place within their window that begins then, and wait no longer."""

    site: str
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOver(NoticeFact):
    """Nothing became free for them in time, of the window that begins then. `reason`: code of what kept them from what
    was free, since their last offer; empty: nothing did. `offered`: they have let something pass, or it came to
    nothing."""

    site: str
    start: datetime
    reason: str = ""
    offered: bool = False

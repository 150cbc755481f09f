"""Why something is not done at this moment, by nobody's rule: load, what is away, mistakes of ours."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyAtOnce(RefusalFact):
    """More bookings are being decided than we can; try again in a moment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyDocuments(RefusalFact):
    """More documents are being made than we can; try again in a moment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyLooking(RefusalFact):
    """More look at once than we can tell of changes; ask for the state now and then instead"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyOwnStreams(RefusalFact):
    """{most} streams may be open at a time; close one first"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLongForPaper(RefusalFact):
    """It has {lines} lines and a PDF has up to {most}; read it as a page, or as a table"""

    lines: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeingDecided(RefusalFact):
    """The booking is being decided; ask again in a moment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDoneJustNow(RefusalFact):
    """That could not be done just now; please try again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedMeanwhile(RefusalFact):
    """Somebody else has changed this since you read it; read it again before you change it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHasChanged(RefusalFact):
    """This has changed meanwhile; look at it again, and choose again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThereAlready(RefusalFact):
    """There is one already; read it before you change it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingChanged(RefusalFact):
    """Nothing was changed by this attempt; try again shortly"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationsAway(RefusalFact):
    """Reservations cannot be reached right now; try again shortly, with the same key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MayStillAct(RefusalFact):
    """The reservation did not answer in time and may still act; read it, or repeat the request with the same key"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OurFault(RefusalFact):
    """Please try again; tell us the request id if it stays"""

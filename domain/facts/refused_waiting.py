"""Why somebody cannot join a waiting list, or do what they ask with their entry of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchWaitingEntry(RefusalFact):
    """There is no entry {entry}; list your own"""

    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTooLong(RefusalFact):
    """A window may be {longest} long; wait for a shorter one, or join once for each"""

    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTooShort(RefusalFact):
    """What you wait for takes {length}, which is more than the window; let it end later"""

    length: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingLeftToWaitFor(RefusalFact):
    """Nothing could be offered in time: that ends {until}; let the window end later"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OneBayAtATime(RefusalFact):
    """A waiting list offers one bay at a time, and keeps no {bays} together; let each driver join"""

    bays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyWaiting(RefusalFact):
    """You wait for {most} already, the most that one person may; leave one of them first"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFull(RefusalFact):
    """{most} wait there already; try later, or another site"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingOffered(RefusalFact):
    """That offer is not open any more, or was never made"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPassed(RefusalFact):
    """The offer stood until {until}, and others are asked now"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCameToNothing(RefusalFact):
    """What was offered could not be booked: {reason}; you keep your place in line. `reason`: code of what refused it;
    empty: it was not paid in time."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSnoozeLeft(RefusalFact):
    """You have let {most} offers pass already; accept this one or decline it"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(RefusalFact):
    """You have accepted an offer by this entry: cancel the reservation {reservation} instead"""

    reservation: str

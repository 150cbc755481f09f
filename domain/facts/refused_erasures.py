"""Why a driver cannot be erased now: what has to come to its end before."""

from dataclasses import dataclass

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class StillReserved(RefusalFact):
    """Reservation {reservation} is not over: cancel it, or wait until it is settled"""

    reservation: str


@dataclass(frozen=True, slots=True)
class StillOffered(RefusalFact):
    """A place is kept for you by a waiting list: decline it first"""


@dataclass(frozen=True, slots=True)
class StillPlanned(RefusalFact):
    """A series of reservations goes on: end it first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillCharging(RefusalFact):
    """Something is charging for you at {charger}: stop it first"""

    charger: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StillPaying(RefusalFact):
    """A payment for {reservation} is under way: ask again when it is settled"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StillOwed(RefusalFact):
    """Something is still to be paid for {reservation}"""

    reservation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StillDisputed(RefusalFact):
    """A bank has not decided about a payment for {reservation}"""

    reservation: str


@dataclass(frozen=True, slots=True)
class StillToDecide(RefusalFact):
    """Money for you waits for a second person: ask again when they have decided"""


@dataclass(frozen=True, slots=True)
class StillToIssue(RefusalFact):
    """An invoice that has to name you is still to be issued: ask again in a while"""


@dataclass(frozen=True, slots=True)
class StillSubscribed(RefusalFact):
    """You subscribe to a membership: end that first"""

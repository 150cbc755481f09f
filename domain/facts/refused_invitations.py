"""Why somebody is not taken into a group of drivers."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True)
class NoSuchInvitation(RefusalFact):
    """This invitation is not known. Look at the code again, or ask who gave it to you"""


@dataclass(frozen=True, slots=True)
class NoInvitationForDomain(RefusalFact):
    """Nobody has invited the domain of your e-mail address"""


@dataclass(frozen=True, slots=True)
class AddressNotVerified(RefusalFact):
    """Your e-mail address is not verified: verify it with your account, and sign in again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEnded(RefusalFact):
    """This invitation ended {at}"""

    at: datetime


@dataclass(frozen=True, slots=True)
class InvitationWithdrawn(RefusalFact):
    """This invitation was withdrawn"""


@dataclass(frozen=True, slots=True)
class InvitationTaken(RefusalFact):
    """You have used this invitation before, and are not in the group any more: ask for another one"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPlaceLeft(RefusalFact):
    """This invitation was for {uses}, who have all come"""

    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedTooOften(RefusalFact):
    """You have tried too many codes; try again {again}"""

    again: datetime

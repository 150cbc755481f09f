"""Why a swap of two slots is refused, or an offer of one."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.refusals import RefusalFact


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchSwapOffer(RefusalFact):
    """There is no offer {offer}; ask whoever gave you the code"""

    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapOfferEnded(RefusalFact):
    """This offer is over ({state}); ask for another one"""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapOfTheSame(RefusalFact):
    """That is the slot you have already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapWithOneself(RefusalFact):
    """This offer is of the same reservation"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapNeedsOther(RefusalFact):
    """It is offered for the slot {start} to {end} in the same pool, which this reservation has not"""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapTooLate(RefusalFact):
    """These slots can be swapped until {until}, which has passed"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapWhileAsked(RefusalFact):
    """One of the two is asked whether to go to another place; once that is answered, slots can be swapped"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManySwapOffers(RefusalFact):
    """{most} offers of one reservation may be open at a time; withdraw one first"""

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCannotSwap(RefusalFact):
    """Whoever offers it cannot have your slot any more ({reason}); ask for another offer"""

    reason: str

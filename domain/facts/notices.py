"""What a driver is told unasked of a reservation, each once; of money: `money_notices`, of a waiting list:
`waiting_notices`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.facts.fact import Fact
from domain.money.amount import Money
from domain.money.declines import DebtReason
from domain.part import PartOf
from domain.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class NoticeFact(Fact):
    """A message to the driver of a reservation, or to a fleet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(NoticeFact):
    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescheduled(NoticeFact):
    """`cost`: of changing so late, as it was accepted; None: nothing."""

    start: datetime
    cost: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSwapped(NoticeFact):
    """Of both. `offered`: this one's offer was taken; else they took one."""

    start: datetime
    end: datetime
    offered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSkipped(NoticeFact):
    """Of a series. `reason`: code of what refused it; empty: told before it was noted."""

    start: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupGivenUp(NoticeFact):
    """Of bookings that come together or not at all: another of them came to nothing, so this one is cancelled."""

    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(NoticeFact):
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortened(NoticeFact):
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOn(NoticeFact):
    """Into the driver's next slot on the same berth."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSlotElsewhere(NoticeFact):
    """The car charges at `stands_at`, which is not free for the driver's next slot: they have to move it to `bay`."""

    bay: str
    stands_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked(NoticeFact):
    bay: str
    promise: EnforcementLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted(NoticeFact):
    """`site`: where the bay is, if that is another site than before. `named`: the bay that they had asked for by name,
    where that could not be kept; else empty.
    """

    bay: str
    cause: Cause
    site: Whereabouts | None = None
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveProposed(NoticeFact):
    """Accept or decline by then; no answer is a yes."""

    site: Whereabouts
    bay: str
    cause: Cause
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeProposed(NoticeFact):
    """Another time, as no place is left at theirs. Accept or decline by then; no answer is a no."""

    bay: str
    cause: Cause
    start: datetime
    end: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWithdrawn(NoticeFact):
    """Nobody has to go anywhere: the place works again."""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotEndingSoon(NoticeFact):
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overstay(NoticeFact):
    """`fee`: for each started step, once `grace` is over."""

    grace: timedelta
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedByCharger(NoticeFact):
    """Its failure ended the session; the cable is still in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerSilent(NoticeFact):
    """It has been away for long in the middle of their session, which probably goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(NoticeFact):
    """`part_of`: it was undone with that."""

    by: Cause
    part_of: PartOf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(NoticeFact):
    """The deposit was not paid in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentWanted(NoticeFact):
    """The bank wants the driver, or another card is needed; `until` None: there is no date, they are there already.

    `fee`: it is the reservation fee that could not be taken, and no deposit.
    """

    amount: Money
    why: DebtReason
    until: datetime | None
    fee: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShow(NoticeFact):
    """Grace is over; still welcome while a connector is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLateUntil(NoticeFact):
    """Welcome although late, but not for the whole slot: the next reservation begins then."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfulfilled(NoticeFact):
    """We could not keep the promise: no fee, and a credit."""

    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedByFailure(NoticeFact):
    """Whoever carried the reservation out is gone, and with it the place; nobody else tells the driver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BayReportResolved(NoticeFact):
    """What they had said of a bay has been seen to. `bay`: what is painted on it; `answer`: an operator's own words."""

    site: str
    bay: str
    answer: str

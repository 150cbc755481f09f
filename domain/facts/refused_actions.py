"""Why an action on a reservation is refused."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts.refusals import RefusalFact
from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongState(RefusalFact):
    """This is possible while the reservation is {allowed}; now it is {state}. States by their codes."""

    allowed: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeingSettled(RefusalFact):
    """The reservation is being settled; nothing else can be changed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeingSettledWaive(RefusalFact):
    """The reservation is being settled; waive its fees instead of cancelling it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(RefusalFact):
    """The reservation is over ({state}); nothing can be changed"""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverRefund(RefusalFact):
    """The reservation is closed ({state}); refund the driver instead"""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementUnexplained(RefusalFact):
    """Say in the reason how the driver agreed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HasEnded(RefusalFact):
    """The reservation has ended; nothing can be changed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTooLate(RefusalFact):
    """Rescheduling was possible until {until}; cancel and book again instead"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCosts(RefusalFact):
    """Changing the slot so late costs {cost}, as cancelling it would; ask again with that as the accepted cost"""

    cost: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellingCosts(RefusalFact):
    """Cancelling costs {cost} by now, more than was agreed to; nothing has been cancelled"""

    cost: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPriceRises(RefusalFact):
    """The new slot is dearer: {energy_per_kwh} per kWh, {time_per_minute} a minute; accept that by asking again"""

    energy_per_kwh: Money
    time_per_minute: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendTooLate(RefusalFact):
    """Extending was possible until {until}; please unplug and free the bay, or book a new slot"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndNotLater(RefusalFact):
    """The slot already lasts until {end}; ask for a later end"""

    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndNotEarlier(RefusalFact):
    """The slot ends {end} already; ask for an earlier end"""

    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTooEarly(RefusalFact):
    """Less than the shortest slot of this site would be left; it ends {earliest} at the earliest"""

    earliest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPassed(RefusalFact):
    """That end, {end}, is past already; ask for one that is still to come"""

    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTooLate(RefusalFact):
    """That would exceed the longest slot of this site, which ends {latest}"""

    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyExtended(RefusalFact):
    """The grace period was already extended and ends {until}; it is extended once"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EtaPassed(RefusalFact):
    """That arrival, {eta}, is past already; say when you will be there, or check in if you are there"""

    eta: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EtaAfterSlot(RefusalFact):
    """The slot ends {end}, before you would arrive; cancel it and book a later one instead"""

    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GraceOver(RefusalFact):
    """The grace period ended {until}; it can no longer be extended"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOver(RefusalFact):
    """The slot ended {end}; please book a new one"""

    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInOpens(RefusalFact):
    """Check-in opens {opens}; please come back then"""

    opens: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInClosed(RefusalFact):
    """Check-in closed {closes}, when the grace period ended"""

    closes: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingBegun(RefusalFact):
    """Charging has begun already"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverHasCome(RefusalFact):
    """Its driver has come, so it stays, whatever becomes of the rest"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingStopped(RefusalFact):
    """Charging has already stopped; please unplug and free the bay"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateSlotOver(RefusalFact):
    """You are late and the slot has ended; please book again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateGivenAway(RefusalFact):
    """You are late and the connector was given away; please book again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerAway(RefusalFact):
    """The charger is not connected just now; try again, or use your card at the charger"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRefused(RefusalFact):
    """The charger refused to start; plug the cable in and try again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRefused(RefusalFact):
    """The charger refused to stop; unplug the car to end the session"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchFee(RefusalFact):
    """“{kind}” is no fee; there are: {fees}. Fees by their codes."""

    kind: str
    fees: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToResolve(RefusalFact):
    """Nothing about this reservation needs attention"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherProposed(RefusalFact):
    """What is proposed now is number {proposal}: {bay}. Nothing has been answered; look at it, and answer that"""

    proposal: int
    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BayIsAnother(RefusalFact):
    """Your bay is {bay} now. Nothing has been started or noted: go there, and say it again"""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingProposed(RefusalFact):
    """The driver is not being asked whether to be moved to another site"""

"""The timeline of a reservation, from arrival to settlement."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.causes import Cause
from domain.charging.commands import CommandOutcome
from domain.facts.attention import Problem
from domain.facts.timeline import TimelineFact
from domain.money.amount import Money
from domain.part import PartOf


class ArrivalSign(StrEnum):
    """How we know that the driver is there."""

    CARD_PRESENTED = "card_presented"
    CHECKED_IN = "checked_in"
    START_ASKED_FOR = "start_asked_for"
    CHARGING_STARTED = "charging_started"
    CAME_WITHOUT_STARTING = "came_without_starting"
    """The token was presented at the charger, but no transaction followed (2.1 NoTransaction)."""
    STILL_CHARGING = "still_charging"
    """With the session of their slot before, on the same berth."""


# --- the stay --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(TimelineFact):
    """Arrived: {sign}"""

    sign: ArrivalSign


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomedLate(TimelineFact):
    """Arrived late to a free connector: welcome"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BayKept(TimelineFact):
    """The car charges on at {bay} from the slot before: held there now"""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCharging(TimelineFact):
    """Was charging at {bay} already: found when it was looked for, before anything was given away or charged for"""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLateUntil(TimelineFact):
    """Held until {until}, when the next reservation of this connector begins"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameTooLate(TimelineFact):
    """You are late and the connector was given away, or the slot has ended; please book again"""

    slot_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAsked(TimelineFact):
    """Remote start: {outcome}"""

    outcome: CommandOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingStarted(TimelineFact):
    """Charging; `again`: Charging again"""

    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAsked(TimelineFact):
    """Remote stop: {outcome}"""

    outcome: CommandOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRefused(TimelineFact):
    """The charger refused to stop; unplug the car to end the session"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingEnded(TimelineFact):
    """Charging ended"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(TimelineFact):
    """Slot extended: nobody waits for the connector. `until`: its new end."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedWhileOverstaying(TimelineFact):
    """Slot extended while overstaying"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOn(TimelineFact):
    """Slot ended, and the driver's next one here began: charging goes on until {until}, all on this reservation"""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overstayed(TimelineFact):
    """Slot ended; the bay is still taken"""


# --- the end ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StayOver(TimelineFact):
    """Stay is over; settling"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotArrived(TimelineFact):
    """Grace period ended without arrival; connector released, latecomers are welcome"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(TimelineFact):
    """Cancelled by the {by}: {reason}. `reason`: a person's own words, often empty. `part_of`: undone with that."""

    by: Cause
    reason: str
    part_of: PartOf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowFeeDropped(TimelineFact):
    """No-show fee dropped: cancelled by the {by}"""

    by: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfulfilled(TimelineFact):
    """No other connector was free; no fee, and a credit follows"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementDelayed(TimelineFact):
    """The money is settled as soon as the payment provider answers"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(TimelineFact):
    """Settled: {charged}"""

    charged: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledAnew(TimelineFact):
    """The charger told more after the settlement; charged in all: {charged}"""

    charged: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledAfterRefund(TimelineFact):
    """Money was given back after the settlement, or a refund has failed; charged in all: {charged}"""

    charged: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived(TimelineFact):
    """Waived by an operator: {kind}. `kind`: of a line."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionNeeded(TimelineFact):
    """Needs attention: {problem}: {detail}"""

    problem: Problem
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(TimelineFact):
    """Resolved by an operator: {reason}. `reason`: the operator's words."""

    reason: str

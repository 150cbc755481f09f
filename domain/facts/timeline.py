"""The timeline of a reservation, from booking to the connector: what was promised, held, lost and moved.

`domain.facts.timeline_payment` has what was paid for it, `domain.facts.stay` the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.causes import Cause
from domain.charging.commands import CommandOutcome
from domain.charging.connector import ConnectorStatus
from domain.charging.enforcement import EnforcementLevel
from domain.facts.fact import Fact
from domain.money.amount import Money
from domain.whereabouts import Whereabouts


class PushReason(StrEnum):
    """Why a hold is sent to the charger again."""

    REBOOTED = "rebooted"
    RECONNECTED = "reconnected"
    VACATED = "vacated"
    SHOWS_AVAILABLE = "shows_available"
    HOLD_EXPIRED = "hold_expired"
    HOLD_REMOVED = "hold_removed"
    HOLD_MISSING = "hold_missing"
    NO_TRANSACTION = "no_transaction"


@dataclass(frozen=True, slots=True)
class TimelineFact(Fact):
    """An entry of the timeline, without its time. `detail`: the outside world's own words, for operators only."""


def without_detail(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A fact's parameters as drivers may see them."""
    return {name: value for name, value in parameters.items() if name != "detail"}


# --- booking ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(TimelineFact):
    """Confirmed at {site}"""

    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(TimelineFact):
    """Declined: {reason}. `reason`: code of the refusal."""

    reason: str


# --- before the slot -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMoved(TimelineFact):
    """Slot is now {start} to {end}; `cost`: of a late change, None: nothing"""

    start: datetime
    end: datetime
    cost: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSwapped(TimelineFact):
    """Swapped with another driver: the slot is now {start} to {end}"""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked(TimelineFact):
    """Unlocked: the slot has moved"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheWay(TimelineFact):
    """Driver is on the way, arriving {eta}. `arrive_by`: until when they are waited for, if that is earlier."""

    eta: datetime
    arrive_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked(TimelineFact):
    """Locked {bay}; promise: {promise}"""

    bay: str
    promise: EnforcementLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPushedAgain(TimelineFact):
    """{reason}; hold pushed to the charger again: {outcome}"""

    reason: PushReason
    outcome: CommandOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLeftToUs(TimelineFact):
    """{reason}; not held there any more, only by us"""

    reason: PushReason


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWithdrawn(TimelineFact):
    """Hold on the charger given up: {outcome}; REJECTED: the charger had no hold left"""

    outcome: CommandOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangerRefused(TimelineFact):
    """A stranger's card was refused"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangerStarted(TimelineFact):
    """A stranger's start is being stopped"""


# --- trouble and moving ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReported(TimelineFact):
    """Charger reports {status}; waiting whether it lasts"""

    status: ConnectorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(TimelineFact):
    """Charger recovered: {status}"""

    status: ConnectorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleOver(TimelineFact):
    """Charger works again, as others show or an operator says"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOffline(TimelineFact):
    """Charger went offline; waiting whether it lasts"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOnline(TimelineFact):
    """Charger is back online"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenancePlanned(TimelineFact):
    """Its place will be under maintenance from {start} to {end}"""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceCancelled(TimelineFact):
    """Its place will not be under maintenance after all"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookingForAnother(TimelineFact):
    """Looking for another connector ({cause})"""

    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMoved(TimelineFact):
    """Could not be moved; stays where it was"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingElseFree(TimelineFact):
    """No other connector was free; stays where it was"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(TimelineFact):
    """Moved to {bay} ({charger_id}) because of {cause}. `site`: where that is, if it is another site than before."""

    bay: str
    charger_id: str
    cause: Cause
    site: Whereabouts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveProposed(TimelineFact):
    """Driver is asked whether to move to {site}, {bay}, by {answer_by} ({cause})"""

    site: Whereabouts
    bay: str
    cause: Cause
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeProposed(TimelineFact):
    """Driver is asked whether to come {start} to {end} instead, at {bay}, by {answer_by} ({cause})"""

    bay: str
    cause: Cause
    start: datetime
    end: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUnanswered(TimelineFact):
    """Driver has not answered: not moved to another time"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAccepted(TimelineFact):
    """Driver accepts the move"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUnanswered(TimelineFact):
    """Driver has not answered: moved"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDeclined(TimelineFact):
    """Driver declines the move"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWithdrawn(TimelineFact):
    """Driver need not be moved any more, or not so: stays at {bay}"""

    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone(TimelineFact):
    """Not done: {reason}. A rule refused a step that nobody had asked for; `reason`: code of the refusal."""

    reason: str

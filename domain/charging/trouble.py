"""Trouble as intervals: what was wrong where, from when to when; and time with that time taken out.

Pure. Trouble of a charger as a whole and of one of its connectors are intervals of their own, and each ends by its own
evidence. Which fees the intervals are taken out of: `domain.settlement`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.causes import Cause
from domain.charging.connector import ConnectorStatus

LOCK_FAILED = "ConnectorLockFailure"
"""The error code of OCPP 1.6 §7.6: the cable is neither let in nor let go."""
LONGEST_HISTORY = 100
"""Intervals kept of one story. A charger that flickers more often is in trouble from one flicker to the next."""


CLOCKS_DIFFER = timedelta(minutes=5)
"""News of a charger may carry a time so far behind ours and still be newer than what we noted ourselves."""
_FAILED_STOPS = frozenset(
    {
        "EmergencyStop",
        "GroundFault",
        "HardReset",
        "ImmediateReset",
        "OvercurrentFault",
        "PowerLoss",
        "PowerQuality",
        "Reboot",
        "SoftReset",
    }
)
"""Stop reasons (1.6 §7.36, 2.x ReasonEnumType) that speak of the charger, not of whoever charged."""


_CHOSEN = frozenset(
    {
        "CostLimitReached",
        "DeAuthorized",
        "EVDisconnected",
        "EnergyLimitReached",
        "Local",
        "LocalOutOfCredit",
        "MasterPass",
        "Remote",
        "SOCLimitReached",
        "StoppedByEV",
        "TimeLimitReached",
    }
)
"""Those that speak of whoever charged, of their car, or of us: the charger could have gone on."""


class TroubleCause(StrEnum):
    FAULT = "fault"
    UNAVAILABLE = "unavailable"
    LOCK_FAILURE = "lock_failure"
    SILENT = "silent"
    """The charger is not connected."""
    OCCUPIED = "occupied"
    """Somebody else is on a connector that is promised."""
    START_FAILED = "start_failed"
    """A start that a driver asked for was refused, or never answered."""


class TroubleEnd(StrEnum):
    """The evidence that ended it."""

    OWN_WORD = "own_word"
    """The place says that it is well, or in other trouble; a charger is connected again."""
    ALL_CONNECTORS = "all_connectors"
    """Of the whole charger: each of its connectors has said that it is well, since."""
    BOOTED = "booted"
    """Of the whole charger: it has booted, and then a connector said that it is well."""
    SESSION = "session"
    """Of the whole charger: it has let somebody charge, since."""
    OPERATOR = "operator"


BROKEN = frozenset({TroubleCause.FAULT, TroubleCause.UNAVAILABLE, TroubleCause.LOCK_FAILURE})
"""What a charger says of itself; one place has one of them at a time."""
STOPS_NO_SESSION = frozenset({TroubleCause.UNAVAILABLE, TroubleCause.LOCK_FAILURE})
"""What a running transaction goes on through: Unavailable may be scheduled for its end (1.6 §5.2, 2.x G03), and a lock
that has failed lets current flow. Who gets none stops, and is helped then."""
NOT_BILLED = BROKEN | {TroubleCause.SILENT}
"""Time in which nobody pays for minutes, nor for a cable that cannot leave."""

_BLAME = {
    TroubleCause.FAULT: Cause.CHARGER_FAULT,
    TroubleCause.UNAVAILABLE: Cause.CHARGER_FAULT,
    TroubleCause.LOCK_FAILURE: Cause.CHARGER_FAULT,
    TroubleCause.OCCUPIED: Cause.CONNECTOR_OCCUPIED,
    TroubleCause.SILENT: Cause.CHARGER_OFFLINE,
    TroubleCause.START_FAILED: Cause.START_REJECTED,
}
"""The weightiest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """`connector_number` None: the whole charger. `ended_at` None: it stands.

    `began_at` is when it happened, `noticed_at` when we heard of it: patience counts from the latter, money from the
    former. Instants aware UTC.
    """

    cause: TroubleCause
    charger_id: str
    connector_number: int | None = None
    began_at: datetime
    noticed_at: datetime
    ended_at: datetime | None = None

    def is_met_at(self, charger_id: str, number: int) -> bool:
        """By whoever is at that connector: its own trouble, or the whole charger's."""
        return self.charger_id == charger_id and self.connector_number in (None, number)

    def stands_at(self, at: datetime) -> bool:
        return self.began_at <= at and (self.ended_at is None or at < self.ended_at)

    def ended(self, at: datetime) -> "Trouble":
        return replace(self, ended_at=max(at, self.began_at))


def trouble_of(
    status: ConnectorStatus, error_code: str = "", siblings: Collection[ConnectorStatus] = ()
) -> TroubleCause | None:
    """What a status says is wrong. `siblings`: statuses of the connectors that share its EVSE or bay.

    A connector that turns Unavailable because a sibling is in use is as well as it can be: one car at a time.
    """
    if error_code == LOCK_FAILED:
        return TroubleCause.LOCK_FAILURE
    if status is ConnectorStatus.FAULTED:
        return TroubleCause.FAULT
    if status is not ConnectorStatus.UNAVAILABLE:
        return None
    taken = any(near.is_in_use or near is ConnectorStatus.PREPARING for near in siblings)
    return None if taken else TroubleCause.UNAVAILABLE


def is_failure(stop_reason: str) -> bool:
    """Did the transaction end because its charger could not go on?"""
    return stop_reason in _FAILED_STOPS


def cuts_short(trouble: Trouble, stop_reason: str) -> bool:
    """Did trouble that stood when a transaction ended end it?

    What a session goes on through ended none that was chosen: a charger may be Faulted for its card reader.
    """
    goes_on = trouble.cause in STOPS_NO_SESSION or trouble.connector_number is None
    return trouble.cause in BROKEN and not (goes_on and stop_reason in _CHOSEN)


def blame(troubles: Iterable[Trouble]) -> Cause | None:
    """The weightiest cause among them; None when there are none."""
    causes = {trouble.cause for trouble in troubles}
    return next((_BLAME[cause] for cause in _BLAME if cause in causes), None)


def began(history: Collection[Trouble], new: Trouble) -> list[Trouble]:
    """`history` with `new`, which stands: nothing changes where the same stands already.

    Another word for what is broken at the same place replaces the one before, whose patience goes on.
    """
    here = [one for one in history if one.ended_at is None and _same_place(one, new)]
    if any(one.cause is new.cause for one in here):
        return list(history)
    replaced = [one for one in here if {one.cause, new.cause} <= BROKEN]
    kept = [one.ended(new.began_at) if one in replaced else one for one in history]
    noticed_at = min([new.noticed_at, *(one.noticed_at for one in replaced)])
    return _bounded([*kept, replace(new, noticed_at=noticed_at)])


def troubled(start: datetime, end: datetime, troubles: Iterable[Trouble]) -> timedelta:
    """How much of [start, end) lay in trouble; what overlaps counts once."""
    lost, upto = timedelta(0), start
    for one in sorted(troubles, key=lambda trouble: trouble.began_at):
        until = end if one.ended_at is None else min(one.ended_at, end)
        since = max(one.began_at, upto)
        if since < until:
            lost, upto = lost + (until - since), until
    return lost


def later_by_trouble(start: datetime, lasting: timedelta, troubles: Iterable[Trouble]) -> datetime:
    """When `lasting` has passed since `start` outside of trouble that has ended; what stands moves nothing yet."""
    end = start + lasting
    for one in sorted(troubles, key=lambda trouble: trouble.began_at):
        if one.ended_at is not None and one.began_at < end and one.ended_at > start:
            since = max(one.began_at, start)
            end, start = end + (one.ended_at - since), one.ended_at
    return end


def _same_place(one: Trouble, other: Trouble) -> bool:
    return (one.charger_id, one.connector_number) == (other.charger_id, other.connector_number)


def _bounded(history: list[Trouble]) -> list[Trouble]:
    """The two oldest of one kind that are over become one, in the driver's favour, until it is short enough."""
    while len(history) > LONGEST_HISTORY:
        first = history[0]
        like = [one for one in history[1:] if one.cause is first.cause and _same_place(one, first)]
        if not like:
            return history[1:]
        history = [one for one in history[1:] if one is not like[0]]
        history.insert(0, replace(first, ended_at=like[0].ended_at))
    return history

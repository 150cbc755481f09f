"""What replies to our commands come to, whatever the version: statuses, schedules, errors."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from domain.charging.commands import CommandOutcome, CommandReply

_OUTCOMES = {
    "Accepted": CommandOutcome.ACCEPTED,
    "AcceptedCanceled": CommandOutcome.ACCEPTED,
    "Scheduled": CommandOutcome.ACCEPTED,
    "RebootRequired": CommandOutcome.ACCEPTED,
    "Unlocked": CommandOutcome.ACCEPTED,
    "EmptyResultSet": CommandOutcome.ACCEPTED,
    "OngoingAuthorizedTransaction": CommandOutcome.OCCUPIED,
    "Occupied": CommandOutcome.OCCUPIED,
    "Faulted": CommandOutcome.FAULTED,
    "Unavailable": CommandOutcome.UNAVAILABLE,
    "NotSupported": CommandOutcome.NOT_SUPPORTED,
    "NotImplemented": CommandOutcome.NOT_SUPPORTED,
    "NotSupportedAttributeType": CommandOutcome.NOT_SUPPORTED,
}
"""Every other status is a rejection."""
_LONGEST_DATA = 10_000


def of_status(status: str, values: dict[str, str] | None = None) -> CommandReply:
    outcome = _OUTCOMES.get(status, CommandOutcome.REJECTED)
    return CommandReply(outcome=outcome, detail=status, values=values)


def of_schedule(status: str, schedule: Mapping[str, Any]) -> CommandReply:
    """A composite schedule: limits by seconds from now, bare in watts and else with their unit (`16.0 A`).

    2.1 periods may come without a limit.
    """
    unit = schedule.get("chargingRateUnit")
    shown = "" if unit == "W" else f" {unit}" if unit else " (no unit)"
    periods: Iterable[Mapping[str, Any]] = schedule.get("chargingSchedulePeriod", ())
    limits = {str(each["startPeriod"]): f"{each['limit']}{shown}" for each in periods if "limit" in each}
    return of_status(status, limits)


def of_data(status: str, data: Any) -> CommandReply:
    """Of a vendor's own message: 1.6 answers with text, 2.x with any JSON."""
    text = data if isinstance(data, str) else "" if data is None else json.dumps(data)
    return of_status(status, {"data": text[:_LONGEST_DATA]})


def of_version(number: int) -> CommandReply:
    return CommandReply(outcome=CommandOutcome.ACCEPTED, values={"version": str(number)})


def of_error(error_code: str, description: str, *, reserving: bool) -> CommandReply:
    """What a CALLERROR to a command means.

    Chargers without the Reservation profile answer ReserveNow in several ways, FormationViolation among them.
    """
    unsupported = {"NotSupported", "NotImplemented"}
    if reserving:
        unsupported |= {"FormationViolation", "FormatViolation"}
    outcome = CommandOutcome.NOT_SUPPORTED if error_code in unsupported else CommandOutcome.REJECTED
    return CommandReply(outcome=outcome, detail=f"{error_code} {description}".strip()[:500])

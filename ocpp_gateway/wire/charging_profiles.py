"""The parts of charging profiles that all versions write alike."""

from typing import Any

from domain.charging.commands import SetChargingProfile
from ocpp_gateway.wire.timestamps import write_time


def schedule(command: SetChargingProfile) -> dict[str, Any]:
    written: dict[str, Any] = {
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [
            {"startPeriod": limit.offset_s, "limit": limit.watts} for limit in command.limits
        ],
    }
    if command.duration_s is not None:
        written["duration"] = command.duration_s
    if command.starts_at is not None:
        written["startSchedule"] = write_time(command.starts_at)
    return written


def kind(command: SetChargingProfile) -> str:
    return "Relative" if command.starts_at is None else "Absolute"


def given(criteria: dict[str, Any]) -> dict[str, Any]:
    """What was said; None stands for anything."""
    return {name: value for name, value in criteria.items() if value is not None}

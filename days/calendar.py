"""When a day is: the instants between which its minutes are counted."""

from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=9)
"""Whoever is still there leaves, and whatever is broken is repaired."""
NIGHT = EVENING + timedelta(hours=16)
"""By then everything has ended."""


def instant_of(minute: float) -> datetime:
    return MORNING + timedelta(minutes=minute)


def minute_of(at: datetime) -> float:
    return round((at - MORNING).total_seconds() / 60, 2)

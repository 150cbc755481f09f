"""When an activity was asked for, which of several attempts at one workflow task tells the later."""

from datetime import UTC, datetime

from temporalio import activity


def asked_at() -> datetime:
    """When the activity under way was asked for, whatever attempt this is."""
    return activity.info().scheduled_time if activity.in_activity() else datetime.now(UTC)

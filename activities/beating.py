"""Sign of life of a long activity; nothing where it is called by no server."""

from temporalio import activity


def beat() -> None:
    """Ask for nothing longer than the heartbeat timeout between two of them. Cheap: the SDK sends few."""
    if activity.in_activity():
        activity.heartbeat()

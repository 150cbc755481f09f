"""Why a hold was given back."""

from enum import StrEnum


class ReleaseReason(StrEnum):
    """Stored with the hold. What a closed reservation gives back carries the name of its last state."""

    NO_SHOW = "no_show"
    """Nobody came in time. Its driver is still welcome at the connector while it is free (`domain.charging.access`)."""
    REROUTED = "rerouted"
    REROUTE_UNDONE = "reroute_undone"
    DECLINED = "declined"
    ORPHANED = "orphaned"
    """The reconciler found no workflow that owns it."""

"""Why somebody may charge, or may not."""

from enum import StrEnum


class AccessReason(StrEnum):
    RESERVATION = "reservation"
    """The token is the reservation's, its driver's or its group's, inside the window: from
    `policy.early_start` (10 minutes) before the slot, unless a slot before it still runs, until the slot's end."""
    LATE_ARRIVAL = "late_arrival"
    """The driver's reservation that was given up (no-show); welcome until the slot's end while the
    connector is free, and nobody else's reservation open or near."""
    WALK_IN = "walk_in"
    """Nobody's slot is open or near: until the next one starts."""
    RESERVED_FOR_ANOTHER = "reserved_for_another"
    """Somebody else's window is open: from 10 minutes (`policy.early_start`) before their slot to its end."""
    RESERVED_SOON = "reserved_soon"
    """Somebody else's slot starts within `policy.walk_in_warning` (15 minutes)."""
    NO_ACCESS = "no_access"
    """Nobody's slot is open or near, but the site's access rules keep the place for others at this time."""
    UNDER_MAINTENANCE = "under_maintenance"
    """By plan, now. Who has a reservation there that was not moved is let in; nobody else begins."""
    OUTSIDE_WINDOW = "outside_window"
    """The reservation's own credential, outside early start … slot end."""
    UNPAID = "unpaid"
    """The token is the reservation's, inside the window, but its deposit is still awaited. An unpaid hold keeps others
    out, and opens to nobody."""
    TOKEN_UNKNOWN = "token_unknown"  # noqa: S105 - a reason code, not a secret
    TOKEN_BLOCKED = "token_blocked"  # noqa: S105 - a reason code, not a secret
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a reason code, not a secret
    """The card was no longer valid when it was shown."""
    CONCURRENT = "concurrent"
    """Its driver charges elsewhere, and the site's policy allows one session a driver (`one_session_a_driver`). Never
    where the session elsewhere is of the very reservation that waits here: its driver was sent here."""
    OUT_OF_SERVICE = "out_of_service"
    """The charger has no connector that could serve."""


RESERVED = frozenset({AccessReason.RESERVED_FOR_ANOTHER, AccessReason.RESERVED_SOON})
"""Refused because the place is somebody else's, now or soon; not for what the token is."""
OTHERS = RESERVED | {AccessReason.NO_ACCESS, AccessReason.UNDER_MAINTENANCE}
"""Refused because the place is promised to somebody else, kept for others, or closed by plan."""

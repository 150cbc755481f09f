"""By what somebody has signed in."""

from enum import StrEnum


class WayIn(StrEnum):
    ISSUER = "issuer"
    PASSKEY = "passkey"
    LINK = "link"
    """One that was sent to an address of theirs."""

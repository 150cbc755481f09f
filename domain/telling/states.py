"""What becomes of a message."""

from enum import StrEnum


class MessageState(StrEnum):
    WAITING = "waiting"
    """It was not taken yet."""
    SENT = "sent"
    BOUNCED = "bounced"
    """The address takes nothing any more."""
    REFUSED = "refused"
    """It is not taken, and the address is good."""
    NO_ADDRESS = "no_address"
    """The address was removed, or had bounced, since this was to be sent there."""
    GIVEN_UP = "given_up"
    """It was not taken for too long."""
    NOT_OFFERED = "not_offered"
    """It waited for a channel that this installation has no more."""
    UNTRUE = "untrue"
    """All of it was, by what happened before it could be sent."""
    UNWANTED = "unwanted"
    """Since it was decided they have said that they are not told such things by this channel."""
    UNREADABLE = "unreadable"
    """It says nothing that anybody could be told."""

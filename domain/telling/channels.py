"""By which ways a person can be reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.telling.urgency import Urgency


class Channel(StrEnum):
    MAIL = "mail"
    PUSH = "push"
    """A browser that somebody has allowed it, on the phone or at a desk."""
    SMS = "sms"
    VOICE = "voice"
    """A call, by a machine."""


MAY_CARRY: Mapping[Channel, frozenset[Urgency]] = {
    Channel.MAIL: frozenset(Urgency),
    Channel.PUSH: frozenset(Urgency),
    Channel.SMS: frozenset(Urgency),
    Channel.VOICE: frozenset({Urgency.NOW}),
}
"""Nobody is called for what can wait."""

READ_BY_THEIR_OWNER = frozenset({Channel.MAIL, Channel.SMS})
"""Wherever somebody's account is open. A call says more to whoever is in the room."""

AT_FIRST: Mapping[Channel, frozenset[Urgency]] = {
    Channel.MAIL: frozenset(Urgency),
    Channel.PUSH: frozenset({Urgency.NOW, Urgency.SOON}),
    Channel.SMS: frozenset({Urgency.NOW}),
    Channel.VOICE: frozenset({Urgency.NOW}),
}
"""What goes there for who has added an address and said nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """By which channels people are told here. `push_key`: the public key that browsers are to take pushes of (RFC 8292
    §4.1), base64url; empty: push is not among them.
    """

    channels: frozenset[Channel] = frozenset({Channel.MAIL})
    push_key: str = ""

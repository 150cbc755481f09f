"""Where somebody wants to be told, and how they show that an address is theirs: by a code that is sent there.

A code is random (40 bits), lasts for minutes, may be tried a few times, and is known here by its digest only. How often
codes are sent is limited for whoever asks, and for where they go to.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from domain.errors import ContactCodeInvalid, ContactPointInvalid, TooManyAttempts, TooManyContactPoints
from domain.facts.refused_invitations import TriedTooOften
from domain.facts.refused_telling import CodeOver, CodeWrong, NoMailAddress, NoMoreAddresses
from domain.telling.channels import Channel
from domain.terms.invitations import ALPHABET

CODE_ALPHABET = ALPHABET
CODE_LENGTH = 8
CODE_LASTS = timedelta(minutes=15)
CODE_SENT_WITHIN = timedelta(hours=1)
"""Who asked longer ago does not sit in front of the page any more, and no phone is to ring for it at night."""
MOST_TRIES = 5
MOST_POINTS = 10
"""Of one driver or fleet."""
MOST_ADDED = 5
ADDED_WITHIN = timedelta(hours=1)
MOST_SENT_TO = 5
SENT_TO_WITHIN = timedelta(days=1)
KEPT_FOR_OWNERS = 1
"""Of these, for whoever has confirmed the address before: strangers do not use it up."""
MOST_SENT_BY_ONE = 3
"""To one address, of a stranger: nor do they use up what is others'."""

# What mail servers take without extensions: RFC 5321 §4.1.2 without quoted strings, lengths of §4.5.3.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_LOCAL})@({_LABEL}(?:\.{_LABEL})+)")
_LONGEST_LOCAL, _LONGEST = 64, 254


def mail_address(text: str) -> str:
    """With its domain in small letters. Raises ContactPointInvalid."""
    address = mail_address_or_none(text)
    if address is None:
        raise ContactPointInvalid(NoMailAddress())
    return address


def mail_address_or_none(text: str) -> str | None:
    """The same; None: no mail goes there."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or len(match[1]) > _LONGEST_LOCAL or len(match[0]) > _LONGEST:
        return None
    return f"{match[1]}@{match[2].lower()}"


def address_digest(channel: Channel, address: str) -> str:
    """The same for who would be reached by both: nobody has two mailboxes that differ by capitals only."""
    return sha256(f"{channel}:{address.lower()}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What there is before another one is added. `since`, `sent_since`: when the first of those that count was.
    `sent_by_them`: of those to the address; `was_theirs`: they have confirmed it before.
    """

    points: int
    added: int
    since: datetime | None
    sent_to: int
    sent_since: datetime | None
    sent_by_them: int = 0
    was_theirs: bool = False


def check_adding(before: Added, now: datetime, *, proven: bool) -> None:
    """`proven`: no code is sent, so it does not matter how many were, by whomever.

    Raises TooManyContactPoints, TooManyAttempts.
    """
    if before.points >= MOST_POINTS:
        raise TooManyContactPoints(NoMoreAddresses(most=MOST_POINTS))
    if before.added >= MOST_ADDED:
        raise TooManyAttempts(TriedTooOften(again=(before.since or now) + ADDED_WITHIN))
    left = MOST_SENT_TO - (0 if before.was_theirs else KEPT_FOR_OWNERS)
    by_them = not before.was_theirs and before.sent_by_them >= MOST_SENT_BY_ONE
    if not proven and (before.sent_to >= left or by_them):
        raise TooManyAttempts(TriedTooOften(again=(before.sent_since or now) + SENT_TO_WITHIN))


def check_code(*, kept: str, said: str, until: datetime | None, tries: int, now: datetime) -> None:
    """`kept`, `said`: digests; `tries`: with this one. Raises ContactCodeInvalid."""
    if not kept or until is None or until <= now or tries > MOST_TRIES:
        raise ContactCodeInvalid(CodeOver())
    if not compare_digest(kept, said):
        raise ContactCodeInvalid(CodeWrong(left=MOST_TRIES - tries))

"""Invitations into a group of drivers: by a code that is handed out, or to all who have an address at an e-mail domain.

A code is random (80 bits) and known here by its digest only. An invitation takes a driver in once: who was taken out of
the group does not come back by it. How often anybody may try a code is limited, right ones and wrong ones.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from domain.errors import (
    InvitationExpired,
    InvitationRevoked,
    InvitationUsed,
    InvitationUsedUp,
    TooManyAttempts,
)
from domain.facts.refused_invitations import (
    InvitationEnded,
    InvitationTaken,
    InvitationWithdrawn,
    NoPlaceLeft,
    TriedTooOften,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: I, L, O and U are left out."""
CODE_LENGTH = 16
MOST_USES = 10_000
LONGEST = timedelta(days=366)
MOST_ATTEMPTS = 10
ATTEMPTS_WITHIN = timedelta(hours=1)

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`most_uses` None: as many as come. `expires_at` None: until it is revoked."""

    uses: int
    most_uses: int | None
    expires_at: datetime | None
    revoked_at: datetime | None


def check_invitation(invitation: Invitation, *, used_by_them: bool, now: datetime) -> None:
    """Raises InvitationRevoked, InvitationExpired, InvitationUsed, InvitationUsedUp."""
    if invitation.revoked_at is not None and invitation.revoked_at <= now:
        raise InvitationRevoked(InvitationWithdrawn())
    if invitation.expires_at is not None and invitation.expires_at <= now:
        raise InvitationExpired(InvitationEnded(at=invitation.expires_at))
    if used_by_them:
        raise InvitationUsed(InvitationTaken())
    if invitation.most_uses is not None and invitation.uses >= invitation.most_uses:
        raise InvitationUsedUp(NoPlaceLeft(uses=invitation.most_uses))


def check_attempts(attempts: int, since: datetime) -> None:
    """`attempts`: with this one, within ATTEMPTS_WITHIN of `since`. Raises TooManyAttempts."""
    if attempts > MOST_ATTEMPTS:
        raise TooManyAttempts(TriedTooOften(again=since + ATTEMPTS_WITHIN))


def digest_of(code: str) -> str:
    """Of a code however it is written: small, with dashes, O for 0. Short ones are no codes, and have digests too."""
    return sha256(code.upper().translate(_READ_AS).encode()).hexdigest()


def shown(characters: str) -> str:
    """CODE_LENGTH characters as people read them: ABCD-EFGH-JKMN-PQRS."""
    return "-".join(characters[at : at + 4] for at in range(0, len(characters), 4))


def domain_of(email: str) -> str | None:
    """What stands behind the @, small; None: it is no address."""
    local, at, domain = email.rpartition("@")
    return domain.lower() if local and at and domain else None

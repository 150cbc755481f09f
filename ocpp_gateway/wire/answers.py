"""What a charger is answered, in the domain's words. Each version module puts it on the wire."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What a presented token is told."""

    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    CONCURRENT = "concurrent"
    """Its driver charges elsewhere, and one session a driver is allowed."""
    NOT_NOW = "not_now"
    """Known and not blocked, but the place belongs to somebody else now, or the window is not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence for whoever shows a token. `language`: RFC 5646, `en`."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """`group_id`: parentIdTag / groupIdToken, which chargers need to let all tokens of a driver, or of a group, use its
    reservation.

    `until`: accepted, but no longer than this: somebody's reservation begins, or the card expires (aware UTC). `told`:
    what the charger may show of it.
    """

    verdict: Verdict
    group_id: str | None = None
    until: datetime | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionAnswer:
    """`number`: the 1.6 transactionId. `token` None: the message carried no token."""

    number: int = 0
    token: TokenAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BootAnswer:
    now: datetime
    interval_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAnswer:
    now: datetime


@dataclass(frozen=True, slots=True)
class UnknownVendor:
    """To a DataTransfer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningAnswer:
    """To a request for a certificate. `code` (at most 20 characters), `reason`: why not; 1.6 has no word for them."""

    accepted: bool
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An empty answer."""


Answer = (
    BootAnswer | TimeAnswer | TokenAnswer | TransactionAnswer | SigningAnswer | UnknownVendor | Acknowledged
)

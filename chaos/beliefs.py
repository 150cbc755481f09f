"""What people were answered and what chargers heard on their sockets: all that the audit takes for granted.

Nothing here comes from Slotkeeper's tables.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One answer of the API. `status` 0: no connection, `code` then names the error."""

    at: datetime
    method: str
    route: str
    status: int
    code: str = ""
    text: str = ""


@dataclass(slots=True, kw_only=True)
class Booking:
    """One Idempotency-Key and everything that was ever answered to it. `body`: the order as it was sent."""

    key: str
    driver: str
    body: dict[str, Any]
    codes: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)
    """`confirmed`, `payment_required`, or the code with which it was declined."""
    answered_in_the_calm: bool | None = None
    """Asked again once everything was whole: was there an answer? None: nobody asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the app showed at one moment."""

    at: datetime
    state: str
    charger_id: str
    start: datetime
    end: datetime
    arrive_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`status` None: never answered. `wanted`: the slot that was asked for, where one was."""

    at: datetime
    verb: str
    status: int | None
    refusal: str = ""
    start: str = ""
    end: str = ""


@dataclass(slots=True, kw_only=True)
class Trip:
    """One reservation as its driver lived it. `opens_before_s`: the site's early start."""

    code: str
    key: str
    driver: str
    card: str
    plan: str
    site: str
    opens_before_s: float = 0.0
    told: list[Told] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorised:
    """A card that a charger asked about, online, and what it was answered."""

    at: datetime
    charger_id: str
    card: str
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A transaction message and its answer, as the charger got it."""

    at: datetime
    charger_id: str
    action: str
    message: dict[str, Any]
    answer: dict[str, Any]


@dataclass(slots=True)
class Beliefs:
    calls: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)
    """(method, route, status, code)."""
    undocumented: list[Call] = field(default_factory=list)
    unanswered: list[Call] = field(default_factory=list)
    """Given up by their caller: no final answer within their patience."""
    bookings: dict[str, Booking] = field(default_factory=dict)
    """By key."""
    trips: dict[str, Trip] = field(default_factory=dict)
    """By code."""
    authorised: list[Authorised] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    own_faults: list[str] = field(default_factory=list)
    """Errors of the harness itself."""

    @property
    def codes(self) -> set[str]:
        """Of all reservations that somebody was told of."""
        return {code for booking in self.bookings.values() for code in booking.codes}

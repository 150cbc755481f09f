"""Who may charge here, now: one decision for Authorize, starts and remote starts in every version.

Pure: the gateway gathers the facts with one indexed query and hands them over. A `reservationId` sent by the
charger is never part of the decision (chargers omit it, invent it, or send another driver's).

At Authorize no connector is named: a stranger is refused only if every connector that nobody is on is reserved, and
the reservations that it was refused for hear of it. At the start the connector is judged; the session of who may not
is kept as unauthorised, the answer refuses, and the gateway sends RemoteStop, again after a boot or reconnect.

A hold whose deposit is awaited keeps others out, too, and opens to nobody: nobody would pay for what began under it.

A stranger who starts all the same, at a charger that asks nobody or heeds no answer, is stopped by the gateway and
reported to the reservation. On a connector that is LOCKED for it, its promise becomes soft. When the stranger leaves,
the hold is pushed again unless it still stands. Who is still there at the slot's start, or 2 minutes
(`policy.stranger_patience`) after they began if that is later, makes the driver be moved
(`workflows/reservation/chapters.py`: `STRANGER_ON_HELD_CONNECTOR`, `STILL_OCCUPIED`).

Who may stop a transaction: `stopping`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from domain.charging.guests import NextSlot, NoStay, stay_ends

CLOCK_ERROR = timedelta(minutes=2)
"""A hold placed this shortly after a start may still have been there: chargers' clocks are only about right."""
AHEAD = timedelta(days=1)
"""Holds that start later concern nobody who charges now."""
MOST_NEAR = 8
"""Of one connector: more slots cannot begin within one warning time, and of those beyond none changes a decision."""

_FAR = datetime.max.replace(tzinfo=UTC)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargesAt:
    """`reservation_code`: which prices the session there."""

    connector_id: int
    reservation_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """What the database knows of a presented idTag. `reservation_code` is set for app credentials only.

    `parent_tag`: what stands for all of the driver's tokens (`tokens.parent_of`); it decides nothing here.
    `charges_at`: where the driver charges now, if the policy forbids a second session; else empty.
    """

    known: bool
    blocked: bool = False
    driver_id: str | None = None
    group_id: str | None = None
    reservation_code: str | None = None
    parent_tag: str | None = None
    expires_at: datetime | None = None
    charges_at: frozenset[ChargesAt] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOnConnector:
    """A hold that touches now or soon on a connector of the charger. Instants aware UTC.

    `opens_at` = start - early start; `start`, `end` = the slot. `given_up`: as a no-show, or before word of a
    start at an offline charger reached us. It refuses nobody, but its driver is still welcome.
    `walk_in_warning`: a stay that could last no longer than this before the start is not begun.
    """

    reservation_code: str
    connector_id: int
    driver_id: str
    group_id: str | None
    opens_at: datetime
    start: datetime
    end: datetime
    given_up: bool = False
    walk_in_warning: timedelta = timedelta(0)
    unpaid: bool = False
    """Its deposit is awaited."""
    beside: bool = False
    """Placed on another connector of the same berth: it holds this one, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDecision:
    """`reservation_code`: whose reservation this start serves. `until`: when a walk-in must be gone."""

    allowed: bool
    reason: AccessReason
    reservation_code: str | None = None
    until: datetime | None = None


def decide_access(
    token: PresentedToken,
    connectors: tuple[int, ...],
    holds: tuple[HoldOnConnector, ...],
    now: datetime,
) -> AccessDecision:
    """Decide for `token` on any of `connectors` (one for a start, all of them for a bare Authorize).

    Over several connectors the best answer counts: the own reservation, then a late arrival, then walking in
    for as long as possible; the start that follows is decided again for its connector.
    """
    if not token.known:
        return _refused(AccessReason.TOKEN_UNKNOWN)
    if token.blocked:
        return _refused(AccessReason.TOKEN_BLOCKED)
    if token.expires_at is not None and token.expires_at <= now:
        return _refused(AccessReason.TOKEN_EXPIRED)
    answers = [
        _on_connector(token, [h for h in holds if h.connector_id == connector and now < h.end], now)
        for connector in connectors
    ]
    decision = min(answers, key=lambda answer: answer.preference, default=_OUT_OF_SERVICE).decision
    sent_here = decision.reservation_code if decision.reason is AccessReason.RESERVATION else None
    for other in token.charges_at:
        moved = sent_here is not None and other.reservation_code == sent_here
        if other.connector_id not in connectors and not moved:
            return _refused(AccessReason.CONCURRENT)
    return decision


def is_for(token: PresentedToken, hold: HoldOnConnector) -> bool:
    """Does the token open this hold: the reservation's own credential, its driver's, or its group's?"""
    if token.reservation_code is not None:
        return token.reservation_code == hold.reservation_code
    return _is_drivers(token, hold) or (token.group_id is not None and token.group_id == hold.group_id)


def opens_within(
    token: PresentedToken, holds: Iterable[HoldOnConnector], since: datetime, until: datetime
) -> datetime | None:
    """The first moment of an interval at which a hold of the token's own is open: of a start of which nobody can say
    more than that it was then, it is the one at which its driver was in time. None: in all of it there is none.
    """
    found = [
        (not _is_drivers(token, hold), max(hold.opens_at, since))
        for hold in holds
        if is_for(token, hold) and hold.opens_at <= until and since < hold.end
    ]
    return min(found)[1] if found else None


def is_kept_from(token: PresentedToken, hold: HoldOnConnector, now: datetime) -> bool:
    """Is it this hold, too, whose place a stranger asks for: open, or so near that walking in is over?"""
    if hold.given_up or is_for(token, hold):
        return False
    return min(hold.opens_at, hold.start - hold.walk_in_warning) <= now < hold.end


def _is_drivers(token: PresentedToken, hold: HoldOnConnector) -> bool:
    """The driver's own hold, not only one of the group's."""
    if token.reservation_code is not None:
        return token.reservation_code == hold.reservation_code
    return token.driver_id is not None and token.driver_id == hold.driver_id


@dataclass(frozen=True, slots=True)
class _Answer:
    decision: AccessDecision
    own: bool = True
    """The driver's own hold comes before one of the group's."""
    start: datetime = _FAR
    ends_early: timedelta = timedelta(0)
    """How far a walk-in falls short of staying for ever."""

    @property
    def preference(self) -> tuple[int, bool, datetime, timedelta]:
        return (_PREFERENCE.index(self.decision.reason), not self.own, self.start, self.ends_early)


_PREFERENCE = (
    AccessReason.RESERVATION,
    AccessReason.LATE_ARRIVAL,
    AccessReason.WALK_IN,
    AccessReason.RESERVED_FOR_ANOTHER,
    AccessReason.RESERVED_SOON,
    AccessReason.UNPAID,
    AccessReason.OUTSIDE_WINDOW,
    AccessReason.OUT_OF_SERVICE,
)


_NO_STAY = {
    NoStay.OPEN: AccessReason.RESERVED_FOR_ANOTHER,
    NoStay.NEAR: AccessReason.RESERVED_SOON,
}


def _on_connector(token: PresentedToken, holds: list[HoldOnConnector], now: datetime) -> _Answer:
    live = sorted((h for h in holds if not h.given_up), key=_by_start)
    # Whose turn it is: the earliest window that is open. Early start waits for a slot that still runs.
    turn = next((h for h in live if h.opens_at <= now), None)
    if turn is not None and is_for(token, turn):
        if turn.unpaid:
            return _Answer(_refused(AccessReason.UNPAID), own=_is_drivers(token, turn), start=turn.start)
        return _Answer(
            AccessDecision(
                allowed=True,
                reason=AccessReason.RESERVATION,
                reservation_code=turn.reservation_code,
                until=turn.end,
            ),
            own=_is_drivers(token, turn),
            start=turn.start,
        )
    if turn is not None and any(is_for(token, h) and h.opens_at <= now for h in live):
        return _Answer(_refused(AccessReason.RESERVED_FOR_ANOTHER))
    late = min((h for h in holds if h.given_up and is_for(token, h)), key=_by_start, default=None)
    if token.reservation_code is not None and late is None:
        return _Answer(_refused(AccessReason.OUTSIDE_WINDOW))
    return _unreserved(token, live, late, now)


def _unreserved(
    token: PresentedToken, live: list[HoldOnConnector], late: HoldOnConnector | None, now: datetime
) -> _Answer:
    """Walking in, or coming late: only while nobody else's reservation is open or near. Who comes late stays as the
    driver of their reservation, with whichever card of the group.

    A group mate's future slot is somebody else's here: the group opens it in its window, not before.
    """
    mine = [h for h in live if (_is_drivers(token, h) if late is None else h.driver_id == late.driver_id)]
    others = [
        NextSlot(opens_at=h.opens_at, start=h.start, warning=h.walk_in_warning)
        for h in live
        if h not in mine and min(h.opens_at, h.start - h.walk_in_warning) <= now + AHEAD
    ]
    latest = None if late is None else min([late.end, *(h.start for h in mine)])
    until = stay_ends(others, latest, now)
    if isinstance(until, NoStay):
        return _Answer(_refused(_NO_STAY[until]))
    if late is None:
        return _Answer(
            AccessDecision(allowed=True, reason=AccessReason.WALK_IN, until=until),
            ends_early=timedelta(0) if until is None else _FAR - until,
        )
    decision = AccessDecision(
        allowed=True, reason=AccessReason.LATE_ARRIVAL, reservation_code=late.reservation_code, until=until
    )
    return _Answer(decision, own=_is_drivers(token, late), start=late.start)


def _by_start(hold: HoldOnConnector) -> tuple[datetime, str]:
    return (hold.start, hold.reservation_code)


def _refused(reason: AccessReason) -> AccessDecision:
    return AccessDecision(allowed=False, reason=reason)


_OUT_OF_SERVICE = _Answer(_refused(AccessReason.OUT_OF_SERVICE))

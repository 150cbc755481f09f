"""Who may charge here, now: one decision for Authorize, transaction starts and remote starts in every version.

Pure: the gateway gathers the facts with one indexed query and hands them over. A `reservationId` sent by the
charger is never part of the decision (chargers omit it, invent it, or send another driver's).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class AccessReason(StrEnum):
    RESERVATION = "reservation"
    """The token is the reservation's, its driver's or its group's, inside the window."""
    LATE_ARRIVAL = "late_arrival"
    """The driver's no-show reservation; welcome while the connector is free."""
    WALK_IN = "walk_in"
    RESERVED_FOR_ANOTHER = "reserved_for_another"
    RESERVED_SOON = "reserved_soon"
    OUTSIDE_WINDOW = "outside_window"
    """The reservation's own credential, outside early start … slot end."""
    TOKEN_UNKNOWN = "token_unknown"  # noqa: S105 - a reason code, not a secret
    TOKEN_BLOCKED = "token_blocked"  # noqa: S105 - a reason code, not a secret
    OUT_OF_SERVICE = "out_of_service"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """What the database knows of a presented idTag. `reservation_code` is set for app credentials only."""

    known: bool
    blocked: bool = False
    driver_id: str | None = None
    group_id: str | None = None
    reservation_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOnConnector:
    """A hold that touches now or soon on a connector of the charger. Instants aware UTC.

    `opens_at` = start - early start; `start`, `end` = the slot. `released_as_no_show`: given up, late welcome.
    """

    reservation_code: str
    connector_id: int
    driver_id: str
    group_id: str | None
    opens_at: datetime
    start: datetime
    end: datetime
    released_as_no_show: bool = False
    walk_in_warning: timedelta = timedelta(0)


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
    """Decide for `token` on any of `connectors` (one for a start, all of the charger for a bare Authorize)."""
    if not token.known:
        return _refused(AccessReason.TOKEN_UNKNOWN)
    if token.blocked:
        return _refused(AccessReason.TOKEN_BLOCKED)
    live = [h for h in holds if h.connector_id in connectors and not h.released_as_no_show and now < h.end]
    own = [h for h in live if is_for(token, h)]
    open_now = sorted((h for h in own if h.opens_at <= now), key=lambda h: h.start)
    for hold in open_now:
        if not _taken_by_another(hold.connector_id, live, token, now):
            return AccessDecision(
                allowed=True,
                reason=AccessReason.RESERVATION,
                reservation_code=hold.reservation_code,
                until=hold.end,
            )
    if token.reservation_code is not None and not _late(token, connectors, holds, now):
        return _refused(AccessReason.OUTSIDE_WINDOW)
    return _walk_in(token, connectors, holds, live, now)


def is_for(token: PresentedToken, hold: HoldOnConnector) -> bool:
    """Does the token open this hold: the reservation's own credential, its driver's, or its group's?"""
    if token.reservation_code is not None:
        return token.reservation_code == hold.reservation_code
    if token.driver_id is not None and token.driver_id == hold.driver_id:
        return True
    return token.group_id is not None and token.group_id == hold.group_id


def _walk_in(
    token: PresentedToken,
    connectors: tuple[int, ...],
    holds: tuple[HoldOnConnector, ...],
    live: list[HoldOnConnector],
    now: datetime,
) -> AccessDecision:
    best = _refused(AccessReason.OUT_OF_SERVICE)
    for connector in connectors:
        others = sorted(
            (h for h in live if h.connector_id == connector and not is_for(token, h)), key=lambda h: h.start
        )
        if not others:
            return _welcome(token, connectors, holds, now, until=None)
        first = others[0]
        if first.opens_at <= now:
            best = _refused(AccessReason.RESERVED_FOR_ANOTHER)
        elif first.start - first.walk_in_warning <= now:
            best = _refused(AccessReason.RESERVED_SOON)
        else:
            return _welcome(token, connectors, holds, now, until=first.start)
    return best


def _welcome(
    token: PresentedToken,
    connectors: tuple[int, ...],
    holds: tuple[HoldOnConnector, ...],
    now: datetime,
    until: datetime | None,
) -> AccessDecision:
    late = _late(token, connectors, holds, now)
    if late is not None:
        end = late.end if until is None else min(late.end, until)
        return AccessDecision(
            allowed=True, reason=AccessReason.LATE_ARRIVAL, reservation_code=late.reservation_code, until=end
        )
    return AccessDecision(allowed=True, reason=AccessReason.WALK_IN, until=until)


def _late(
    token: PresentedToken, connectors: tuple[int, ...], holds: tuple[HoldOnConnector, ...], now: datetime
) -> HoldOnConnector | None:
    mine = (
        h
        for h in holds
        if h.released_as_no_show and h.connector_id in connectors and now < h.end and is_for(token, h)
    )
    return next(mine, None)


def _taken_by_another(
    connector_id: int, live: list[HoldOnConnector], token: PresentedToken, now: datetime
) -> bool:
    """An earlier slot of somebody else is still running: early start waits for it."""
    return any(
        h.connector_id == connector_id and not is_for(token, h) and h.start <= now < h.end for h in live
    )


def _refused(reason: AccessReason) -> AccessDecision:
    return AccessDecision(allowed=False, reason=reason)

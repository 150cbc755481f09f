"""Who may charge here, now: one decision for Authorize, starts and remote starts in every version.

Pure: the gateway gathers the facts with one indexed query and hands them over. A `reservationId` sent by the
charger is never part of the decision (chargers omit it, invent it, or send another driver's).

At Authorize no connector is named: a stranger is refused only if every connector that nobody is on is reserved, and
the reservations that it was refused for hear of it. At the start the connector is judged; the session of who may not
is kept as unauthorised, the answer refuses, and the gateway sends RemoteStop, again after a boot or reconnect.

A hold whose deposit is awaited keeps others out, too, and opens to nobody: nobody would pay for what began under it.

Who walks in is let in only where the site's access rules let them there and then. They are told until when, and stay if
a line begins that would keep them out (taxi hours start at noon): a car that charges no more stands there just as well,
nobody was promised the place, and whoever has booked it is kept whole as from any car that stays.

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

from domain.charging.access_facts import HoldOnConnector, KeptPlace, KeptPlaces, Maintained, PresentedToken
from domain.charging.access_reasons import AccessReason
from domain.charging.guests import NextSlot, NoStay, stay_ends

CLOCK_ERROR = timedelta(minutes=2)
"""A hold placed this shortly after a start may still have been there: chargers' clocks are only about right."""
AHEAD = timedelta(days=1)
"""Holds that start later concern nobody who charges now."""
MOST_NEAR = 8
"""Of one connector: more slots cannot begin within one warning time, and of those beyond none changes a decision."""

_FAR = datetime.max.replace(tzinfo=UTC)
_NONE_KEPT: KeptPlaces = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDecision:
    """`reservation_code`: whose reservation this start serves. `until`: when a walk-in must be gone.

    `kept_by`: the line of the site's access rules that refuses them, or that begins then.
    """

    allowed: bool
    reason: AccessReason
    reservation_code: str | None = None
    until: datetime | None = None
    kept_by: str = ""


def decide_access(
    token: PresentedToken,
    connectors: tuple[int, ...],
    holds: tuple[HoldOnConnector, ...],
    now: datetime,
    kept: KeptPlaces = _NONE_KEPT,
    maintained: tuple[Maintained, ...] = (),
) -> AccessDecision:
    """Decide for `token` on any of `connectors`: one for a start, all of them for a bare Authorize.

    Over several connectors the best answer counts: the own reservation, then a late arrival, then walking in for as
    long as possible; the start that follows is decided again for its connector.
    """
    if not token.known:
        return _refused(AccessReason.TOKEN_UNKNOWN)
    if token.blocked:
        return _refused(AccessReason.TOKEN_BLOCKED)
    if token.expires_at is not None and token.expires_at <= now:
        return _refused(AccessReason.TOKEN_EXPIRED)
    answers = [
        _on_connector(
            token,
            [h for h in holds if h.connector_id == connector and now < h.end],
            kept.get(connector),
            [m for m in maintained if m.connector_id == connector and now < m.end],
            now,
        )
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
    if token.reservation_code is not None or hold.offered:
        return _is_drivers(token, hold)
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
    if hold.offered:
        return False
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
    AccessReason.NO_ACCESS,
    AccessReason.UNPAID,
    AccessReason.UNDER_MAINTENANCE,
    AccessReason.OUTSIDE_WINDOW,
    AccessReason.OUT_OF_SERVICE,
)


_NO_STAY = {
    NoStay.OPEN: AccessReason.RESERVED_FOR_ANOTHER,
    NoStay.NEAR: AccessReason.RESERVED_SOON,
}


def _on_connector(
    token: PresentedToken,
    holds: list[HoldOnConnector],
    kept: KeptPlace | None,
    maintained: list[Maintained],
    now: datetime,
) -> _Answer:
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
    if any(one.start <= now for one in maintained):
        return _Answer(_refused(AccessReason.UNDER_MAINTENANCE))
    if turn is not None:  # also where it is another of the late one's driver, which this token does not open
        return _Answer(_refused(AccessReason.RESERVED_FOR_ANOTHER))
    return _unreserved(token, live, late, kept, min((one.start for one in maintained), default=None), now)


def _unreserved(
    token: PresentedToken,
    live: list[HoldOnConnector],
    late: HoldOnConnector | None,
    kept: KeptPlace | None,
    closes: datetime | None,
    now: datetime,
) -> _Answer:
    """Walking in, or coming late: only while nobody else's reservation is open or near. Who comes late stays as the
    driver of their reservation, with whichever card of the group.

    A group mate's future slot is somebody else's here: the group opens it in its window, not before. `closes`: for
    maintenance; nobody stays into it.
    """
    mine = [h for h in live if (_is_drivers(token, h) if late is None else h.driver_id == late.driver_id)]
    others = [
        NextSlot(opens_at=h.opens_at, start=h.start, warning=h.walk_in_warning)
        for h in live
        if h not in mine and min(h.opens_at, h.start - h.walk_in_warning) <= now + AHEAD
    ]
    ends = [] if late is None else [late.end, *(h.start for h in mine)]
    latest = min([*ends, *([] if closes is None else [closes])], default=None)
    until = stay_ends(others, latest, now)
    if isinstance(until, NoStay):
        return _Answer(_refused(_NO_STAY[until]))
    if late is None:
        return _walk_in(until, kept, now)
    decision = AccessDecision(
        allowed=True, reason=AccessReason.LATE_ARRIVAL, reservation_code=late.reservation_code, until=until
    )
    return _Answer(decision, own=_is_drivers(token, late), start=late.start)


def _walk_in(until: datetime | None, kept: KeptPlace | None, now: datetime) -> _Answer:
    """`until`: somebody's slot begins."""
    if kept is not None and kept.since <= now:
        return _Answer(AccessDecision(allowed=False, reason=AccessReason.NO_ACCESS, kept_by=kept.by))
    by = ""
    if kept is not None and (until is None or kept.since < until):
        until, by = kept.since, kept.by
    return _Answer(
        AccessDecision(allowed=True, reason=AccessReason.WALK_IN, until=until, kept_by=by),
        ends_early=timedelta(0) if until is None else _FAR - until,
    )


def _by_start(hold: HoldOnConnector) -> tuple[datetime, str]:
    return (hold.start, hold.reservation_code)


def _refused(reason: AccessReason) -> AccessDecision:
    return AccessDecision(allowed=False, reason=reason)


_OUT_OF_SERVICE = _Answer(_refused(AccessReason.OUT_OF_SERVICE))

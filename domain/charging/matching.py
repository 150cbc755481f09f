"""Whose is a charging session: a reservation's, a walk-in's or a stranger's. One rule, asked when evidence changes.

Asked when a session begins, when a token is presented for it later, when a reservation is locked (paid, moved), before
a deadline that costs somebody something, and when a reservation ends. A session is a reservation's when
- it was begun with the reservation's own credential, or a card of its driver, wherever at the site, or at one that its
  driver was sent away from; or with a card of its group, at the berth held for it: the group opens that one in its
  window, and no other. What a group mate began before that is a walk-in's, as the gate has told them, and stays so;
- it runs within the window: from early start, or the lock if that is earlier (a driver who came as a walk-in and still
  charges when the connector is fixed), to the slot's end; what had ended before the booking is not its, nor is what its
  charger is only telling of from its queue, of a time before that: its end may be what is told next;
- the reservation will price it: it is paid and not over. A no-show is welcome until the slot's end, so it counts;
- no other session of the reservation runs: a second car is a walk-in's; nor does another reservation price it.
What was refused counts only where it was refused because the deposit was missing, and no longer is: at the berth of
the reservation; or where the place was another's and the driver was charged there all the same (by a charger that was
away, or asks nobody), once that is over: they were there, and what they took is not free. Of several reservations it is
the one that the charger named (a hint, believed only among those that it may be), the driver's own before the group's,
the one whose berth it is, the earliest.

Two slots of one driver that follow each other on one berth: a session that runs on into the second stays the first
one's, which prices all of it (`next_slot`). The second knows that its driver is there (`is_there_already`): nobody is
in the way, nobody is moved or given up. What begins in the second slot is the second's. Where the second is promised
another berth, its hold goes to where the car stands, if that is as good and free for it (`activities.holds.following`);
else the driver is told that they must move. Either way who charges is no no-show (`stands_elsewhere`).

Everybody else whom the gate let in is a walk-in, and whom it refused a stranger. What is done about it: the gateway
marks and stops sessions (`ocpp_gateway.duties.whose`), the activity `match_sessions` adopts them, the reservation's
workflow arrives, follows to where they run, or stops them when it is over (`workflows.reservation.matching`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FOLLOWS_WITHIN = timedelta(minutes=15)
"""Between two slots on one berth lie its buffer and what is left to the next full step: no time for anybody else's."""


class Whose(StrEnum):
    RESERVATION = "reservation"
    WALK_IN = "walk_in"
    STRANGER = "stranger"


class Standing(StrEnum):
    """Of a reservation, as far as its sessions are concerned."""

    OPEN = "open"
    UNPAID = "unpaid"
    GIVEN_UP = "given_up"
    """A no-show, who may still come."""
    OVER = "over"
    """It prices nothing that begins now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A reservation that is, or was, at the session's site. `connector_id`: held for it, or held last. `beside`: others
    of its berth.

    Instants aware UTC.
    `opens_at`: early start; `since`: that, or the lock if it is earlier; neither before it was booked. `end`: of the
    slot. `charging`: a session of it runs, at a charger that is connected.
    """

    reservation_code: str
    driver_id: str
    group_id: str | None
    connector_id: int
    opens_at: datetime
    since: datetime
    start: datetime
    end: datetime
    standing: Standing = Standing.OPEN
    charging: bool = False
    beside: frozenset[int] = frozenset()

    def is_for(self, connector_id: int) -> bool:
        """One car at a time: whoever is promised a connector is promised what shares its bay."""
        return connector_id == self.connector_id or connector_id in self.beside


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSession:
    """`driver_id`, `group_id`, `app_of`: of the token that it was begun with; `app_of` for app credentials only.

    `ended_at` None: it runs, or nobody knows: then `known_until` is how far it was told of by a charger that came back,
    which has said nothing of it of now.
    `authorised`: the gate let it in; `unpaid`: it did not, for a deposit that was awaited; `took_place`: it did not, as
    the place was another's, and energy flowed all the same. `priced_by`: the reservation whose code it carries.
    `named`: the reservation that the charger claims.
    """

    connector_id: int
    driver_id: str | None
    started_at: datetime
    group_id: str | None = None
    app_of: str | None = None
    ended_at: datetime | None = None
    known_until: datetime | None = None
    authorised: bool = True
    unpaid: bool = False
    took_place: bool = False
    priced_by: str | None = None
    named: str | None = None

    @property
    def is_known_until(self) -> datetime | None:
        """None: it runs."""
        return self.known_until if self.ended_at is None else self.ended_at


@dataclass(frozen=True, slots=True)
class Match:
    whose: Whose
    reservation_code: str | None = None


def match(session: SeenSession, claims: Iterable[Claim], now: datetime) -> Match:
    """`claims`: of the session's driver and of its connector, whatever their time; `now`: when it is asked."""
    if session.priced_by is not None:
        return Match(Whose.RESERVATION, session.priced_by)
    candidates = [claim for claim in claims if _may_be(session, claim, now)]
    if candidates:
        best = min(candidates, key=lambda claim: _order(session, claim))
        return Match(Whose.RESERVATION, best.reservation_code)
    return Match(Whose.WALK_IN if session.authorised else Whose.STRANGER)


def next_slot(
    driver_id: str, ends: datetime, berth: Collection[int], claims: Iterable[Claim]
) -> Claim | None:
    """The driver's slot at the berth where they stand that follows when theirs `ends`; None: they must go.

    `claims`: of the driver's other reservations. `berth`: connectors that serve one car at a time.
    """
    following = [
        claim
        for claim in claims
        if claim.driver_id == driver_id
        and claim.connector_id in berth
        and claim.standing is Standing.OPEN
        and (claim.since <= ends or claim.start <= ends + FOLLOWS_WITHIN)
        and ends < claim.end
    ]
    return min(following, key=lambda claim: (claim.start, claim.reservation_code), default=None)


def follows(former: Claim, claim: Claim) -> bool:
    """Is it the same driver's slot right after the `former`? Slots that overlap are of two cars."""
    in_time = former.end <= claim.start <= former.end + FOLLOWS_WITHIN
    return in_time and former.driver_id == claim.driver_id and former.standing is Standing.OPEN


def next_slot_elsewhere(
    driver_id: str, ends: datetime, berth: Collection[int], claims: Iterable[Claim]
) -> Claim | None:
    """As `next_slot`, where it is promised at another berth: the hold goes to where the car stands, if that is free."""
    following = [
        claim
        for claim in claims
        if claim.driver_id == driver_id
        and claim.connector_id not in berth
        and claim.standing is Standing.OPEN
        and not claim.charging
        and ends <= claim.start <= ends + FOLLOWS_WITHIN
    ]
    return min(following, key=lambda claim: (claim.start, claim.reservation_code), default=None)


def stands_elsewhere(claim: Claim, session: SeenSession, others: Collection[Claim]) -> bool:
    """Is the driver at another berth than the claim's, with a session of their slot right before? `others`: theirs."""
    until = session.is_known_until
    in_time = session.started_at < claim.end and (until is None or until > claim.start)
    before = [one for one in others if follows(one, claim)]
    theirs = any(
        one.is_for(session.connector_id) or one.reservation_code == session.priced_by for one in before
    )
    of_another = session.priced_by is not None and session.priced_by != claim.reservation_code
    return in_time and theirs and of_another and session.authorised and not claim.is_for(session.connector_id)


def is_there_already(
    claim: Claim, session: SeenSession, berth: Collection[int], others: Collection[str]
) -> bool:
    """Is the driver at the berth of `claim`, with a session that another reservation prices? Or were they, in its slot?

    `berth`: connectors that serve one car at a time, the held one among them. `others`: codes of the driver's other
    reservations that are not over: their car stays until then.
    """
    theirs = session.driver_id == claim.driver_id or session.priced_by in others
    of_another = session.priced_by is not None and session.priced_by != claim.reservation_code
    until = session.is_known_until
    stays = until is None or until > claim.start or session.priced_by in others
    in_time = session.started_at < claim.end and stays
    return of_another and theirs and session.authorised and session.connector_id in berth and in_time


def _may_be(session: SeenSession, claim: Claim, now: datetime) -> bool:
    if claim.standing not in (Standing.OPEN, Standing.GIVEN_UP) or (
        claim.charging and not session.took_place
    ):
        return False
    if not (session.authorised or _counts_though_refused(session, claim)):
        return False
    return _is_theirs(session, claim) and _within(session, claim, now)


def _counts_though_refused(session: SeenSession, claim: Claim) -> bool:
    if session.unpaid:
        return claim.is_for(session.connector_id)
    return session.took_place and session.ended_at is not None and session.driver_id == claim.driver_id


def _is_theirs(session: SeenSession, claim: Claim) -> bool:
    if session.app_of is not None:
        return session.app_of == claim.reservation_code
    if session.driver_id is not None and session.driver_id == claim.driver_id:
        return True
    of_group = session.group_id is not None and session.group_id == claim.group_id
    return of_group and claim.is_for(session.connector_id) and claim.opens_at <= session.started_at


def _within(session: SeenSession, claim: Claim, now: datetime) -> bool:
    in_time = session.started_at < claim.end
    if session.ended_at is not None:
        return in_time and session.ended_at > claim.since
    return in_time and max(session.known_until or now, session.started_at) >= claim.since


def _order(session: SeenSession, claim: Claim) -> tuple[bool, bool, bool, datetime, str]:
    return (
        session.named != claim.reservation_code,
        session.driver_id != claim.driver_id,
        not claim.is_for(session.connector_id),
        claim.start,
        claim.reservation_code,
    )

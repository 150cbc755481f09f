"""Who is at a connector, since when, and how do we know? One truth, derived from evidence; everybody asks it.

Evidence is what was told (a transaction's messages, statuses, boots) with the moment we heard it, and what we hold
there ourselves. Newer evidence of the charger outranks older inference of ours: a session that its charger
contradicts is not believed any more. If nothing of it is heard within a settling time, it ends as inferred, at its
last sign of life; a later sign reopens it, a late stop corrects the end.

What a charger tells of a time before it came back says nothing of now. A session whose last sign is of such a time may
be long over, and its end be told next: it is believed where its connector shows a car, and otherwise once its charger
says something of it of the present, or has been there for so long that it would have told its end.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.charging.connector import IN_USE, ConnectorStatus
from domain.charging.events import ChargerEvent

INFERRED = "inferred"
"""Detail of an end that nobody told: its charger has shown that nobody is there."""
SUPERSEDED = "superseded"
"""Detail of an end that nobody told: a later transaction began on the connector."""
REOPENED = "reopened"
"""Detail of a start: the session whose end was inferred goes on."""

SHOWS_NOBODY = frozenset({ConnectorStatus.AVAILABLE, ConnectorStatus.RESERVED})
_SHOWS_NO_TRANSACTION = frozenset({ConnectorStatus.PREPARING, ConnectorStatus.FINISHING})
_SERVES_NOBODY = frozenset({ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE})
DOUBTS = SHOWS_NOBODY | _SHOWS_NO_TRANSACTION | _SERVES_NOBODY
"""Statuses that can contradict a session."""
DENIES = frozenset(ConnectorStatus) - (IN_USE - {ConnectorStatus.FINISHING}) - {ConnectorStatus.UNKNOWN}
"""What no connector shows while somebody charges there: told of the time before the start, it says nothing of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session that nobody has ended. `last_sign_at`: when we last heard anything of it.

    `begins_plugged_in`: its version has no transaction before the cable is in (1.6). `was_plugged_in`: a vehicle was
    there: energy has flowed, the transaction has said so, or the connector has shown it.
    """

    last_sign_at: datetime
    begins_plugged_in: bool
    was_plugged_in: bool


def is_contradicted(
    session: OpenSession, status: ConnectorStatus, heard_at: datetime, booted_at: datetime | None
) -> bool:
    """Does the connector's status say that the session is over?

    Available and Reserved do, when heard after its last sign of life; but a 2.x transaction may begin before the
    cable is in, so there it takes a vehicle before, or a boot in between. Preparing and Finishing do after a boot:
    somebody is there, and no transaction runs; so do Faulted and Unavailable, which a transaction may show until it is
    cut off.
    """
    if heard_at <= session.last_sign_at:
        return False
    booted = booted_at is not None and session.last_sign_at < booted_at <= heard_at
    if status in SHOWS_NOBODY:
        return booted or session.begins_plugged_in or session.was_plugged_in
    return booted and status in _SHOWS_NO_TRANSACTION | _SERVES_NOBODY


def left_at(told: ChargerEvent, ended_at: datetime | None) -> datetime:
    """When the vehicle left whose bay is `told` to be free. Who had to be asked has not told when it became so: then
    nothing is known of anybody there after the last evidence, the end of the session or what the bay showed since.
    """
    if told.there_until is None:
        return told.at
    known = told.there_until if ended_at is None else max(told.there_until, ended_at)
    return min(known, told.at)


class Revival(StrEnum):
    """What a message of a session whose end was inferred does to it."""

    REOPENS = "reopens"
    ENDS_LATER = "ends_later"
    """It tells of the time before the charger was seen empty: the session lasted until then, and is over."""


def revival(at: datetime, contradicted_at: datetime | None, *, replaced: bool) -> Revival:
    """`at`: when it happened. `replaced`: another session has begun on the connector since."""
    if replaced or (contradicted_at is not None and at <= contradicted_at):
        return Revival.ENDS_LATER
    return Revival.REOPENS


class Occupant(StrEnum):
    NOBODY = "nobody"
    RESERVATION = "reservation"
    """A session that a reservation prices."""
    WALK_IN = "walk_in"
    STRANGER = "stranger"
    """A session that was refused and runs all the same."""
    VEHICLE = "vehicle"
    """A cable or a car without a session."""
    ARRIVING = "arriving"
    """A cable or a card, and nothing has begun: it takes nothing from whom the place is promised to."""
    EXPECTED = "expected"
    """Nobody yet; a reservation holds the place now."""
    UNKNOWN = "unknown"
    """Nothing that we know says anything of it."""


class PresenceBasis(StrEnum):
    """What the belief rests on."""

    SESSION = "session"
    STATUS = "status"
    HOLD = "hold"
    NOTHING = "nothing"


_TELLS_OF_NOBODY = frozenset({ConnectorStatus.UNKNOWN, ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE})


def is_believed(*, ended_at: datetime | None, contradicted_at: datetime | None, is_of_now: bool) -> bool:
    """Is somebody there by a session? It has not ended, its charger's newer word does not contradict it, and what is
    known of it is of now.
    """
    return ended_at is None and contradicted_at is None and is_of_now


def shown_by(status: ConnectorStatus, siblings: Iterable[ConnectorStatus] = ()) -> Occupant:
    """Who is there when no session is believed, by what the connector and others of its berth show."""
    shown = (status, *siblings)
    if any(one.is_in_use for one in shown):
        return Occupant.VEHICLE
    if ConnectorStatus.PREPARING in shown:
        return Occupant.ARRIVING
    return Occupant.UNKNOWN if status in _TELLS_OF_NOBODY else Occupant.NOBODY


def is_taken(
    *, by_others_than: Collection[str], sessions: Collection[str], shown: Occupant, trust_status: bool = True
) -> bool:
    """Is somebody other than these reservations there?

    `sessions`: reservation codes of those believed, `""` for one that no reservation prices. `shown`: by status.
    `trust_status` False: only sessions count, not what the connector says of a cable or a car.
    """
    if sessions:
        return any(session not in by_others_than for session in sessions)
    return trust_status and shown is Occupant.VEHICLE


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeen:
    """A session on a connector of the berth. Instants are aware UTC."""

    id: int
    connector_id: int
    transaction_id: str
    reservation_code: str | None
    authorised: bool
    started_at: datetime
    last_sign_at: datetime
    started_basis: str = ""
    is_of_now: bool = True
    """Its last sign is, or its connector shows a car."""
    contradicted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_basis: str = ""
    end_inferred: bool = False
    stop_reason: str = ""

    @property
    def is_there(self) -> bool:
        return is_believed(
            ended_at=self.ended_at, contradicted_at=self.contradicted_at, is_of_now=self.is_of_now
        )

    @property
    def over_since(self) -> datetime | None:
        """From when on nobody is believed to be there by it."""
        return self.ended_at if self.contradicted_at is None else self.contradicted_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSeen:
    """What a connector shows. `heard_at`: by our clock; None: never."""

    connector_id: int
    status: ConnectorStatus
    heard_at: datetime | None
    error_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSeen:
    """A reservation's, on the berth. `since`: it keeps others away from then on. `until`: its slot ends."""

    reservation_code: str
    connector_id: int
    since: datetime
    until: datetime
    released_at: datetime | None = None
    release_reason: str = ""

    def stands(self, now: datetime) -> bool:
        return self.released_at is None and self.since <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """`since`: aware UTC; None: unknown. `code`: the reservation concerned. `session_id`: what it rests on."""

    occupant: Occupant
    basis: PresenceBasis
    since: datetime | None = None
    code: str | None = None
    session_id: int | None = None


def presence_of(
    own: StatusSeen,
    siblings: Collection[StatusSeen],
    sessions: Iterable[SessionSeen],
    holds: Iterable[HoldSeen],
    now: datetime,
) -> Presence:
    """At the berth of a connector. `sessions`: the open ones and the last that ended, others do no harm.

    A session that is believed says who is there, then what is shown, then a hold whose time has come.
    """
    known = sorted(sessions, key=lambda session: (session.started_at, session.id))
    there = next((session for session in reversed(known) if session.is_there), None)
    if there is not None:
        return Presence(
            occupant=_who(there),
            basis=PresenceBasis.SESSION,
            since=there.started_at,
            code=there.reservation_code,
            session_id=there.id,
        )
    shown = shown_by(own.status, [sibling.status for sibling in siblings])
    if shown in (Occupant.VEHICLE, Occupant.ARRIVING):
        telling = (one for one in (own, *siblings) if shown_by(one.status) is shown)
        return Presence(
            occupant=shown,
            basis=PresenceBasis.STATUS,
            since=min(filter(None, (t.heard_at for t in telling)), default=None),
        )
    hold = next((hold for hold in holds if hold.stands(now)), None)
    if hold is not None:
        return Presence(
            occupant=Occupant.EXPECTED, basis=PresenceBasis.HOLD, since=hold.since, code=hold.reservation_code
        )
    if shown is Occupant.UNKNOWN:
        return Presence(occupant=shown, basis=PresenceBasis.NOTHING)
    over = max((session.over_since for session in known if session.over_since is not None), default=None)
    since = max(filter(None, (own.heard_at, over)), default=None)
    return Presence(occupant=shown, basis=PresenceBasis.STATUS, since=since)


def _who(session: SessionSeen) -> Occupant:
    if not session.authorised:
        return Occupant.STRANGER
    return Occupant.WALK_IN if session.reservation_code is None else Occupant.RESERVATION

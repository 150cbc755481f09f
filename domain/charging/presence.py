"""Who is at a connector, since when, and how do we know? One truth, derived from evidence; everybody asks it.

Evidence is what was told (a transaction's messages, statuses, boots) with the moment we heard it, and what we hold
there ourselves. Newer evidence of the charger outranks older inference of ours: a session that its charger
contradicts is not believed any more. If nothing of it is heard within a settling time, it ends as inferred, at its
last sign of life; a later sign reopens it, a late stop corrects the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.charging.connector import ConnectorStatus

INFERRED = "inferred"
"""Detail of an end that nobody told: its charger has shown that nobody is there."""
SUPERSEDED = "superseded"
"""Detail of an end that nobody told: a later transaction began on the connector."""
REOPENED = "reopened"
"""Detail of a start: the session whose end was inferred goes on."""

SHOWS_NOBODY = frozenset({ConnectorStatus.AVAILABLE, ConnectorStatus.RESERVED})
_SHOWS_NO_TRANSACTION = frozenset({ConnectorStatus.PREPARING, ConnectorStatus.FINISHING})
DOUBTS = SHOWS_NOBODY | _SHOWS_NO_TRANSACTION
"""Statuses that can contradict a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session that nobody has ended. `last_sign_at`: when we last heard anything of it.

    `begins_plugged_in`: its version has no transaction before the cable is in (1.6). `has_drawn`: energy has flowed.
    """

    last_sign_at: datetime
    begins_plugged_in: bool
    has_drawn: bool


def is_contradicted(
    session: OpenSession, status: ConnectorStatus, heard_at: datetime, booted_at: datetime | None
) -> bool:
    """Does the connector's status say that the session is over?

    Available and Reserved do, when heard after its last sign of life; but a 2.x transaction may begin before the
    cable is in, so there it takes energy or a boot in between. Preparing and Finishing do after a boot: somebody is
    there, and no transaction runs.
    """
    if heard_at <= session.last_sign_at:
        return False
    booted = booted_at is not None and session.last_sign_at < booted_at <= heard_at
    if status in SHOWS_NOBODY:
        return booted or session.begins_plugged_in or session.has_drawn
    return booted and status in _SHOWS_NO_TRANSACTION


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
    EXPECTED = "expected"
    """Nobody yet; a reservation holds the connector now."""


class Basis(StrEnum):
    """What the belief rests on."""

    SESSION = "session"
    STATUS = "status"
    HOLD = "hold"
    NOTHING = "nothing"


class Source(StrEnum):
    """Whose word a piece of evidence is."""

    CHARGER = "charger"
    BACKEND = "backend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`says`: a word of a closed list or a status; `about`: transaction or reservation, where there is one.

    `counts` False: newer evidence has outranked it.
    """

    kind: str
    at: datetime
    source: Source
    says: str
    about: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeen:
    """An open session, or the last one that ended there."""

    transaction_id: str
    reservation_code: str | None
    authorised: bool
    started_at: datetime
    last_sign_at: datetime
    contradicted_at: datetime | None = None
    ended_at: datetime | None = None
    end_inferred: bool = False

    @property
    def is_there(self) -> bool:
        return self.ended_at is None and self.contradicted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSeen:
    reservation_code: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """`since`: aware UTC; None: unknown. `code`: the reservation concerned."""

    occupant: Occupant
    basis: Basis
    since: datetime | None
    code: str | None
    evidence: tuple[Evidence, ...]


def presence_of(
    *,
    status: ConnectorStatus,
    status_heard_at: datetime | None,
    booted_at: datetime | None,
    silent_since: datetime | None,
    sessions: Iterable[SessionSeen],
    hold: HoldSeen | None,
) -> Presence:
    """A connector's. `sessions`: the open ones and the last that ended. `silent_since`: the charger is away."""
    known = sorted(sessions, key=lambda s: s.started_at)
    evidence = [piece for session in known for piece in _of_session(session)]
    if status_heard_at is not None:
        evidence.append(Evidence(kind="status", at=status_heard_at, source=Source.CHARGER, says=status.value))
    if booted_at is not None:
        evidence.append(Evidence(kind="boot", at=booted_at, source=Source.CHARGER, says="booted"))
    if silent_since is not None:
        evidence.append(
            Evidence(kind="silence", at=silent_since, source=Source.BACKEND, says="not_connected")
        )
    if hold is not None:
        held = Evidence(
            kind="hold", at=hold.since, source=Source.BACKEND, says="held", about=hold.reservation_code
        )
        evidence.append(held)
    there = next((s for s in reversed(known) if s.is_there), None)
    occupant, basis, since, code = _belief(status, status_heard_at, there, hold)
    ordered = tuple(sorted(evidence, key=lambda e: e.at))
    return Presence(occupant=occupant, basis=basis, since=since, code=code, evidence=ordered)


def _belief(
    status: ConnectorStatus, heard_at: datetime | None, there: SessionSeen | None, hold: HoldSeen | None
) -> tuple[Occupant, Basis, datetime | None, str | None]:
    if there is not None:
        return _who(there), Basis.SESSION, there.started_at, there.reservation_code
    if status.is_in_use or status is ConnectorStatus.PREPARING:
        return Occupant.VEHICLE, Basis.STATUS, heard_at, None
    if hold is not None:
        return Occupant.EXPECTED, Basis.HOLD, hold.since, hold.reservation_code
    known = status is not ConnectorStatus.UNKNOWN
    return Occupant.NOBODY, Basis.STATUS if known else Basis.NOTHING, heard_at, None


def _who(session: SessionSeen) -> Occupant:
    if not session.authorised:
        return Occupant.STRANGER
    return Occupant.WALK_IN if session.reservation_code is None else Occupant.RESERVATION


def _of_session(session: SessionSeen) -> Iterable[Evidence]:
    def piece(at: datetime, source: Source, says: str) -> Evidence:
        about = session.transaction_id
        return Evidence(kind="session", at=at, source=source, says=says, about=about, counts=session.is_there)

    yield piece(session.started_at, Source.CHARGER, "started")
    if session.last_sign_at > session.started_at:
        yield piece(session.last_sign_at, Source.CHARGER, "last_sign")
    if session.contradicted_at is not None:
        yield piece(session.contradicted_at, Source.CHARGER, "contradicted")
    if session.ended_at is not None:
        source = Source.BACKEND if session.end_inferred else Source.CHARGER
        yield piece(session.ended_at, source, "end_inferred" if session.end_inferred else "ended")

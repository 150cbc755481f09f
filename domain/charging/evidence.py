"""What is known of a connector's berth, piece by piece, for people: what was told or noticed, when, and by whom.

The belief that follows from it is `presence.presence_of`; here nothing is decided, only said and put in order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from itertools import chain

from domain.charging.clocks import Absence
from domain.charging.presence import HoldSeen, Presence, SessionSeen, StatusSeen, presence_of
from domain.charging.trouble import TroubleCause, TroubleEnd

RELEASED = "released"
"""Stop reason of a session that an operator declared over: its charger has not told."""


class EvidenceKind(StrEnum):
    STATUS = "status"
    SESSION = "session"
    HOLD = "hold"
    BOOT = "boot"
    CONNECTION = "connection"
    TROUBLE = "trouble"
    QUIRK = "quirk"


class Source(StrEnum):
    """Whose word it is."""

    CHARGER = "charger"
    BACKEND = "backend"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`says`: a word of a closed list, or the status or cause shown. `connector_id` None: the whole charger.

    `about`: transaction, reservation code, trouble or message. `basis`: how `at` is known
    (`clocks.InstantBasis`; empty: by our own clock). `counts` False: newer evidence has outranked it, or it is over.
    """

    kind: EvidenceKind
    at: datetime
    source: Source
    says: str
    connector_id: int | None = None
    about: str = ""
    detail: str = ""
    basis: str = ""
    counts: bool = True

    @property
    def key(self) -> str:
        """Orders pieces of one instant, always alike."""
        told = "\x1f".join((self.kind, self.says, str(self.connector_id), self.about))
        return sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTold:
    """An earlier word of a connector, or (`connector_id` None) of the charger as a whole."""

    connector_id: int | None
    status: str
    at: datetime
    error_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleSeen:
    id: int
    connector_id: int | None
    cause: str
    detail: str
    began_at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuirkSeen:
    action: str
    path: str
    kind: str
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BerthSeen:
    """Of one connector (`own`) and the others of its berth. `boots`: moments.

    `silent_since`: the charger is away since then; else it is connected since `connected_at`.
    """

    own: StatusSeen
    siblings: tuple[StatusSeen, ...] = ()
    sessions: tuple[SessionSeen, ...] = ()
    holds: tuple[HoldSeen, ...] = ()
    statuses: tuple[StatusTold, ...] = ()
    boots: tuple[datetime, ...] = ()
    absences: tuple[Absence, ...] = ()
    connected_at: datetime | None = None
    silent_since: datetime | None = None
    troubles: tuple[TroubleSeen, ...] = ()
    quirks: tuple[QuirkSeen, ...] = ()

    def presence(self, now: datetime) -> Presence:
        return presence_of(self.own, self.siblings, self.sessions, self.holds, now)


Place = tuple[datetime, str]
"""Of a piece in the list: its instant and key."""


def place_of(piece: Evidence) -> Place:
    return piece.at, piece.key


def evidence_of(seen: BerthSeen, now: datetime, *, after: Place | None, limit: int) -> Sequence[Evidence]:
    """Up to `limit` + 1 pieces, the newest first, `after` one; the extra one tells that there are more."""
    pieces = chain(
        chain.from_iterable(_of_session(session) for session in seen.sessions),
        chain.from_iterable(_of_hold(hold, now) for hold in seen.holds),
        chain.from_iterable(_of_trouble(trouble) for trouble in seen.troubles),
        _statuses(seen),
        _connection(seen),
        (
            Evidence(
                kind=EvidenceKind.QUIRK,
                at=quirk.last_at,
                source=Source.CHARGER,
                says=quirk.kind,
                about=f"{quirk.action} {quirk.path}".strip(),
            )
            for quirk in seen.quirks
        ),
    )
    by_place = {place_of(piece): piece for piece in pieces}
    places = sorted((place for place in by_place if after is None or place < after), reverse=True)
    return [by_place[place] for place in places[: limit + 1]]


def _of_session(session: SessionSeen) -> Iterator[Evidence]:
    def piece(at: datetime, source: Source, says: str, *, basis: str = "", detail: str = "") -> Evidence:
        return Evidence(
            kind=EvidenceKind.SESSION,
            at=at,
            source=source,
            says=says,
            connector_id=session.connector_id,
            about=session.transaction_id,
            detail=detail,
            basis=basis,
            counts=session.is_there,
        )

    yield piece(session.started_at, Source.CHARGER, "started", basis=session.started_basis)
    if session.last_sign_at > session.started_at:
        yield piece(session.last_sign_at, Source.CHARGER, "last_sign")
    if session.contradicted_at is not None:
        yield piece(session.contradicted_at, Source.CHARGER, "contradicted")
    if session.ended_at is not None:
        released = session.stop_reason == RELEASED
        source = Source.BACKEND if session.end_inferred else Source.OPERATOR if released else Source.CHARGER
        says = "end_inferred" if session.end_inferred else "ended"
        yield piece(session.ended_at, source, says, basis=session.ended_basis, detail=session.stop_reason)


def _of_hold(hold: HoldSeen, now: datetime) -> Iterator[Evidence]:
    def piece(at: datetime, says: str, detail: str = "") -> Evidence:
        return Evidence(
            kind=EvidenceKind.HOLD,
            at=at,
            source=Source.BACKEND,
            says=says,
            connector_id=hold.connector_id,
            about=hold.reservation_code,
            detail=detail,
            counts=hold.stands(now),
        )

    if hold.since <= (now if hold.released_at is None else hold.released_at):
        yield piece(hold.since, "held")
    if hold.released_at is not None:
        yield piece(hold.released_at, "released", hold.release_reason)


def _of_trouble(trouble: TroubleSeen) -> Iterator[Evidence]:
    def piece(at: datetime, source: Source, says: str, detail: str) -> Evidence:
        return Evidence(
            kind=EvidenceKind.TROUBLE,
            at=at,
            source=source,
            says=says,
            connector_id=trouble.connector_id,
            about=f"{trouble.cause} {trouble.id}",
            detail=detail,
            counts=trouble.ended_at is None,
        )

    noticed = Source.BACKEND if trouble.cause == TroubleCause.SILENT else Source.CHARGER
    yield piece(trouble.began_at, noticed, "began", trouble.detail)
    if trouble.ended_at is not None:
        by_operator = trouble.ended_by == TroubleEnd.OPERATOR
        source = Source.OPERATOR if by_operator else noticed
        yield piece(trouble.ended_at, source, "ended", trouble.ended_by)


def _statuses(seen: BerthSeen) -> Iterator[Evidence]:
    signs = [session.last_sign_at for session in seen.sessions if session.is_there]
    for shown in (seen.own, *seen.siblings):
        if shown.heard_at is not None:
            told = StatusTold(
                connector_id=shown.connector_id,
                status=shown.status,
                at=shown.heard_at,
                error_code=shown.error_code,
            )
            yield _status(told, counts=all(shown.heard_at >= sign for sign in signs))
    now_shown = {(one.connector_id, one.heard_at) for one in (seen.own, *seen.siblings)}
    for told in seen.statuses:
        if (told.connector_id, told.at) not in now_shown:
            yield _status(told, counts=False)


def _status(told: StatusTold, *, counts: bool) -> Evidence:
    return Evidence(
        kind=EvidenceKind.STATUS,
        at=told.at,
        source=Source.CHARGER,
        says=told.status,
        connector_id=told.connector_id,
        detail=told.error_code,
        counts=counts,
    )


def _connection(seen: BerthSeen) -> Iterator[Evidence]:
    last = max(seen.boots, default=None)
    for boot in seen.boots:
        yield Evidence(
            kind=EvidenceKind.BOOT, at=boot, source=Source.CHARGER, says="booted", counts=boot == last
        )
    lost = [absence.start for absence in seen.absences]
    came = [absence.end for absence in seen.absences]
    if seen.silent_since is not None:
        lost.append(seen.silent_since)
    elif seen.connected_at is not None:
        came.append(seen.connected_at)
    yield from _moments(lost, "not_connected", counts=seen.silent_since)
    yield from _moments(came, "connected", counts=None if seen.silent_since else max(came, default=None))


def _moments(moments: Iterable[datetime], says: str, *, counts: datetime | None) -> Iterator[Evidence]:
    for at in moments:
        yield Evidence(
            kind=EvidenceKind.CONNECTION, at=at, source=Source.BACKEND, says=says, counts=at == counts
        )

"""Newer evidence of the charger outranks older inference; one belief for each connector."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.evidence import BerthSeen, Evidence, QuirkSeen, evidence_of, place_of
from domain.charging.presence import (
    HoldSeen,
    Occupant,
    OpenSession,
    PresenceBasis,
    Revival,
    SessionSeen,
    StatusSeen,
    is_contradicted,
    is_taken,
    left_at,
    presence_of,
    revival,
    shown_by,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER, LATEST = NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)


def session(*, plugged: bool = True, drawn: bool = False) -> OpenSession:
    return OpenSession(last_sign_at=NOON, begins_plugged_in=plugged, was_plugged_in=drawn)


@given(st.sampled_from(ConnectorStatus), st.booleans(), st.booleans(), st.integers(-60, 60), st.booleans())
def test_only_what_was_heard_after_the_last_sign_contradicts(
    status: ConnectorStatus, plugged: bool, drawn: bool, seconds: int, booted: bool
) -> None:
    heard = NOON + timedelta(seconds=seconds)
    found = is_contradicted(session(plugged=plugged, drawn=drawn), status, heard, heard if booted else None)
    if seconds <= 0 or (status.is_in_use and status is not ConnectorStatus.FINISHING):
        assert not found
    elif status in (ConnectorStatus.AVAILABLE, ConnectorStatus.RESERVED):
        assert found == (plugged or drawn or booted)


@pytest.mark.parametrize(
    "status",
    [
        ConnectorStatus.PREPARING,
        ConnectorStatus.FINISHING,
        ConnectorStatus.FAULTED,
        ConnectorStatus.UNAVAILABLE,
    ],
)
def test_what_shows_no_transaction_contradicts_after_a_boot_only(status: ConnectorStatus) -> None:
    assert is_contradicted(session(), status, LATEST, LATER)
    assert not is_contradicted(session(), status, LATEST, None)


def test_a_sign_reopens_unless_it_is_older_than_the_contradiction_or_somebody_else_came() -> None:
    assert revival(LATEST, LATER, replaced=False) is Revival.REOPENS
    assert revival(NOON, LATER, replaced=False) is Revival.ENDS_LATER
    assert revival(LATEST, LATER, replaced=True) is Revival.ENDS_LATER


@given(st.integers(-60, 60), st.none() | st.integers(-60, 60), st.none() | st.integers(-60, 0))
def test_who_was_asked_about_left_at_the_last_evidence_of_them(
    told: int, seen_until: int | None, ended: int | None
) -> None:
    at, seen_at, ended_at = (
        None if n is None else NOON + timedelta(minutes=n) for n in (told, seen_until, ended)
    )
    assert at is not None
    event = ChargerEvent(
        event_id="e",
        kind=ChargerEventKind.CONNECTOR_STATUS,
        charger_id="C",
        at=at,
        status=ConnectorStatus.AVAILABLE,
        there_until=seen_at,
    )
    left = left_at(event, ended_at)
    evidence = [one for one in (seen_at, ended_at) if one is not None]
    assert left <= at
    assert left == (at if seen_at is None else min(at, max(evidence)))


def seen(*, code: str | None = "R", contradicted: bool = False, authorised: bool = True) -> SessionSeen:
    return SessionSeen(
        id=1,
        connector_id=1,
        transaction_id="1",
        reservation_code=code,
        authorised=authorised,
        started_at=NOON,
        last_sign_at=LATER,
        contradicted_at=LATEST if contradicted else None,
    )


def shows(status: ConnectorStatus) -> StatusSeen:
    return StatusSeen(connector_id=1, status=status, heard_at=LATEST)


def held(code: str) -> HoldSeen:
    return HoldSeen(reservation_code=code, connector_id=1, since=NOON, until=NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("sessions", "status", "hold", "occupant", "basis"),
    [
        ([seen()], ConnectorStatus.CHARGING, None, Occupant.RESERVATION, PresenceBasis.SESSION),
        ([seen(code=None)], ConnectorStatus.AVAILABLE, None, Occupant.WALK_IN, PresenceBasis.SESSION),
        (
            [seen(code=None, authorised=False)],
            ConnectorStatus.CHARGING,
            "B",
            Occupant.STRANGER,
            PresenceBasis.SESSION,
        ),
        ([seen(contradicted=True)], ConnectorStatus.AVAILABLE, None, Occupant.NOBODY, PresenceBasis.STATUS),
        ([seen(contradicted=True)], ConnectorStatus.RESERVED, "B", Occupant.EXPECTED, PresenceBasis.HOLD),
        ([], ConnectorStatus.OCCUPIED, "B", Occupant.VEHICLE, PresenceBasis.STATUS),
        ([], ConnectorStatus.PREPARING, "B", Occupant.ARRIVING, PresenceBasis.STATUS),
        ([], ConnectorStatus.FAULTED, None, Occupant.UNKNOWN, PresenceBasis.NOTHING),
        ([], ConnectorStatus.UNKNOWN, None, Occupant.UNKNOWN, PresenceBasis.NOTHING),
    ],
)
def test_one_belief_and_its_basis(
    sessions: list[SessionSeen],
    status: ConnectorStatus,
    hold: str | None,
    occupant: Occupant,
    basis: PresenceBasis,
) -> None:
    holds = [] if hold is None else [held(hold)]
    found = presence_of(shows(status), (), sessions, holds, LATEST)
    assert (found.occupant, found.basis) == (occupant, basis)


def test_a_plug_beside_it_that_is_in_use_takes_the_berth() -> None:
    beside = StatusSeen(connector_id=2, status=ConnectorStatus.CHARGING, heard_at=LATER)
    found = presence_of(shows(ConnectorStatus.UNAVAILABLE), [beside], (), (), LATEST)
    assert (found.occupant, found.since) == (Occupant.VEHICLE, LATER)


MOMENTS = st.integers(0, 240).map(lambda minutes: NOON + timedelta(minutes=minutes))
MAYBE = st.none() | MOMENTS
CODES = st.sampled_from(["A", "B", None])


@st.composite
def sessions_seen(draw: st.DrawFn) -> list[SessionSeen]:
    return [
        SessionSeen(
            id=n,
            connector_id=draw(st.integers(1, 2)),
            transaction_id=f"tx-{n}",
            reservation_code=draw(CODES),
            authorised=draw(st.booleans()),
            started_at=draw(MOMENTS),
            last_sign_at=draw(MOMENTS),
            contradicted_at=draw(MAYBE),
            ended_at=draw(MAYBE),
            end_inferred=draw(st.booleans()),
        )
        for n in range(draw(st.integers(0, 5)))
    ]


@given(
    sessions_seen(),
    st.sampled_from(ConnectorStatus),
    st.lists(st.sampled_from(ConnectorStatus), max_size=2),
    CODES,
)
def test_what_people_are_shown_is_what_booking_and_locks_believe(
    sessions: list[SessionSeen], status: ConnectorStatus, beside: list[ConnectorStatus], code: str | None
) -> None:
    """Over random evidence: the belief and the rule that a booking asks never contradict each other."""
    own = StatusSeen(connector_id=1, status=status, heard_at=NOON)
    siblings = [
        StatusSeen(connector_id=n, status=one, heard_at=NOON) for n, one in enumerate(beside, start=2)
    ]
    found = presence_of(own, siblings, sessions, (), LATEST)
    believed = [session.reservation_code or "" for session in sessions if session.is_there]
    shown = shown_by(status, beside)
    theirs = set() if code is None else {code}
    taken = is_taken(by_others_than=theirs, sessions=believed, shown=shown)
    if found.basis is PresenceBasis.SESSION:
        assert believed
        assert taken or set(believed) == {code}
        (there,) = (one for one in sessions if one.id == found.session_id)
        assert (there.is_there, found.code, found.since) == (True, there.reservation_code, there.started_at)
    else:
        assert not believed
        assert taken == (found.occupant is Occupant.VEHICLE)
        assert not is_taken(by_others_than=theirs, sessions=believed, shown=shown, trust_status=False)


@given(sessions_seen(), st.lists(MOMENTS, max_size=3), st.integers(1, 7))
def test_pages_of_evidence_have_no_gap_and_no_repetition_and_the_newest_come_first(
    sessions: list[SessionSeen], boots: list[datetime], limit: int
) -> None:
    seen = BerthSeen(
        own=shows(ConnectorStatus.AVAILABLE),
        sessions=tuple(sessions),
        boots=tuple(set(boots)),
        holds=(held("A"),),
        silent_since=LATEST,
        quirks=(QuirkSeen(action="BootNotification", path="iccid", kind="too_long", last_at=NOON),),
    )
    whole = evidence_of(seen, LATEST, after=None, limit=1000)
    assert [place_of(piece) for piece in whole] == sorted({place_of(piece) for piece in whole}, reverse=True)
    found: list[Evidence] = []
    while True:
        page = evidence_of(seen, LATEST, after=place_of(found[-1]) if found else None, limit=limit)
        found += page[:limit]
        if len(page) <= limit:
            break
    assert found == list(whole)
    for session in sessions:
        told = [piece for piece in whole if piece.about == session.transaction_id]
        assert {piece.counts for piece in told} == {session.is_there}
        assert ("end_inferred" in {piece.says for piece in told}) == (
            session.ended_at is not None and session.end_inferred
        )

"""Newer evidence of the charger outranks older inference; one belief for each connector."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.charging.presence import (
    Basis,
    HoldSeen,
    Occupant,
    OpenSession,
    Revival,
    SessionSeen,
    is_contradicted,
    presence_of,
    revival,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER, LATEST = NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)


def session(*, plugged: bool = True, drawn: bool = False) -> OpenSession:
    return OpenSession(last_sign_at=NOON, begins_plugged_in=plugged, has_drawn=drawn)


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


@pytest.mark.parametrize("status", [ConnectorStatus.PREPARING, ConnectorStatus.FINISHING])
def test_a_cable_without_a_transaction_contradicts_after_a_boot_only(status: ConnectorStatus) -> None:
    assert is_contradicted(session(), status, LATEST, LATER)
    assert not is_contradicted(session(), status, LATEST, None)


def test_a_sign_reopens_unless_it_is_older_than_the_contradiction_or_somebody_else_came() -> None:
    assert revival(LATEST, LATER, replaced=False) is Revival.REOPENS
    assert revival(NOON, LATER, replaced=False) is Revival.ENDS_LATER
    assert revival(LATEST, LATER, replaced=True) is Revival.ENDS_LATER


def seen(*, code: str | None = "R", contradicted: bool = False) -> SessionSeen:
    return SessionSeen(
        transaction_id="1",
        reservation_code=code,
        authorised=True,
        started_at=NOON,
        last_sign_at=LATER,
        contradicted_at=LATEST if contradicted else None,
    )


@pytest.mark.parametrize(
    ("sessions", "status", "held", "occupant", "basis"),
    [
        ([seen()], ConnectorStatus.CHARGING, None, Occupant.RESERVATION, Basis.SESSION),
        ([seen(code=None)], ConnectorStatus.AVAILABLE, None, Occupant.WALK_IN, Basis.SESSION),
        ([seen(contradicted=True)], ConnectorStatus.AVAILABLE, None, Occupant.NOBODY, Basis.STATUS),
        ([seen(contradicted=True)], ConnectorStatus.RESERVED, "B", Occupant.EXPECTED, Basis.HOLD),
        ([], ConnectorStatus.PREPARING, "B", Occupant.VEHICLE, Basis.STATUS),
        ([], ConnectorStatus.UNKNOWN, None, Occupant.NOBODY, Basis.NOTHING),
    ],
)
def test_one_belief_and_its_basis(
    sessions: list[SessionSeen],
    status: ConnectorStatus,
    held: str | None,
    occupant: Occupant,
    basis: Basis,
) -> None:
    found = presence_of(
        status=status,
        status_heard_at=LATEST,
        booted_at=None,
        silent_since=None,
        sessions=sessions,
        hold=None if held is None else HoldSeen(reservation_code=held, since=NOON),
    )
    assert (found.occupant, found.basis) == (occupant, basis)
    assert list(found.evidence) == sorted(found.evidence, key=lambda e: e.at)

"""Does a connector work, and is somebody on it: what every choice asks."""

from datetime import timedelta

import pytest

from domain.charging.connector import ConnectorStatus
from tests.domain.builders import at
from tests.domain.place.pools import CODE, NOW, make_connector

PATIENCE = timedelta(minutes=3)


@pytest.mark.parametrize(
    ("over", "works", "healthy"),
    [
        ({}, True, True),
        ({"status": ConnectorStatus.FAULTED}, False, False),
        ({"charger_status": ConnectorStatus.UNAVAILABLE}, False, False),
        ({"status": ConnectorStatus.CHARGING}, True, True),
        ({"connected": False, "last_seen_at": at(-2)}, True, False),
        ({"connected": False, "last_seen_at": at(-3)}, False, False),
        ({"connected": False, "last_seen_at": None}, False, False),
    ],
)
def test_a_connector_works_when_usable_and_reachable(
    over: dict[str, object], works: bool, healthy: bool
) -> None:
    connector = make_connector(1, **over)
    assert (connector.works(NOW, PATIENCE), connector.is_healthy) == (works, healthy)


@pytest.mark.parametrize(
    ("sessions", "status", "by_status", "by_session"),
    [
        ((), ConnectorStatus.AVAILABLE, False, False),
        ((), ConnectorStatus.PREPARING, False, False),
        ((), ConnectorStatus.FINISHING, True, False),
        (("",), ConnectorStatus.AVAILABLE, True, True),
        (("ANOTHER",), ConnectorStatus.CHARGING, True, True),
        ((CODE,), ConnectorStatus.CHARGING, False, False),
        ((CODE, ""), ConnectorStatus.CHARGING, True, True),
    ],
)
def test_a_connector_is_taken_by_whoever_is_not_the_reservation(
    sessions: tuple[str, ...], status: ConnectorStatus, by_status: bool, by_session: bool
) -> None:
    connector = make_connector(1, sessions=sessions, status=status)
    assert connector.is_taken_from(CODE) is by_status
    assert connector.is_taken_from(CODE, trust_status=False) is by_session
    assert connector.is_taken_from(None) is (bool(sessions) or by_status)

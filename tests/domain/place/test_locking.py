"""Lock time: which connector is fixed, and when it is contested or faulted."""

from dataclasses import replace

import pytest

from domain.charging.connector import ConnectorStatus
from domain.place.choosing import LockDecision, for_lock
from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
from tests.domain.builders import at, window
from tests.domain.place.pools import CODE, make_connector, make_hold, make_pool

FAULTED = make_connector(1, status=ConnectorStatus.FAULTED)
BUSY = make_connector(1, status=ConnectorStatus.CHARGING, sessions=("",))
AT_LOCK = window(15, 75)


def lock(*connectors: PoolConnector, others: tuple[OpenHold, ...] = (), **over: object) -> LockDecision:
    """Hold 7 on connector 1, fifteen minutes before its slot."""
    own = replace(make_hold(7, 1, AT_LOCK), **over)  # type: ignore[arg-type] # values of many types
    return for_lock(make_pool(*connectors, holds=(own, *others)), 7, CODE)


def test_lock_keeps_a_connector_that_works_and_is_idle() -> None:
    assert lock() == LockDecision(connector_id=1, contested=False, faulted=False)


@pytest.mark.parametrize("trouble", [FAULTED, BUSY])
def test_lock_takes_another_one_when_its_own_cannot_serve(trouble: PoolConnector) -> None:
    assert lock(trouble, make_connector(2)) == LockDecision(connector_id=2, contested=False, faulted=False)


def test_lock_stays_where_it_was_locked_whatever_has_happened_there() -> None:
    assert lock(BUSY, make_connector(2), locked=True).contested
    assert lock(FAULTED, make_connector(2), locked=True).faulted


def test_lock_prefers_a_working_connector_with_somebody_on_it_to_a_broken_one() -> None:
    busy = replace(BUSY, id=2, berth_id=2)
    assert lock(FAULTED, busy) == LockDecision(connector_id=2, contested=True, faulted=False)
    assert lock(BUSY, busy) == LockDecision(connector_id=1, contested=True, faulted=False)


def test_lock_is_faulted_when_nothing_works() -> None:
    broken = replace(FAULTED, id=2, berth_id=2)
    assert lock(FAULTED, broken) == LockDecision(connector_id=1, contested=False, faulted=True)


def test_lock_moves_soft_holds_aside_and_never_fixed_ones() -> None:
    soft = make_hold(8, 2, window(60, 120))
    assert lock(BUSY, make_connector(2), others=(soft,)).moves == {8: 1}
    fixed = replace(soft, locked=True)
    assert lock(BUSY, make_connector(2), others=(fixed,)).contested


def test_lock_does_not_regard_the_walk_in_share() -> None:
    pool = make_pool(BUSY, make_connector(2), holds=(make_hold(7, 1, AT_LOCK),), walk_in=2)
    assert for_lock(pool, 7, CODE).connector_id == 2


@pytest.mark.parametrize(
    ("connector", "opens_at", "contested"),
    [
        (make_connector(1, status=ConnectorStatus.OCCUPIED), at(5), True),
        (make_connector(1, status=ConnectorStatus.OCCUPIED), at(0), False),  # the cable may be this driver's
        (make_connector(1, status=ConnectorStatus.CHARGING, sessions=("",)), at(0), True),
        (make_connector(1, status=ConnectorStatus.CHARGING, sessions=(CODE,)), at(0), False),
    ],
)
def test_a_status_is_trusted_until_the_window_opens_a_transaction_always(
    connector: PoolConnector, opens_at: object, contested: bool
) -> None:
    assert lock(connector, opens_at=opens_at).contested is contested

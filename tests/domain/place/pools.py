"""Pools at 14:00 on the builders' Monday: made by hand for one rule, or at random for all of them."""

from datetime import timedelta
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from domain.charging.connector import ConnectorStatus
from domain.place.availability import availability_of
from domain.place.choice import Choice, NoPlace
from domain.place.connectors import PoolConnector
from domain.place.forecast import FEWEST, RunningSession
from domain.place.holds import OpenHold
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.reasons import NoPlaceReason
from domain.place.slots import Slot
from tests.domain.builders import START, at, window
from tests.factories import make_policy, make_slot_rules

NOW = START
CODE = "7F3K-2QVM-X9TD"


def make_connector(number: int = 1, **over: Any) -> PoolConnector:
    """Available, connected, nobody on it; its id is its number, and its berth its own."""
    values: dict[str, Any] = {
        "id": number,
        "number": 1,
        "charger_id": f"CHARGER-{number}",
        "pool_id": "dc",
        "site_id": "north",
        "bay": f"Bay {number}",
        "status": ConnectorStatus.AVAILABLE,
        "charger_status": ConnectorStatus.AVAILABLE,
        "connected": True,
        "last_seen_at": NOW,
        "sessions": (),
        "berth_id": over.get("id", number),
    }
    return PoolConnector(**(values | over))


def make_hold(
    hold_id: int, connector_id: int, span: Slot, *, locked: bool = False, early: int = 10
) -> OpenHold:
    """On `connector_id` for `span`, opening ten minutes before it."""
    return OpenHold(
        id=hold_id,
        pool_id="dc",
        connector_id=connector_id,
        berth_id=connector_id,
        window=span,
        opens_at=span.start - timedelta(minutes=early),
        locked=locked,
    )


def make_facts(pool_id: str = "dc", **over: Any) -> PoolFacts:
    values: dict[str, Any] = {
        "id": pool_id,
        "site_id": "north",
        "name": "Fast",
        "connector_type": "IEC_62196_T2_COMBO",
        "power_w": 150_000,
        "walk_in_connectors": 0,
    }
    return PoolFacts(**(values | over))


def make_pool(
    *connectors: PoolConnector, holds: tuple[OpenHold, ...] = (), walk_in: int = 0, **over: Any
) -> Pool:
    """All holds seen; no turnover buffer, so that windows are what they look like."""
    values: dict[str, Any] = {
        "facts": make_facts(walk_in_connectors=walk_in),
        "connectors": connectors or (make_connector(1), make_connector(2)),
        "holds": holds,
        "seen": None,
        "policy": make_policy(slots=make_slot_rules(buffer=timedelta(0))),
        "now": NOW,
    }
    return Pool(**(values | over))


def free(pool: Pool, slot: Slot) -> int:
    """How many bookings of `slot` are offered."""
    (shown,) = availability_of(pool, [slot]).windows
    return shown.free


def given_to(found: Choice | NoPlace) -> int:
    assert isinstance(found, Choice), found
    return found.connector_id


def reason(found: Choice | NoPlace) -> NoPlaceReason:
    assert isinstance(found, NoPlace), found
    return found.reason


def overlap(a: OpenHold, b: OpenHold) -> bool:
    return a.connector_id == b.connector_id and a.window.overlaps(b.window)


def assert_no_overlap(holds: tuple[OpenHold, ...]) -> None:
    assert not any(overlap(a, b) for a, b in combinations(holds, 2))


@st.composite
def connectors(draw: st.DrawFn, number: int) -> PoolConnector:
    """Mostly fine; else in trouble, away, or with somebody on it."""
    status, charger = draw(st.sampled_from([_FINE, _FINE, _FINE, *_TROUBLED]))
    away = draw(st.sampled_from([None, None, None, 1, 30]))
    sessions = draw(st.sampled_from([(), (), (), ("",), ("SOMEBODY-ELSE",)]))
    return make_connector(
        number,
        status=status,
        charger_status=charger,
        connected=away is None,
        last_seen_at=NOW - timedelta(minutes=away or 0),
        sessions=sessions,
        running=tuple(running(draw(st.sampled_from([-1, 1, 2, 5])), code) for code in sessions),
    )


def running(quarters: int, code: str = "") -> RunningSession:
    """A walk-in's that is expected to end after so many quarters of an hour from now; less than none: nobody knows."""
    usual = timedelta(minutes=15 * quarters)
    return RunningSession(code=code, started_at=NOW, lasted=(usual,) * FEWEST)


_FINE = (ConnectorStatus.AVAILABLE, ConnectorStatus.AVAILABLE)
_TROUBLED = (
    (ConnectorStatus.FAULTED, ConnectorStatus.AVAILABLE),
    (ConnectorStatus.AVAILABLE, ConnectorStatus.UNAVAILABLE),
    (ConnectorStatus.OCCUPIED, ConnectorStatus.AVAILABLE),
)


@st.composite
def pools(draw: st.DrawFn, most_connectors: int = 4, most_holds: int = 4) -> Pool:
    """Any pool whose holds could stand in the table: none overlap on one connector. Minutes are multiples of 15."""
    count = draw(st.integers(1, most_connectors))
    policy = make_policy(
        slots=make_slot_rules(buffer=timedelta(minutes=draw(st.sampled_from([0, 5])))),
        fault_watch=timedelta(minutes=draw(st.sampled_from([0, 60, 600]))),
        early_start=timedelta(minutes=draw(st.sampled_from([0, 10, 45]))),
        lock_lead=timedelta(minutes=draw(st.sampled_from([0, 15, 60]))),
    )
    return make_pool(
        *[draw(connectors(number)) for number in range(1, count + 1)],
        holds=tuple(
            hold for number in range(1, count + 1) for hold in draw(rows_of_holds(number, most_holds))
        ),
        walk_in=draw(st.sampled_from([0, 0, 0, 1])),
        policy=policy,
    )


@st.composite
def rows_of_holds(draw: st.DrawFn, connector_id: int, most: int) -> list[OpenHold]:
    """One after another on the connector, often back to back, most of them soft."""
    end, holds = 15 * draw(st.integers(-4, 4)), []
    for number in range(draw(st.integers(0, most))):
        start = end + 15 * draw(st.sampled_from([0, 0, 1, 2, 4]))
        end = start + 15 * draw(st.integers(1, 5))
        locked = draw(st.sampled_from([False] * 4 + [True]))
        early = draw(st.sampled_from([0, 10, 45]))
        holds.append(
            make_hold(
                10 * connector_id + number, connector_id, window(start, end), locked=locked, early=early
            )
        )
    return holds


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    """On the grid, from now to four hours ahead, up to two hours long."""
    start = 15 * draw(st.integers(0, 16))
    return Slot(at(start), at(start + 15 * draw(st.integers(1, 8))))

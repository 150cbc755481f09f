"""What availability offers, placing accepts; what it does not offer, placing refuses."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update
from temporalio.client import Client

from activities.holds.activities import HoldActivities
from api.tokens.local_issuer import LocalIssuer
from contracts.holds import LockHold, ReleaseHolds
from db.engine import create_engine, create_sessions
from db.queries.place.connectors import connectors_of
from db.tables import Charger, ChargingSession, Connector
from domain.place.slots import Slot, next_grid_start
from domain.reservation.release import ReleaseReason
from tests.api.conftest import LIMITS, open_stage
from tests.api.stage import NOW, Stage
from tests.factories import make_booking, make_policy, make_seed, make_site, plant

STEP = timedelta(minutes=15)
SPAN = timedelta(hours=5)


@pytest.fixture
async def empty(database_url: str, temporal: Client, issuer: LocalIssuer) -> AsyncIterator[Stage]:
    """The API over a database with nothing in it."""
    engine = create_engine(database_url, pool_size=4)
    async with open_stage(create_sessions(engine), temporal, issuer, LIMITS) as opened:
        yield opened
    await engine.dispose()


@pytest.mark.parametrize("seed", range(10))
async def test_the_preview_and_placing_agree(empty: Stage, seed: int) -> None:
    random = Random(seed)
    site = make_site(chargers=4, walk_in=random.randrange(2))
    policy = make_policy(open_reservations_per_driver=1000)
    await plant(empty.sessions, make_seed(site, policy=policy), at=NOW - timedelta(hours=1))
    holds = HoldActivities(empty.sessions)
    await some_bookings(random, holds)
    await some_trouble(random, empty)
    length = STEP * random.randrange(1, 7)
    offered = await windows(empty, length)
    disagreements = []
    for slot in every_window(length):
        accepted = await is_accepted(holds, slot)
        if accepted != (slot.start in offered):
            disagreements.append((slot.start.isoformat(), accepted))
    assert disagreements == []


async def test_an_overstayer_without_a_hold_any_more_is_not_offered(empty: Stage) -> None:
    await plant(empty.sessions, make_seed(make_site(chargers=1)))
    async with empty.sessions.begin() as session:
        connector = await session.scalar(select(Connector.id))
        assert connector is not None
        session.add(session_on(connector, "NORTH-1", reservation_code="7F3K-2QVM-X9TA"))
    offered = await windows(empty, STEP)
    assert NOW not in offered
    assert NOW + STEP in offered


async def test_a_far_slot_counts_on_a_repair(empty: Stage) -> None:
    await plant(empty.sessions, make_seed(make_site(chargers=1)))
    async with empty.sessions.begin() as session:
        await session.execute(update(Connector).values(status="faulted"))
    offered = await windows(empty, STEP)
    assert min(offered) == NOW + make_policy().fault_watch + STEP


async def test_a_long_list_goes_on_where_it_was_cut(empty: Stage) -> None:
    await plant(empty.sessions, make_seed(make_site(chargers=1)))
    end = NOW + timedelta(days=10)
    starts: list[datetime] = []
    begin: datetime | None = NOW
    while begin is not None:
        answer = await ask(empty, begin, end, STEP)
        starts += [datetime.fromisoformat(w["start"]) for w in answer["pools"][0]["windows"]]
        begin = datetime.fromisoformat(answer["next_from"]) if answer["next_from"] else None
    assert starts == [slot.start for slot in every_window(STEP, timedelta(days=10))]


async def some_bookings(random: Random, holds: HoldActivities) -> None:
    """Made an hour ago; some of them locked, some running."""
    now = NOW - timedelta(hours=1)
    for n in range(14):
        start = next_grid_start(now, STEP) + STEP * random.randrange(16)
        slot = Slot(start, start + STEP * random.randrange(1, 7))
        booked = await holds.place_hold(make_booking(f"{n}", slot=slot, now=now))
        if booked.held is not None and slot.start < NOW + timedelta(minutes=30) and random.random() < 0.8:
            ask_lock = LockHold(
                code=make_booking(f"{n}").code, hold_id=booked.held.assignment.hold_id, now=now
            )
            await holds.lock_hold(ask_lock)


async def some_trouble(random: Random, stage: Stage) -> None:
    """Each connector may be broken, out of service, offline, or have somebody on it."""
    async with stage.sessions.begin() as session:
        for connector in await connectors_of(session, ["north-dc"]):
            mine = Connector.id == connector.id
            match random.choice(["fine", "fine", "faulted", "offline", "gone", "occupied", "session"]):
                case "faulted":
                    await session.execute(update(Connector).where(mine).values(status="faulted"))
                case "gone" | "offline" as how:
                    seen = NOW - timedelta(minutes=1 if how == "offline" else 30)
                    charger = update(Charger).where(Charger.id == connector.charger_id)
                    await session.execute(charger.values(gateway_instance=None, last_seen_at=seen))
                case "occupied":
                    await session.execute(update(Connector).where(mine).values(status="occupied"))
                case "session":
                    session.add(session_on(connector.id, connector.charger_id))


def session_on(connector: int, charger: str, reservation_code: str | None = None) -> ChargingSession:
    return ChargingSession(
        charger_id=charger,
        connector_id=connector,
        transaction_id=f"t-{connector}",
        id_tag="SOMEBODY",
        reservation_code=reservation_code,
        authorised=True,
        started_at=NOW - timedelta(minutes=20),
        meter_start_wh=0,
        meter_last_wh=0,
        meter_at=NOW,
    )


def every_window(length: timedelta, span: timedelta = SPAN) -> list[Slot]:
    return [Slot(NOW + STEP * n, NOW + STEP * n + length) for n in range(int(span / STEP))]


async def windows(stage: Stage, length: timedelta) -> set[datetime]:
    """The starts offered within the next hours."""
    answer = await ask(stage, NOW, NOW + SPAN, length)
    (pool,) = answer["pools"]
    return {datetime.fromisoformat(window["start"]) for window in pool["windows"]}


async def ask(stage: Stage, begin: datetime, end: datetime, length: timedelta) -> dict[str, Any]:
    query = {
        "from": begin.isoformat(),
        "to": end.isoformat(),
        "duration_seconds": str(int(length.total_seconds())),
    }
    response = await stage.http.get("/v1/sites/north/availability", params=query, headers=stage.driver())
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def is_accepted(holds: HoldActivities, slot: Slot) -> bool:
    """Book it and give it back."""
    name = f"try-{slot.start.isoformat()}"
    decision = await holds.place_hold(make_booking(name, slot=slot, now=NOW))
    if decision.held is None:
        assert decision.refusal is not None
        assert decision.refusal.code == "slot_unavailable"
        return False
    await holds.release_holds(
        ReleaseHolds(code=make_booking(name).code, reason=ReleaseReason.CANCELLED, now=NOW)
    )
    return True

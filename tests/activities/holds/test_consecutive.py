"""Two slots of one driver that follow each other, on Postgres: at the end of the first, at the lock."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from activities.holds.activities import HoldActivities
from contracts.holds import HeldConnector, LockHold
from contracts.matching import MatchSessions, StayEnds
from db.engine import Sessions
from db.tables import Connector, Hold, OutboxDelivery, ReservationRow
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import set_status
from tests.activities.holds.test_matching import CODE, at, charge, codes, held, holds, others, sessions
from tests.factories import make_booking, make_slot

__all__ = ["held", "holds", "sessions"]
SECOND = make_booking("two").code


@pytest.fixture
async def second(sessions: Sessions, holds: HoldActivities, held: HeldConnector) -> HeldConnector:
    """The driver's hour after the first, on the same connector."""
    booked = await holds.place_hold(make_booking("two", driver_id="driver-one", slot=make_slot(75)))
    assert booked.held is not None
    async with sessions.begin() as session:
        here = update(Hold).where(Hold.id == booked.held.assignment.hold_id)
        await session.execute(here.values(connector_id=held.assignment.connector_id))
    return booked.held


async def goes_on(holds: HoldActivities, connector_id: int, minutes: float = 60) -> float | None:
    stay = StayEnds(connector_id=connector_id, at=at(minutes))
    found = await holds.match_sessions(MatchSessions(code=CODE, now=at(minutes), stay=stay))
    assert found.sessions == ()
    return None if found.goes_on_until is None else (found.goes_on_until - at(0)) / timedelta(minutes=1)


@pytest.mark.usefixtures("second")
async def test_at_the_end_of_the_first_its_driver_has_the_next_slot_there(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector
) -> None:
    own = held.assignment.connector_id
    assert await goes_on(holds, own) == 135
    assert await goes_on(holds, own, 30) is None
    plug, elsewhere = await others(sessions, held)
    async with sessions.begin() as session:
        berth = await session.scalar(select(Connector.berth_id).where(Connector.id == own))
        await session.execute(update(Connector).where(Connector.id == plug).values(berth_id=berth))
    assert (await goes_on(holds, plug), await goes_on(holds, elsewhere)) == (135, None)


@pytest.mark.parametrize(
    "values",
    [
        {"driver_id": "driver-two"},
        {"released_at": at(5), "release_reason": ReleaseReason.CANCELLED},
    ],
)
async def test_anybody_elses_next_slot_ends_the_stay(
    values: dict[str, object],
    sessions: Sessions,
    holds: HoldActivities,
    held: HeldConnector,
    second: HeldConnector,
) -> None:
    async with sessions.begin() as session:
        hold = update(Hold).where(Hold.id == second.assignment.hold_id)
        await session.execute(hold.values(**values))
    assert await goes_on(holds, held.assignment.connector_id) is None


async def test_the_lock_of_the_second_knows_its_own_driver_and_adopts_nothing(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector, second: HeldConnector
) -> None:
    own = held.assignment.connector_id
    await charge(sessions, own, 5, code=CODE)
    await set_status(sessions, own, "charging")
    ask = LockHold(code=SECOND, hold_id=second.assignment.hold_id, now=at(60))
    locked = await holds.lock_hold(ask)
    assert (locked.contested, locked.own, locked.held.assignment.connector_id) == (False, (), own)
    assert locked.there
    found = await holds.match_sessions(MatchSessions(code=SECOND, now=at(80)))
    assert (found.sessions, found.there, await codes(sessions)) == ((), (CODE,), [CODE])


async def test_a_strangers_session_there_is_a_strangers(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector, second: HeldConnector
) -> None:
    own = held.assignment.connector_id
    await charge(sessions, own, 5, tag="0C", driver="driver-two", code="ANOTHER")
    ask = LockHold(code=SECOND, hold_id=second.assignment.hold_id, now=at(60))
    assert (await holds.lock_hold(ask)).held.assignment.connector_id != own
    assert (await holds.match_sessions(MatchSessions(code=SECOND, now=at(80)))).there == ()


@pytest.fixture
async def beside(
    sessions: Sessions, holds: HoldActivities, held: HeldConnector, second: HeldConnector
) -> int:
    """The second hour is promised on this other connector, right after the first; its driver charges on the first's."""
    _, elsewhere = await others(sessions, held)
    start, end = at(60), at(120)
    async with sessions.begin() as session:
        there = update(Hold).where(Hold.id == second.assignment.hold_id)
        during = Range(start, end)
        await session.execute(
            there.values(
                connector_id=elsewhere, slot_start=start, slot_end=end, opens_at=at(50), during=during
            )
        )
    await charge(sessions, held.assignment.connector_id, 5, code=CODE)
    await set_status(sessions, held.assignment.connector_id, "charging")
    return elsewhere


async def at_connector(sessions: Sessions, hold: HeldConnector) -> int:
    async with sessions() as session:
        return (await session.get_one(Hold, hold.assignment.hold_id)).connector_id


async def promise_to_another(holds: HoldActivities, sessions: Sessions, connector_id: int) -> None:
    slot = make_slot(105)
    booked = await holds.place_hold(make_booking("three", driver_id="driver-two", slot=slot))
    assert booked.held is not None
    async with sessions.begin() as session:
        hold = update(Hold).where(Hold.id == booked.held.assignment.hold_id)
        await session.execute(hold.values(connector_id=connector_id))


@pytest.mark.parametrize("free", [True, False])
async def test_the_hold_of_the_second_goes_to_where_the_car_stands_if_that_is_free(
    free: bool,
    sessions: Sessions,
    holds: HoldActivities,
    held: HeldConnector,
    second: HeldConnector,
    beside: int,
) -> None:
    own = held.assignment.connector_id
    if not free:
        await promise_to_another(holds, sessions, own)
    locked = await holds.lock_hold(LockHold(code=SECOND, hold_id=second.assignment.hold_id, now=at(50)))
    assert (locked.there, bool(locked.elsewhere), locked.contested) == (free, not free, False)
    assert locked.held.assignment.connector_id == (own if free else beside)
    found = await holds.match_sessions(MatchSessions(code=SECOND, now=at(75), connector_id=beside))
    assert (found.there, bool(found.elsewhere)) == (((CODE,), False) if free else ((), True))
    assert (found.held is not None) is free
    assert await goes_on(holds, own) == (120 if free else None)


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.usefixtures("beside")
async def test_the_first_takes_the_hold_of_the_second_along_when_its_slot_ends(
    locked: bool, sessions: Sessions, holds: HoldActivities, held: HeldConnector, second: HeldConnector
) -> None:
    async with sessions.begin() as session:
        hold = update(Hold).where(Hold.id == second.assignment.hold_id)
        await session.execute(hold.values(locked_at=at(45) if locked else None))
        session.add(
            ReservationRow(
                code=SECOND, revision=1, driver_id="driver-one", account="driver-one", fleet_id=None,
                site_id="north", state=State.LOCKED if locked else State.CONFIRMED, slot_start=at(60),
                slot_end=at(120), connector_id=None, snapshot={}, updated_at=at(0),
            )
        )  # fmt: skip
    assert await goes_on(holds, held.assignment.connector_id) == 120
    assert await at_connector(sessions, second) == held.assignment.connector_id
    async with sessions() as session:
        told = list(await session.scalars(select(OutboxDelivery.key)))
    assert told == ([SECOND] if locked else [])

"""Two slots of one driver that follow each other, on Postgres: at the end of the first, at the lock."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from activities.holds.activities import HoldActivities
from contracts.holds import HeldConnector, LockHold
from contracts.matching import MatchSessions, StayEnds
from db.engine import Sessions
from db.tables import Connector, Hold
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

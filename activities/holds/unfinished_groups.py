"""Groups whose making broke off behind their holds: they come to their end by a loop of the worker.

Of one that comes together or not at all, that it is to be undone is written before anything is. What is left of it is
cancelled at no cost; a hold that never became a reservation is given back.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.holds.releasing import release
from activities.holds.series import Bookings
from contracts.names import BOOKING_PATIENCE
from db.engine import Sessions, create_sessions
from db.failures import may_pass
from db.tables import ReservationGroup, ReservationRow
from db.tables.people.reservation_groups import UNFINISHED
from domain.reservation.lifecycle import State
from domain.reservation.release import ReleaseReason

log = structlog.get_logger(__name__)

LEFT_ALONE = 6 * BOOKING_PATIENCE
"""So long after it was asked for last whoever asked finishes it."""
_SWEEP_S = 20.0
_AT_MOST = 100
"""Groups in one round."""
_UNDECIDED = {State.REQUESTED}
_NOT_BOOKED = {State.DECLINED}


async def finish_groups(engine: AsyncEngine, bookings: Callable[[], Bookings], stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)
    while not stop.is_set():
        try:
            await finish_left(sessions, bookings(), datetime.now(UTC))
        except Exception as error:
            if may_pass(error):
                log.warning("groups_without_database", error=type(error).__name__)
            else:
                log.exception("finishing_groups_broke")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SWEEP_S):
                await stop.wait()


async def finish_left(sessions: Sessions, bookings: Bookings, now: datetime) -> int:
    """All that nobody has finished in time; how many that were."""
    left = select(ReservationGroup.id).where(text(UNFINISHED), ReservationGroup.asked_at < now - LEFT_ALONE)
    async with sessions() as session:
        ids = (await session.scalars(left.order_by(ReservationGroup.asked_at).limit(_AT_MOST))).all()
    done = 0
    for group_id in ids:
        try:
            done += await _finished(sessions, bookings, group_id, now)
        except Exception as error:  # noqa: BLE001 - the next round goes on with it; others need not wait for it
            log.warning("group_not_finished", group=group_id, error=repr(error))
    return done


async def _finished(sessions: Sessions, bookings: Bookings, group_id: str, now: datetime) -> bool:
    """False: one of its bookings is not decided, or somebody asks for it again."""
    async with sessions.begin() as session:
        mine = select(ReservationGroup).where(ReservationGroup.id == group_id).with_for_update()
        row = (await session.scalars(mine)).one()
        if row.asked_at >= now - LEFT_ALONE or row.state not in ("open", "undoing"):
            return False
        given = [code for code in row.codes if code not in row.refused]
        known = select(ReservationRow.code, ReservationRow.state).where(ReservationRow.code.in_(given))
        states = {code: State(state) for code, state in await session.execute(known)}
        if row.state == "open":
            if _UNDECIDED & set(states.values()):
                return False
            if row.mode == "together" and (len(states) < len(given) or _NOT_BOOKED & set(states.values())):
                row.state = "undoing"
        undoing = row.state == "undoing"
    if undoing:
        left = [code for code in given if states.get(code) not in _NOT_BOOKED]
        await undo_group(sessions, bookings, group_id, left, now)
        return True
    await note_state(
        sessions, group_id, "booked"
    )  # a hold that nothing became of is the reconciler's to give back
    return True


async def undo_group(
    sessions: Sessions, bookings: Bookings, group_id: str, given: Collection[str], now: datetime
) -> None:
    """`given`: got a hold, and were not declined. What no reservation was made of has none to cancel, and none can be
    made of it any more. One that cannot be undone now keeps no other one booked; it raises what it was.
    """
    tried = await asyncio.gather(*(bookings.undo(code, "group") for code in given), return_exceptions=True)
    for failure in tried:
        if isinstance(failure, BaseException):
            raise failure
    async with sessions.begin() as session:
        for code in given:
            await release(session, code, ReleaseReason.DECLINED, now)
    await note_state(sessions, group_id, "undone")


async def note_state(sessions: Sessions, group_id: str, state: str) -> None:
    """What is undone stays so."""
    group = update(ReservationGroup).where(
        ReservationGroup.id == group_id, ReservationGroup.state != "undone"
    )
    async with sessions.begin() as session:
        await session.execute(group.values(state=state))

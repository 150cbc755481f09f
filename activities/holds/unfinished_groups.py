"""Groups that have not come to their end come to it by a loop of the worker: those whose making broke off behind their
holds, and those that come together or not at all and wait until each bay is paid for.

That one is to be undone is written before anything is, and its drivers are told with that. What is left of it is
cancelled at no cost; a hold that never became a reservation is given back.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Select, any_, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from activities.holds.series import Bookings
from activities.rounds import repeat
from contracts.names import BOOKING_PATIENCE
from db.engine import Sessions, create_sessions
from db.notifications import record_notice
from db.queries.money.quotes import give_back
from db.queries.releasing import release
from db.tables import ReservationGroup, ReservationRow, Site
from db.tables.people.reservation_groups import IS_UNFINISHED
from domain.facts.notices import GroupGivenUp
from domain.part import PartOf
from domain.reservation.groups import (
    BEFORE,
    CAME_TO_NOTHING,
    NOT_BEGUN,
    UNFINISHED,
    UNPAID,
    GroupMode,
    GroupNow,
    GroupState,
    next_state,
)
from domain.reservation.lifecycle import DepositState, State
from domain.reservation.release import ReleaseReason

log = structlog.get_logger(__name__)

LEFT_ALONE = 6 * BOOKING_PATIENCE
"""So long after it was asked for last whoever asked finishes it."""
_SWEEP = timedelta(seconds=20)
_AT_MOST = 100
"""Groups in one round."""
_OWED = {DepositState.DEFERRED, DepositState.DECLINED, DepositState.ACTION_REQUIRED}
"""Confirmed, and nothing is held of it: while the provider is away, or as the bank wants its driver."""


async def finish_groups(engine: AsyncEngine, bookings: Callable[[], Bookings], stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        await finish_left(sessions, bookings(), datetime.now(UTC))

    await repeat("groups", go_round, _SWEEP, stop)


async def finish_left(sessions: Sessions, bookings: Bookings, now: datetime) -> int:
    """All that nobody has finished in time; how many that were."""
    left = select(ReservationGroup.id).where(
        text(IS_UNFINISHED), ReservationGroup.asked_at < now - LEFT_ALONE
    )
    async with sessions() as session:
        ids = list(await session.scalars(left.order_by(ReservationGroup.asked_at).limit(_AT_MOST)))
        ids += await session.scalars(_whole_or_not(now).limit(_AT_MOST))
    done = 0
    for group_id in ids:
        try:
            done += await _finished(sessions, bookings, group_id, now)
        except Exception as error:  # noqa: BLE001 - the next round goes on with it; others need not wait for it
            log.warning("group_not_finished", group=group_id, error=repr(error))
    return done


def _whole_or_not(now: datetime) -> Select[str]:
    """Answered groups of which one has come to nothing, or that are long enough without."""
    mine = ReservationRow.code == any_(ReservationGroup.codes)
    lost = exists().where(mine, ReservationRow.state.in_(CAME_TO_NOTHING))
    is_paid = func.coalesce(ReservationRow.snapshot["payment_status"].astext, "").not_in(_OWED)
    paid = select(func.count()).where(mine, ReservationRow.state.not_in(UNPAID), is_paid).scalar_subquery()
    whole = (paid == func.cardinality(ReservationGroup.codes)) & (
        ReservationGroup.placed_at < now - LEFT_ALONE
    )
    answered = select(ReservationGroup.id).where(ReservationGroup.state == GroupState.ANSWERED, lost | whole)
    return answered.order_by(ReservationGroup.asked_at)


async def _finished(sessions: Sessions, bookings: Bookings, group_id: str, now: datetime) -> bool:
    """False: one of its bookings is not decided or not paid, or somebody asks for it again."""
    async with sessions.begin() as session:
        mine = select(ReservationGroup).where(ReservationGroup.id == group_id).with_for_update()
        row = (await session.scalars(mine)).one()
        before = GroupState(row.state)
        if before not in (*UNFINISHED, GroupState.ANSWERED):
            return False
        if before is not GroupState.ANSWERED and row.asked_at >= now - LEFT_ALONE:
            return False
        given = [code for code in row.codes if code not in row.refused]
        states = await _states(session, given)
        stands = GroupNow(
            mode=GroupMode(row.mode),
            state=before,
            given=len(given),
            states=tuple(states.values()),
            is_owed=await _is_owed(session, given),
            is_new=row.placed_at is None or row.placed_at >= now - LEFT_ALONE,
        )
        row.state = state = next_state(stands)
        if state is GroupState.UNDOING and before is not state:
            await _tell(session, row, states, now)
    if state is GroupState.UNDOING:
        await undo_group(sessions, bookings, group_id, given, now)
    return state in (GroupState.BOOKED, GroupState.UNDOING)


async def _states(session: AsyncSession, codes: Collection[str]) -> dict[str, State]:
    """As they were last published; of one that was never there is none."""
    known = select(ReservationRow.code, ReservationRow.state).where(ReservationRow.code.in_(codes))
    return {code: State(state) for code, state in await session.execute(known)}


async def _is_owed(session: AsyncSession, codes: Collection[str]) -> bool:
    """Is one of them confirmed, and nothing held of it yet?"""
    status = func.coalesce(ReservationRow.snapshot["payment_status"].astext, "")
    found = select(ReservationRow.code).where(ReservationRow.code.in_(codes), status.in_(_OWED)).limit(1)
    return await session.scalar(found) is not None


async def _tell(
    session: AsyncSession, row: ReservationGroup, states: Mapping[str, State], now: datetime
) -> None:
    """Each driver whose booking is undone, once."""
    theirs = {
        driver: code
        for code, driver in zip(row.codes, row.drivers, strict=True)
        if states.get(code) in NOT_BEGUN
    }
    site = await session.get_one(Site, row.site_id)
    for driver, code in theirs.items():
        await record_notice(
            session,
            GroupGivenUp(start=row.slot_start),
            key=f"{row.id}:given-up:{driver}",
            driver_id=driver,
            reservation_code=code,
            at=now,
            zone=site.zone,
        )


async def undo_group(
    sessions: Sessions, bookings: Bookings, group_id: str, given: Collection[str], now: datetime
) -> None:
    """`given`: got a hold. Whose driver is there already stays. What no reservation was made of has none to cancel, and
    none can be made of it any more. One that cannot be undone now keeps no other one booked or held; it raises what
    it was.
    """
    async with sessions() as session:
        states = await _states(session, given)
    left = [code for code in given if states.get(code) in {None, *NOT_BEGUN}]
    tried = await asyncio.gather(
        *(bookings.undo(code, PartOf.GROUP) for code in left), return_exceptions=True
    )
    async with sessions.begin() as session:
        for code, undone in zip(left, tried, strict=True):
            if undone is True:  # False: its driver has come meanwhile
                await release(session, code, ReleaseReason.DECLINED, now)
                if code not in states:
                    await give_back(session, code)
    for failure in tried:
        if isinstance(failure, BaseException):
            raise failure
    await note_state(sessions, group_id, GroupState.UNDONE)


async def note_state(sessions: Sessions, group_id: str, state: GroupState) -> None:
    """What is undone, or is to be, stays so, and what is whole is not waited for again."""
    group = update(ReservationGroup).where(
        ReservationGroup.id == group_id, ReservationGroup.state.in_(BEFORE[state])
    )
    async with sessions.begin() as session:
        await session.execute(group.values(state=state))

"""Reschedule and extend: the same hold takes another window, or nothing changes."""

from dataclasses import replace

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import decision
from activities.holds.board import Wanted, boards_of, defer_checks, move_aside, seat, settle_in
from activities.holds.candidates import wanted
from activities.holds.standing import hold_under_lock, window_of
from contracts.holds import HoldDecision, MoveHold
from db.queries.place.sites import site_of
from db.queries.place.terms import terms_at
from db.tables import Hold, Pool
from domain.errors import SlotUnavailable
from domain.place.slots import Slot, check_slot


async def move(session: AsyncSession, ask: MoveHold) -> HoldDecision:
    """Raises UnknownReservation, SlotInvalid, SlotUnavailable; the hold stays as it was then."""
    hold = await hold_under_lock(session, ask.code, ask.hold_id)
    if hold.released_at is not None:
        raise SlotUnavailable("the hold was given up meanwhile; please book again")
    if (hold.slot_start, hold.slot_end) == (ask.slot.start, ask.slot.end):
        return await decision(session, hold, None)
    # The buffer, early start and fault watch of the terms accepted at booking, as the row carries them.
    window = Slot(ask.slot.start, ask.slot.end + (window_of(hold).end - hold.slot_end))
    plan = await _plan(session, hold, ask, window)
    await defer_checks(session)
    await move_aside(session, plan[1])
    _rewrite(hold, ask, window, plan[0])
    await settle_in(session)
    return await decision(session, hold, None)


async def _plan(session: AsyncSession, hold: Hold, ask: MoveHold, window: Slot) -> tuple[int, dict[int, int]]:
    pool = await session.get_one(Pool, hold.pool_id)
    terms = ask.terms or await terms_at(session, await site_of(session, pool.site_id), ask.now)
    policy = terms.policy
    if not ask.keep_connector:
        check_slot(ask.slot, policy.slots, ask.now)
    board = (await boards_of(session, [pool], window))[pool.id]
    asked = wanted(board, ask.slot, policy, code=ask.code, now=ask.now, window=window, hold_id=hold.id)
    found = await seat(session, board, _staying(asked, hold) if ask.keep_connector else asked)
    if found is None:
        raise SlotUnavailable("no connector is free for the new time; the reservation stays as it was")
    return found.connector_id, found.moves


def _staying(asked: Wanted, hold: Hold) -> Wanted:
    """The driver is plugged in: only this connector will do, and soft holds may leave it."""
    return replace(asked, candidates=[hold.connector_id], usable={*asked.usable, hold.connector_id})


def _rewrite(hold: Hold, ask: MoveHold, window: Slot, connector_id: int) -> None:
    shift = ask.slot.start - hold.slot_start
    hold.connector_id = connector_id
    hold.during = Range(window.start, window.end)
    hold.slot_start, hold.slot_end = ask.slot.start, ask.slot.end
    hold.opens_at += shift
    hold.watch_from += shift
    if not ask.keep_connector:
        hold.locked_at = None  # locked anew before the new start

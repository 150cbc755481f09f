"""What was accepted and is not settled: its booking broke off, or its deposit was awaited."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from activities.holds.series import Bookings
from activities.queue.answers import request_of, settle_accepted, tell_not_booked
from activities.queue.withdrawing import closed_since
from contracts.reservation import BookRequest
from db.engine import Sessions
from db.queries.place.terms import versions_in_force
from db.tables import ReservationRow, WaitingEntry
from domain.errors import BookingTooLate
from domain.queue.offers import EntryState
from domain.reservation.lifecycle import State

_NOT_SAID = (None, State.REQUESTED, State.DECLINED)
"""States in which only the reservation itself can say what came of it."""


class _CameOf(NamedTuple):
    """`refused`: code of what refused it; empty: nothing, or it was not paid."""

    booked: bool
    refused: str = ""


async def finish(sessions: Sessions, bookings: Bookings, entry_id: str, now: datetime) -> int:
    """Who accepted it has said yes: it is booked for them, or they are told that it comes to nothing. 0: not yet."""
    async with sessions() as session:
        row = await session.get_one(WaitingEntry, entry_id)
        policy = (await versions_in_force(session, row.site_id, now)).terms.policy
        if row.state != EntryState.ACCEPTED or row.offer_code is None:
            return 0
        closed = await closed_since(session, row, now)
    request = request_of(row, policy, now, starts=closed is None and row.ended_at is None)
    came = await _came_of(sessions, bookings, request)
    if came is None:
        return 0
    if came.refused == BookingTooLate.code and closed is not None:
        came = came._replace(refused=closed.code)
    async with sessions.begin() as session:
        settled = await settle_accepted(session, entry_id, request.code, policy, now, **came._asdict())
        if settled is not None and settled.state == EntryState.WAITING:
            await tell_not_booked(session, settled, now)
    return 1


async def _came_of(sessions: Sessions, bookings: Bookings, request: BookRequest) -> _CameOf | None:
    """None: it is not decided, or not paid."""
    if await _state(sessions, request.code) in _NOT_SAID:
        refused = await bookings.book(request)
        if refused is None or refused:
            return None if refused is None else _CameOf(booked=False, refused=refused)
    state = await _state(sessions, request.code)
    if state == State.AWAITING_PAYMENT:
        return None
    return _CameOf(booked=state != State.EXPIRED)


async def _state(sessions: Sessions, code: str) -> str | None:
    """As last published, which is before its booking is answered."""
    async with sessions() as session:
        state: str | None = await session.scalar(
            select(ReservationRow.state).where(ReservationRow.code == code)
        )
        return state

"""What was accepted and is not settled: its booking broke off, or its deposit was awaited."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from activities.holds.series import Bookings
from activities.queue.answers import request_of, settle_accepted, tell_not_booked
from activities.queue.withdrawing import refused_since
from contracts.reservation import BookRequest
from db.engine import Sessions
from db.queries.fleets import fleet_behind
from db.queries.place.terms import versions_in_force
from db.tables import ReservationRow, WaitingEntry
from domain.causes import Cause
from domain.errors import BookingFailed, BookingTooLate
from domain.queue.offers import EntryState
from domain.reservation.lifecycle import State

_NOT_SAID = (None, State.REQUESTED, State.DECLINED)
"""States in which only the reservation itself can say what came of it."""


class _CameOf(NamedTuple):
    """As `settle_accepted` takes it."""

    booked: bool
    refused: str = ""
    given_up: bool = False


async def finish(sessions: Sessions, bookings: Bookings, entry_id: str, now: datetime) -> int:
    """Who accepted it has said yes: it is booked for them, or they are told that it comes to nothing. 0: not yet."""
    async with sessions() as session:
        row = await session.get_one(WaitingEntry, entry_id)
        policy = (await versions_in_force(session, row.site_id, now)).terms.policy
        if row.state != EntryState.ACCEPTED or row.offer_code is None:
            return 0
        against = await refused_since(session, row, policy, now)
        fleet_id = await fleet_behind(session, row)
    request = request_of(row, fleet_id, policy, now, starts=against is None and row.ended_at is None)
    came = await _came_of(sessions, bookings, request)
    if came is None:
        return 0
    if came.refused == BookingTooLate.code and against is not None:
        came = came._replace(refused=against.code)
    async with sessions.begin() as session:
        settled = await settle_accepted(session, entry_id, request.code, policy, now, **came._asdict())
        if settled is not None and settled.state == EntryState.WAITING:
            await tell_not_booked(session, settled, now)
    return 1


async def _came_of(sessions: Sessions, bookings: Bookings, request: BookRequest) -> _CameOf | None:
    """None: it is not decided, or not paid."""
    if (await _shown(sessions, request.code)).state in _NOT_SAID:
        refused = await bookings.book(request)
        if refused is None or refused:
            return None if refused is None else _CameOf(booked=False, refused=refused)
    shown = await _shown(sessions, request.code)
    if shown.state == State.AWAITING_PAYMENT:
        return None
    if shown.state == State.CANCELLED and (shown.never_confirmed or shown.ended_by == Cause.SYSTEM):
        if shown.ended_by == Cause.DRIVER:
            return _CameOf(booked=False, given_up=True)
        return _CameOf(booked=False, refused=BookingFailed.code)
    return _CameOf(booked=shown.state != State.EXPIRED)


class _Shown(NamedTuple):
    """As last published, which is before its booking is answered. None: nothing was."""

    state: str | None = None
    ended_by: str | None = None
    never_confirmed: bool | None = None


async def _shown(sessions: Sessions, code: str) -> _Shown:
    last = ReservationRow.snapshot
    said = (ReservationRow.state, last["ended_by"].astext, last["never_confirmed"].as_boolean())
    async with sessions() as session:
        found = select(*said).where(ReservationRow.code == code)
        row = (await session.execute(found)).one_or_none()
    return _Shown() if row is None else _Shown(*row)

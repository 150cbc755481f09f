"""The dates of a series, booked one by one as soon as the site's horizon allows; each is an ordinary reservation.

Called when a series is made, and by a loop of the worker; whoever comes second meets the same codes and answers. Of one
that is all or nothing, that it is to be undone is written before anything is; the loop goes on with what broke off. So
is that a date is being booked: one that is ended meanwhile is undone until nobody can book it any more. A date about
which nobody decided in time (`booking_too_late`) was refused by nobody: it is asked for again until its slot begins,
unless the series is all or nothing: its driver waits for an answer about the whole.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from activities.rounds import repeat
from contracts.names import BOOKING_PATIENCE
from contracts.reservation import BookRequest
from db.documents import energy_from_document, needs_from_document
from db.engine import Sessions, create_sessions
from db.notifications import record_notice
from db.queries.fleets import fleet_behind
from db.queries.memberships import horizons_of
from db.queries.place.terms import versions_if_open
from db.tables import IdempotencyRecord, ReservationGuest, ReservationSeries, SeriesDate, Site
from domain.errors import BookingTooLate
from domain.facts.notices import DateSkipped
from domain.part import PartOf
from domain.reservation.code import reservation_code
from domain.reservation.recurrence import SeriesDateState, SeriesState
from domain.terms.policy import Policy

log = structlog.get_logger(__name__)

_SWEEP = timedelta(seconds=20)
_AT_MOST = 100
"""Series in one round."""
_LEFT_ALONE = timedelta(minutes=1)
"""Who has just made a series books its dates."""


class Bookings(Protocol):
    """Each raises what says that nobody could be asked."""

    async def book(self, request: BookRequest) -> str | None:
        """Code of what refused it, empty: it is booked. None: not decided yet."""

    async def undo(self, code: str, by: PartOf) -> bool:
        """Cancelled by us, at no cost; once. False: its driver is there already, so it is not."""


async def book_series(engine: AsyncEngine, bookings: Callable[[], Bookings], stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    sessions = create_sessions(engine)

    async def go_round() -> None:
        await book_due(sessions, bookings(), lambda: datetime.now(UTC))

    await repeat("series", go_round, _SWEEP, stop)


async def book_due(sessions: Sessions, bookings: Bookings, clock: Callable[[], datetime]) -> int:
    """Of every series what is due by now; of how many that was done."""
    row, now = SeriesDate, clock()
    due = select(row.series_id).where(row.state == SeriesDateState.PLANNED, row.due_at <= now - _LEFT_ALONE)
    ended = select(row.series_id).where(row.state == SeriesDateState.CANCELLED, row.booking_until <= now)
    undoing = select(ReservationSeries.id).where(ReservationSeries.state == SeriesState.UNDOING)
    async with sessions() as session:
        ids = (await session.scalars(due.union(ended, undoing).limit(_AT_MOST))).all()
    done = 0
    for series_id in ids:
        try:
            await go_on(sessions, bookings, series_id, clock)
            done += 1
        except Exception as error:  # noqa: BLE001 - the next round goes on with it; others need not wait for it
            log.warning("series_not_gone_on", series=series_id, error=repr(error))
    return done


async def go_on(
    sessions: Sessions, bookings: Bookings, series_id: str, clock: Callable[[], datetime]
) -> None:
    """Book what is due of it, in order, and undo what was ended as it was booked; of one that is all or nothing, undo
    all once a date is refused. Each date has its time to be booked from when its turn comes, however long others took.
    """
    now = clock()
    async with sessions() as session:
        series = await session.get_one(ReservationSeries, series_id)
        versions = await versions_if_open(session, series.site_id, now)
        mine = select(SeriesDate).where(SeriesDate.series_id == series_id).order_by(SeriesDate.day)
        dates = list(await session.scalars(mine))
    if series.state == SeriesState.UNDOING:
        await _undo(sessions, bookings, series_id, dates, now)
        return
    due = [one for one in dates if one.state == SeriesDateState.PLANNED and one.due_at <= now]
    if versions is not None and not await _book(
        sessions, bookings, versions.terms.policy, series, due, clock
    ):
        await _undo(sessions, bookings, series_id, dates, now)
        return
    await _undo_ended(sessions, bookings, series_id, now)


async def _book(
    sessions: Sessions,
    bookings: Bookings,
    policy: Policy,
    series: ReservationSeries,
    due: list[SeriesDate],
    clock: Callable[[], datetime],
) -> bool:
    """False: one is refused of what is all or nothing, so all of it is to be undone, which is written."""
    ahead = await _horizons(sessions, policy, series, due)
    for one in due:
        horizon, now = ahead[one.slot_start], clock()
        if one.slot_start - horizon > now:  # shorter than it was
            await _decided(sessions, one, due_at=one.slot_start - horizon)
            continue
        request = await _request(sessions, series, one, now)
        if not await _decided(sessions, one, booking_until=request.book_by):
            continue
        refused = await bookings.book(request)
        if refused is None:  # whoever comes next asks again
            continue
        if refused and series.all_or_nothing:
            await _refuse(sessions, one, refused)
            return False
        if refused == BookingTooLate.code and clock() < one.slot_start:
            await _ask_again(sessions, series, one, clock())
        elif refused:
            await _skip(sessions, series, one, refused, now)
        else:
            await _decided(sessions, one, state=SeriesDateState.BOOKED, booking_until=None)
    return True


async def _undo_ended(sessions: Sessions, bookings: Bookings, series_id: str, now: datetime) -> None:
    """What was ended and may be booked all the same. One that cannot be undone now keeps no other one booked."""
    ended = (SeriesDate.state == SeriesDateState.CANCELLED, SeriesDate.booking_until.is_not(None))
    async with sessions() as session:
        mine = select(SeriesDate.code).where(SeriesDate.series_id == series_id, *ended)
        codes = (await session.scalars(mine)).all()
    await _each_undone(sessions, bookings, codes, now)


async def _horizons(
    sessions: Sessions, policy: Policy, series: ReservationSeries, dates: list[SeriesDate]
) -> dict[datetime, timedelta]:
    starts = [one.slot_start for one in dates]
    async with sessions() as session:
        return await horizons_of(session, policy, series.driver_id, series.site_id, starts)


async def _decided(sessions: Sessions, one: SeriesDate, **values: object) -> bool:
    """As `_noted`."""
    async with sessions.begin() as session:
        return await _noted(session, one, **values)


async def _noted(session: AsyncSession, one: SeriesDate, **values: object) -> bool:
    """False: it was decided meanwhile, by its driver or by who else goes on with it, or is asked for by another code;
    then nothing is changed.
    """
    mine = (SeriesDate.series_id == one.series_id, SeriesDate.day == one.day)
    row = (await session.scalars(select(SeriesDate).where(*mine).with_for_update())).one()
    if row.state != SeriesDateState.PLANNED or row.code != one.code:
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True


async def _ask_again(sessions: Sessions, series: ReservationSeries, one: SeriesDate, now: datetime) -> None:
    """By another code, as the one that it had has its answer for good; what is on record of it comes along."""
    key_of_step = "\x1f".join(("series", series.id, one.day.isoformat(), one.code))  # in no caller's own key
    code = reservation_code(series.account, key_of_step)
    async with sessions.begin() as session:
        if await _noted(session, one, code=code, due_at=now, booking_until=None):
            guest, key = ReservationGuest, IdempotencyRecord
            await session.execute(
                update(guest).where(guest.reservation_code == one.code).values(reservation_code=code)
            )
            mine = (key.account == series.account, key.reservation_code == one.code)
            await session.execute(update(key).where(*mine).values(reservation_code=code))


async def _skip(
    sessions: Sessions, series: ReservationSeries, one: SeriesDate, refused: str, now: datetime
) -> None:
    skipped = {"state": SeriesDateState.SKIPPED, "refused": refused, "booking_until": None}
    async with sessions.begin() as session:
        if not await _noted(session, one, **skipped):
            return
        site = await session.get_one(Site, series.site_id)
        await record_notice(
            session,
            DateSkipped(start=one.slot_start, reason=refused),
            key=f"{series.id}:{one.day}:skipped",
            driver_id=series.driver_id,
            fleet_id=await fleet_behind(session, series),
            reservation_code=one.code,
            at=now,
            zone=site.zone,
        )


async def _refuse(sessions: Sessions, one: SeriesDate, refused: str) -> None:
    """Written before anything is undone: who else is booking a date of it finds it cancelled, and undoes it."""
    date = (SeriesDate.series_id == one.series_id, SeriesDate.day == one.day)
    async with sessions.begin() as session:
        await session.execute(
            update(SeriesDate)
            .where(*date)
            .values(state=SeriesDateState.SKIPPED, refused=refused, booking_until=None)
        )
        rest = (SeriesDate.series_id == one.series_id, SeriesDate.state == SeriesDateState.PLANNED)
        await session.execute(update(SeriesDate).where(*rest).values(state=SeriesDateState.CANCELLED))
        undoing = update(ReservationSeries).where(ReservationSeries.id == one.series_id)
        await session.execute(undoing.values(state=SeriesState.UNDOING, refused=refused))


async def _undo(
    sessions: Sessions, bookings: Bookings, series_id: str, dates: list[SeriesDate], now: datetime
) -> None:
    """Also what may have been booked by an attempt that did not come to write it down, or is not decided yet.

    What cannot be undone now keeps nothing else booked: the rest is, and the next round comes back to it. Whose driver
    has come stays `booked`.
    """
    kept = await _each_undone(sessions, bookings, [one.code for one in dates], now)
    async with sessions.begin() as session:
        live = SeriesDate.state.in_((SeriesDateState.PLANNED, SeriesDateState.BOOKED))
        mine = (SeriesDate.series_id == series_id, SeriesDate.code.not_in(kept), live)
        await session.execute(update(SeriesDate).where(*mine).values(state=SeriesDateState.CANCELLED))
        series = update(ReservationSeries).where(ReservationSeries.id == series_id)
        await session.execute(series.values(state=SeriesState.REFUSED))


async def _each_undone(
    sessions: Sessions, bookings: Bookings, codes: Sequence[str], now: datetime
) -> list[str]:
    """Those whose driver has come. Raises what kept one from being undone, once all others are."""
    failures: list[Exception] = []
    kept: list[str] = []
    for code in codes:
        try:
            if not await undo_date(sessions, bookings, code, now):
                kept.append(code)
        except Exception as error:  # noqa: BLE001 - raised below
            failures.append(error)
    if failures:
        raise failures[0]
    return kept


async def undo_date(sessions: Sessions, bookings: Bookings, code: str, now: datetime) -> bool:
    """False: its driver has come, so it is one of the series still. Raises what says that nobody could be asked.

    While somebody may be booking it, it is to be undone once more.
    """
    undone = await bookings.undo(code, PartOf.SERIES)
    date = update(SeriesDate).where(SeriesDate.code == code)
    if undone:
        known = date.where(SeriesDate.booking_until <= now).values(booking_until=None)
    else:
        known = date.values(state=SeriesDateState.BOOKED, refused="", booking_until=None)
    async with sessions.begin() as session:
        await session.execute(known)
    return undone


async def _request(
    sessions: Sessions, series: ReservationSeries, one: SeriesDate, now: datetime
) -> BookRequest:
    async with sessions() as session:
        fleet_id = await fleet_behind(session, series)
    energy = series.asked.get("energy")
    return BookRequest(
        code=one.code,
        account=series.account,
        driver_id=series.driver_id,
        fleet_id=fleet_id,
        site_id=series.site_id,
        start=one.slot_start,
        end=one.slot_end,
        book_by=now + BOOKING_PATIENCE,
        pool_id=series.asked.get("pool_id"),
        connector_type=series.asked.get("connector_type"),
        payment_method=series.asked.get("payment_method"),
        needs=needs_from_document(series.asked.get("needs")),
        for_guest=series.asked.get("for_guest", False),
        energy=None if energy is None else energy_from_document(energy),
    )

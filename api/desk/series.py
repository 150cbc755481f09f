"""Series: a booking that recurs; each of its dates is a reservation of its own, booked when the horizon allows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.series import Bookings, go_on, undo_date
from api.desk.admission import Admission
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.series_orders import SeriesOrder, note_series
from api.desk.steering import Steering
from db.engine import Sessions
from db.queries.series import SeriesLine, SeriesPosition, series_of
from db.tables import ReservationSeries, SeriesDate
from domain.errors import DomainError, NotPossibleNow, UnknownSeries
from domain.facts.refused_series import NoSuchSeries
from domain.place.slots import Slot
from domain.reservation.actions.messages import Cancel
from domain.reservation.actions.table import BY_NAME
from domain.reservation.recurrence import SeriesDateState, SeriesState
from workflows.client.failures import CallFailed, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDay:
    """`refused`: code of why, or of why it was not cancelled just now."""

    day: date
    slot: Slot
    code: str
    state: SeriesDateState
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """`refused`: code of what refused it as a whole. `edition`: of what who has it may change; dates that are booked
    meanwhile change nothing of that.
    """

    id: str
    site_id: str
    driver_id: str
    all_or_nothing: bool
    state: SeriesState
    refused: str
    dates: tuple[SeriesDay, ...]
    edition: str
    replayed: bool = False


class SeriesDesk:
    def __init__(
        self,
        sessions: Sessions,
        bookings: Bookings,
        admission: Admission,
        steering: Steering,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._bookings = bookings
        self._admission = admission
        self._steering = steering
        self._clock = clock

    async def book(
        self,
        principal: Principal,
        key: str,
        order: SeriesOrder,
        *,
        instead_of: str = "",
        seen: Seen = WHATEVER,
    ) -> Series:
        """All dates that can be booked by now are; the same key finds it again, and goes on with what broke off.

        `instead_of`: a series that ends where this one begins, once this one is on record; `seen` of that one. Raises
        UnknownSeries, ChangedMeanwhile for it, ScopeMissing, KeyReused, Overloaded, UnknownSite, UnknownDriver,
        SeriesUnusable, SlotInvalid, CallFailed; where an energy is named UnknownPool, NoFit, EnergyBeyondSlot.
        """
        if instead_of:
            await self.one(principal, instead_of)
        async with self._admission.at(order.site_id):
            now = self._clock()
            async with self._sessions.begin() as session:
                series_id, replayed = await note_series(session, principal, key, order, instead_of, now)
                if instead_of and not replayed:
                    await _edited(session, instead_of, seen)
            if instead_of:
                await self._end(principal, instead_of, order.rule.first)
            await go_on(self._sessions, self._bookings, series_id, self._clock)
        return replace(await self.one(principal, series_id), replayed=replayed)

    async def one(self, principal: Principal, series_id: str) -> Series:
        """The caller's own. Raises UnknownSeries."""
        async with self._sessions() as session:
            row = await session.get(ReservationSeries, series_id)
            if row is None or row.account not in principal.accounts:
                raise UnknownSeries(NoSuchSeries(series=series_id))
            mine = select(SeriesDate).where(SeriesDate.series_id == series_id).order_by(SeriesDate.day)
            return _series(row, (await session.scalars(mine)).all())

    async def page(
        self, principal: Principal, *, running: bool, after: SeriesPosition | None, limit: int
    ) -> Sequence[SeriesLine]:
        """Up to `limit` + 1 of the caller's own, the newest first. `running`: those alone that have a date ahead."""
        async with self._sessions() as session:
            return await series_of(
                session, principal.accounts, self._clock(), running=running, after=after, limit=limit
            )

    async def cancel(
        self, principal: Principal, series_id: str, first: date | None, seen: Seen = WHATEVER
    ) -> Series:
        """From the day `first` on (None: all): what is booked by its own rules, the rest is not booked any more.

        Raises UnknownSeries, ChangedMeanwhile.
        """
        await self.one(principal, series_id)
        return await self._end(principal, series_id, first, seen)

    async def _end(
        self, principal: Principal, series_id: str, first: date | None, seen: Seen | None = None
    ) -> Series:
        """`seen` None: that it is edited is written already."""
        ending = SeriesDate.day >= (first or date.min)
        planned = update(SeriesDate).where(
            SeriesDate.series_id == series_id, ending, SeriesDate.state == SeriesDateState.PLANNED
        )
        async with self._sessions.begin() as session:
            if seen is not None:
                await _edited(session, series_id, seen)
            await session.execute(planned.values(state=SeriesDateState.CANCELLED))
            # May be booked at this moment, or after an earlier call that got no answer.
            ended = (SeriesDate.state == SeriesDateState.CANCELLED, SeriesDate.booking_until.is_not(None))
            perhaps = select(SeriesDate.code).where(SeriesDate.series_id == series_id, ending, *ended)
            under_way = set(await session.scalars(perhaps))
        found = await self.one(principal, series_id)
        left: dict[str, str] = {}
        for one in found.dates:
            if one.day >= (first or date.min) and (
                one.state == SeriesDateState.BOOKED or one.code in under_way
            ):
                left[one.code] = await self._cancelled(principal, one)
        async with self._sessions.begin() as session:
            done = [code for code, refused in left.items() if not refused]
            await session.execute(
                update(SeriesDate).where(SeriesDate.code.in_(done)).values(state=SeriesDateState.CANCELLED)
            )
        after = await self.one(principal, series_id)
        dates = (replace(one, refused=left.get(one.code) or one.refused) for one in after.dates)
        return replace(after, dates=tuple(dates))

    async def _cancelled(self, principal: Principal, one: SeriesDay) -> str:
        """Code of what refused it, if anything. What was never told as booked costs nothing."""
        try:
            if one.state == SeriesDateState.BOOKED:
                await self._steering.act(principal, one.code, BY_NAME["cancel"], Cancel(reason=""))
            else:
                if not await undo_date(self._sessions, self._bookings, one.code, self._clock()):
                    return NotPossibleNow.code
        except (DomainError, Refused) as refusal:
            return refusal.code
        except CallFailed:
            return "no_answer_yet"
        return ""


async def _edited(session: AsyncSession, series_id: str, seen: Seen) -> None:
    """One after the other. Raises ChangedMeanwhile."""
    row = await session.get_one(ReservationSeries, series_id, with_for_update=True)
    seen.check(edition_of_series(row))
    row.edits += 1


def edition_of_series(row: ReservationSeries) -> str:
    return edition_of(row.id, row.edits)


def _series(row: ReservationSeries, dates: Sequence[SeriesDate]) -> Series:
    return Series(
        id=row.id,
        site_id=row.site_id,
        driver_id=row.driver_id,
        all_or_nothing=row.all_or_nothing,
        state=SeriesState(row.state),
        refused=row.refused,
        edition=edition_of_series(row),
        dates=tuple(
            SeriesDay(
                day=one.day,
                slot=Slot(one.slot_start, one.slot_end),
                code=one.code,
                state=SeriesDateState(one.state),
                refused=one.refused,
            )
            for one in dates
        ),
    )

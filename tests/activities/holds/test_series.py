"""The dates of a series on a real database, by the same booking as any other: each once, when the horizon allows."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import event, select, update

from activities.holds.activities import HoldActivities
from activities.holds.series import book_due
from api.desk.access import Access
from api.desk.admission import Admission
from api.desk.instead import InsteadDesk
from api.desk.principal import Principal
from api.desk.quotes import Quotes
from api.desk.series import Series, SeriesDesk
from api.desk.series_orders import SeriesOrder
from contracts.reservation import BookRequest
from db.documents import policy_to_document
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Hold, Notification, PolicyVersion, ReservationSeries, SeriesDate, Site
from domain.errors import SeriesUnusable, UnknownSeries
from domain.part import PartOf
from domain.reservation.guest import Guest
from domain.reservation.recurrence import Every, Recurrence
from tests.activities.holds.hold_desk import NOW, place_at
from tests.activities.holds.unattended import Bookings
from tests.factories import NOON, make_booking, make_policy, make_seed, make_site, make_slot, plant

ANNA = Principal(subject="anna", scopes=frozenset({"driver"}))
MONDAY = NOON.date()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Town:
    sessions: Sessions
    bookings: Bookings

    async def book(self, key: str = "k", *, all_or_nothing: bool = False, **over: Any) -> Series:
        rule = Recurrence(first=MONDAY, at=time(12), lasts=timedelta(hours=1), every=Every.DAY, **over)
        order = SeriesOrder(site_id="north", rule=rule, all_or_nothing=all_or_nothing)
        return await self.desk.book(ANNA, key, order)

    @property
    def desk(self) -> SeriesDesk:
        admission = Admission(at_once=9, at_one_site=9, patience=timedelta(seconds=9))
        steering = cast(Any, None)
        return SeriesDesk(self.sessions, self.bookings, admission, steering, lambda: self.bookings.now)

    async def due(self, now: datetime) -> int:
        self.bookings.now = now
        return await book_due(self.sessions, self.bookings, lambda: self.bookings.now)

    async def held(self) -> list[str]:
        async with self.sessions() as session:
            mine = select(Hold.reservation_code).where(Hold.released_at.is_(None), Hold.driver_id == "anna")
            return list(await session.scalars(mine.order_by(Hold.slot_start)))


@pytest.fixture
async def town(sessions: Sessions, holds: HoldActivities) -> Town:
    policy = make_policy(open_reservations_per_driver=99)
    await plant(sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    return Town(sessions, Bookings(holds, NOW))


def states(series: Series) -> dict[date, str]:
    return {one.day: one.state for one in series.dates}


async def test_a_taken_date_is_skipped_and_told_and_the_same_key_finds_the_series(town: Town) -> None:
    tuesday = MONDAY + DAY
    await place_at(town.sessions, make_booking("before", slot=make_slot(24 * 60)))
    series = await town.book(times=4, without=(MONDAY + 2 * DAY,))
    assert states(series) == {MONDAY: "booked", tuesday: "skipped", MONDAY + 3 * DAY: "booked"}
    assert {one.refused for one in series.dates} == {"", "slot_unavailable"}
    assert await town.held() == [one.code for one in series.dates if one.state == "booked"]
    again = await town.book(times=4, without=(MONDAY + 2 * DAY,))
    assert again == replace(series, replayed=True)
    async with town.sessions() as session:
        (told,) = (await session.scalars(select(Notification))).all()
    assert (told.driver_id, told.template) == ("anna", "date_skipped")


async def test_instead_of_a_skipped_date_others_are_booked_by_their_quotes(
    town: Town, holds: HoldActivities
) -> None:
    await place_at(town.sessions, make_booking("before", slot=make_slot(24 * 60)))
    series, tuesday = await town.book(times=2), MONDAY + DAY
    access, steering = Access(town.sessions), cast(Any, None)
    quotes = Quotes(town.sessions, lambda: NOW)
    desk = InsteadDesk(town.sessions, access, steering, quotes, lambda: NOW)
    instead = await desk.of_date(ANNA, series.id, tuesday)
    assert instead.wanted == series.dates[1].slot
    for number, offer in enumerate(instead.found[:2]):
        own = make_booking(
            f"n{number}", driver_id="anna", account="anna", slot=offer.slot, pool_id=offer.pool_id,
            connector_type=offer.connector_type, quote=offer.quote,
        )  # fmt: skip
        assert (await holds.place_hold(own)).held
    for whose, day in ((ANNA, tuesday + DAY), (replace(ANNA, subject="ben"), tuesday)):
        with pytest.raises(UnknownSeries):
            await desk.of_date(whose, series.id, day)


async def test_who_asks_for_other_dates_leaves_the_database_to_others(town: Town, database_url: str) -> None:
    series = await town.book(times=2)
    engine = create_engine(database_url, pool_size=12)
    sessions, busy = create_sessions(engine), []
    quotes = Quotes(sessions, lambda: NOW)
    desk = InsteadDesk(sessions, Access(sessions), cast(Any, None), quotes, lambda: NOW)
    pool = cast(Any, engine.sync_engine.pool)
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *_: busy.append(pool.checkedout()))
    await asyncio.gather(*(desk.of_date(ANNA, series.id, MONDAY) for _ in range(12)))
    await engine.dispose()
    assert 1 < max(busy) <= 4


async def test_a_holiday_on_which_the_site_is_closed_is_skipped_and_told_why(town: Town) -> None:
    """Also one that is reached later, and when all are wanted or none."""
    off = [MONDAY + DAY, MONDAY + 10 * DAY, MONDAY + 20 * DAY]
    hours = "; ".join(["24/7", *(f"{day:%Y %b %d} off" for day in off)])
    async with town.sessions.begin() as session:
        (await session.get_one(Site, "north")).opening_hours = hours
    series = await town.book(times=2)
    assert states(series) == {MONDAY: "booked", MONDAY + DAY: "skipped"}
    later = await town.book("later", interval=10, times=3, without=(MONDAY,))
    assert [one.state for one in later.dates] == ["skipped", "planned"]
    assert await town.due(NOON + 7 * DAY) == 1
    found = await town.desk.one(ANNA, later.id)
    assert {(one.state, one.refused) for one in found.dates} == {("skipped", "site_closed")}
    town.bookings.now = NOW
    none = await town.book("none", times=3, without=(MONDAY,), all_or_nothing=True)
    assert (none.state, none.refused) == ("refused", "site_closed")
    assert len(await town.held()) == 1
    async with town.sessions() as session:
        told = (await session.scalars(select(Notification).order_by(Notification.id))).all()
    assert [one.parameters["reason"] for one in told] == ["site_closed"] * 3


async def test_a_date_beyond_the_horizon_is_booked_once_when_it_is_reached(town: Town) -> None:
    series = await town.book(interval=10, times=3)
    assert [one.state for one in series.dates] == ["booked", "booked", "planned"]
    assert await town.due(NOW + 5 * DAY) == 0
    reached = NOON + 6 * DAY + timedelta(minutes=2)
    assert await town.due(reached) == 1
    assert await town.due(reached) == 0
    found = await town.desk.one(ANNA, series.id)
    assert [one.state for one in found.dates] == ["booked"] * 3
    assert await town.held() == [one.code for one in series.dates]


@pytest.mark.parametrize("guest", [None, Guest(name="Mia Berg", contact="mia@example.org")])
async def test_who_books_for_a_guest_may_be_elsewhere(town: Town, guest: Guest | None) -> None:
    strict = policy_to_document(make_policy(open_reservations_per_driver=99, overlapping_per_driver=False))
    async with town.sessions.begin() as session:
        session.add(PolicyVersion(site_id="north", version=9, valid_from=NOW - DAY, document=strict))
    here = await town.desk.one(ANNA, (await town.book(times=1)).id)
    await plant(town.sessions, make_seed(make_site(site_id="south", chargers=2, zone="UTC")))
    rule = Recurrence(first=MONDAY, at=time(12), lasts=timedelta(hours=1), every=Every.DAY, times=1)
    order = SeriesOrder(site_id="south", rule=rule, guest=guest)
    series = await town.desk.book(ANNA, "elsewhere", order)
    assert [one.state for one in here.dates] == ["booked"]
    assert [one.state for one in series.dates] == ["skipped" if guest is None else "booked"]
    access, quotes = Access(town.sessions), Quotes(town.sessions, lambda: NOW)
    desk = InsteadDesk(town.sessions, access, cast(Any, None), quotes, lambda: NOW)
    offers = (await desk.of_date(ANNA, series.id, MONDAY)).found
    overlap = [one for one in offers if one.slot.overlaps(here.dates[0].slot)]
    assert bool(overlap) == (guest is not None)


async def test_all_or_nothing_gives_back_what_was_booked_also_when_it_breaks_off(town: Town) -> None:
    await place_at(town.sessions, make_booking("before", slot=make_slot(48 * 60)))
    town.bookings.dies_after = 1
    with pytest.raises(ConnectionError):
        await town.book(times=4, all_or_nothing=True)
    assert len(await town.held()) == 1
    town.bookings.dies_after = 0
    assert await town.due(NOW) == 0  # the loop lives on, and comes back to it
    town.bookings.dies_after = 99
    assert await town.due(NOW) == 1
    assert await town.held() == []
    again = await town.book(times=4, all_or_nothing=True)
    assert (again.state, again.refused) == ("refused", "slot_unavailable")
    assert [one.state for one in again.dates] == ["cancelled", "cancelled", "skipped", "cancelled"]
    assert await town.due(NOW + DAY) == 0


async def test_a_date_that_cannot_be_undone_now_keeps_no_other_one_booked(town: Town) -> None:
    await place_at(town.sessions, make_booking("before", slot=make_slot(48 * 60)))
    town.bookings.unanswered = 1
    with pytest.raises(ConnectionError):
        await town.book(times=4, all_or_nothing=True)
    assert len(await town.held()) == 1
    assert await town.due(NOW) == 1
    assert await town.held() == []


async def test_a_date_whose_driver_has_come_stays_as_the_rest_is_undone(town: Town) -> None:
    await place_at(town.sessions, make_booking("before", slot=make_slot(48 * 60)))
    town.bookings.unanswered = 1
    with pytest.raises(ConnectionError):
        await town.book(times=4, all_or_nothing=True)
    (first,) = await town.held()
    town.bookings.there.add(first)
    assert await town.due(NOW) == 1
    assert await town.held() == [first]
    series = await town.book(times=4, all_or_nothing=True)
    assert (series.state, [one.state for one in series.dates if one.code == first]) == ("refused", ["booked"])
    assert await town.due(NOW) == 0


async def test_who_has_come_to_a_date_that_is_cancelled_as_it_is_booked_keeps_it(town: Town) -> None:
    series = await town.book(times=2)
    town.bookings.there.add(series.dates[0].code)
    async with town.sessions.begin() as session:
        await session.execute(update(SeriesDate).values(state="planned", booking_until=NOW))
    ended = await town.desk.cancel(ANNA, series.id, None)
    assert [(one.state, one.refused) for one in ended.dates] == [
        ("booked", "not_possible_now"),
        ("cancelled", ""),
    ]
    assert await town.held() == [series.dates[0].code]


@dataclass
class WhileCancelled:
    """The driver cancels all while the first date is being booked; the second is not decided in time.

    `dies`: who books it, before writing anything down. `unanswered`: so many wishes to undo after that.
    """

    town: Town
    series_id: str
    asked: int = 0
    unanswered: int = 0
    dies: bool = False

    async def book(self, request: BookRequest) -> str | None:
        self.asked += 1
        if self.asked == 1:
            await self.town.desk.cancel(ANNA, self.series_id, None)
            self.town.bookings.unanswered = self.unanswered
        answer = await self.town.bookings.book(request)
        if self.dies:
            raise ConnectionError
        return None if self.asked == 2 else answer

    async def undo(self, code: str, by: PartOf) -> bool:
        return await self.town.bookings.undo(code, by)


async def test_however_long_each_takes_none_is_too_late_for_those_before_it(town: Town) -> None:
    town.bookings.takes = timedelta(seconds=8)
    series = await town.book(times=5)
    assert set(states(series).values()) == {"booked"}
    assert len(await town.held()) == 5


async def test_nothing_is_booked_of_what_was_cancelled_meanwhile(town: Town) -> None:
    town.bookings.now = NOW - 60 * DAY
    series = await town.book(times=3)
    async with town.sessions.begin() as session:
        await session.execute(update(SeriesDate).values(due_at=NOW - timedelta(minutes=2)))
    town.bookings.now = NOW
    meanwhile = WhileCancelled(town, series.id)
    await book_due(town.sessions, meanwhile, lambda: NOW)
    assert await town.held() == []
    assert meanwhile.asked == 1
    assert {one.state for one in (await town.desk.one(ANNA, series.id)).dates} == {"cancelled"}


async def test_a_date_that_cannot_be_undone_as_it_is_cancelled_is_undone_later(town: Town) -> None:
    """Its driver has been told that it is cancelled, and asks no more."""
    series = await _booked_as_it_is_cancelled(town, unanswered=1)
    assert len(await town.held()) == 1
    assert {one.state for one in (await town.desk.one(ANNA, series.id)).dates} == {"cancelled"}
    assert await town.due(NOW + MINUTE) == 1
    assert await town.held() == []
    assert await town.due(NOW + 2 * MINUTE) == 0


async def test_a_date_whose_booking_comes_after_it_was_undone_is_undone_once_more(town: Town) -> None:
    """Who asked for it died as it was on its way."""
    series = await _booked_as_it_is_cancelled(town, dies=True)
    assert len(await town.held()) == 1
    assert await town.due(NOW) == 0  # it could still come
    assert await town.due(NOW + MINUTE) == 1
    assert await town.held() == []
    assert await town.due(NOW + 2 * MINUTE) == 0
    assert {one.state for one in (await town.desk.one(ANNA, series.id)).dates} == {"cancelled"}


async def _booked_as_it_is_cancelled(town: Town, unanswered: int = 0, *, dies: bool = False) -> Series:
    town.bookings.now = NOW - 60 * DAY
    series = await town.book(times=3)
    async with town.sessions.begin() as session:
        await session.execute(update(SeriesDate).values(due_at=NOW - 2 * MINUTE))
    town.bookings.now = NOW
    meanwhile = WhileCancelled(town, series.id, unanswered=unanswered, dies=dies)
    await book_due(town.sessions, meanwhile, lambda: NOW)
    return series


async def test_what_could_not_be_undone_as_it_was_cancelled_is_when_it_is_cancelled_again(town: Town) -> None:
    series = await town.book(times=2)
    async with town.sessions.begin() as session:  # who booked them died before writing it down
        await session.execute(update(SeriesDate).values(state="planned", booking_until=NOW))
    town.bookings.unanswered = 1
    with pytest.raises(ConnectionError):
        await town.desk.cancel(ANNA, series.id, None)
    assert len(await town.held()) == 2
    await town.desk.cancel(ANNA, series.id, None)
    assert await town.held() == []


async def test_all_or_nothing_beyond_the_horizon_is_refused_and_leaves_nothing(town: Town) -> None:
    with pytest.raises(SeriesUnusable):
        await town.book(times=3, interval=10, all_or_nothing=True)
    assert await town.held() == []
    async with town.sessions() as session:
        assert (await session.scalars(select(ReservationSeries))).all() == []


async def test_what_broke_off_before_it_was_written_down_meets_its_own_booking(town: Town) -> None:
    series = await town.book(times=2)
    async with town.sessions.begin() as session:
        await session.execute(update(SeriesDate).values(state="planned", booking_until=NOW))
    assert await town.due(NOW + timedelta(minutes=5)) == 1
    assert states(await town.desk.one(ANNA, series.id)) == states(series)
    assert len(await town.held()) == 2


async def test_a_date_that_is_being_booked_as_its_driver_cancels_is_undone_at_once(town: Town) -> None:
    """Whoever books it may die before that is written down, and would not come back to it."""
    series = await town.book(times=2)
    async with town.sessions.begin() as session:
        await session.execute(update(SeriesDate).values(state="planned", booking_until=NOW))
    ended = await town.desk.cancel(ANNA, series.id, None)
    assert {one.state for one in ended.dates} == {"cancelled"}
    assert await town.held() == []

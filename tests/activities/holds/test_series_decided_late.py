"""A date of a series about which nobody decided in time: nobody said no to it, so it is asked for again."""

from dataclasses import dataclass, field
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from activities.holds.series import book_due
from api.desk.series import Series
from api.desk.series_orders import SeriesOrder
from contracts.reservation import BookRequest
from db.engine import Sessions
from db.queries.reservations import was_booked_by
from db.tables import Notification, ReservationGuest
from domain.part import PartOf
from domain.reservation.guest import Guest
from domain.reservation.recurrence import Every, Recurrence
from tests.activities.holds.hold_desk import NOW, place_at
from tests.activities.holds.test_series import ANNA, MINUTE, MONDAY, Town
from tests.activities.holds.unattended import Bookings
from tests.factories import NOON, make_booking, make_policy, make_seed, make_site, plant

MIA = Guest(name="Mia Berg", contact="mia@example.org")
LATE = timedelta(seconds=11)


@pytest.fixture
async def town(sessions: Sessions, holds: HoldActivities) -> Town:
    policy = make_policy(open_reservations_per_driver=99)
    await plant(sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    return Town(sessions, Bookings(holds, NOW))


async def ordered(town: Town, *, all_or_nothing: bool = False) -> Series:
    """Two dates for a guest, of neither of which anybody decides in time."""
    town.bookings.takes = LATE
    rule = Recurrence(first=MONDAY, at=time(12), lasts=timedelta(hours=1), every=Every.DAY, times=2)
    order = SeriesOrder(site_id="north", rule=rule, all_or_nothing=all_or_nothing, guest=MIA)
    series = await town.desk.book(ANNA, "k", order)
    town.bookings.takes = timedelta(0)
    return series


async def notices(town: Town) -> list[tuple[str, str]]:
    async with town.sessions() as session:
        told = await session.scalars(select(Notification).order_by(Notification.id))
        return [(one.template, one.parameters["reason"]) for one in told]


async def test_it_is_booked_once_somebody_decides_by_a_code_of_its_own(town: Town) -> None:
    first = await ordered(town)
    assert {one.state for one in first.dates} == {"planned"}
    assert await town.held() == []
    assert await notices(town) == []
    assert await town.due(town.bookings.now + MINUTE) == 1
    second = await town.desk.one(ANNA, first.id)
    assert {one.state for one in second.dates} == {"booked"}
    codes = [one.code for one in second.dates]
    assert await town.held() == codes
    assert not town.bookings.late & {*codes}
    async with town.sessions() as session:
        guests = await session.scalars(select(ReservationGuest.reservation_code))
        assert set(guests) == {*codes}
        assert all([await was_booked_by(session, "anna", code) for code in codes])
    assert await town.due(town.bookings.now + 2 * MINUTE) == 0


async def test_whoever_has_the_date_meanwhile_is_what_it_is_refused_for(town: Town) -> None:
    series = await ordered(town)
    await place_at(town.sessions, make_booking("ben", slot=series.dates[0].slot))
    assert await town.due(town.bookings.now + MINUTE) == 1
    found = await town.desk.one(ANNA, series.id)
    assert [(one.state, one.refused) for one in found.dates] == [
        ("skipped", "slot_unavailable"),
        ("booked", ""),
    ]
    assert await notices(town) == [("date_skipped", "slot_unavailable")]


async def test_it_is_skipped_and_told_once_its_slot_has_begun(town: Town) -> None:
    series = await ordered(town)
    town.bookings.takes = LATE
    assert await town.due(NOON - timedelta(seconds=5)) == 1
    found = await town.desk.one(ANNA, series.id)
    assert [(one.state, one.refused) for one in found.dates] == [
        ("skipped", "booking_too_late"),
        ("planned", ""),
    ]
    assert await notices(town) == [("date_skipped", "booking_too_late")]


async def test_all_or_nothing_is_decided_now_or_refused(town: Town) -> None:
    series = await ordered(town, all_or_nothing=True)
    assert (series.state, series.refused) == ("refused", "booking_too_late")
    assert await town.held() == []


@dataclass
class Overtaken:
    """While the first date is on its way somebody else asks for both, and again nobody decides in time."""

    town: Town
    asked: list[str] = field(default_factory=list)

    async def book(self, request: BookRequest) -> str | None:
        self.asked.append(request.code)
        self.town.bookings.takes = LATE
        await self.town.due(self.town.bookings.now + MINUTE)
        self.town.bookings.takes = timedelta(0)
        return await self.town.bookings.book(request)

    async def undo(self, code: str, by: PartOf) -> bool:
        return await self.town.bookings.undo(code, by)


async def test_who_comes_back_with_a_former_code_leaves_the_date_to_its_new_one(town: Town) -> None:
    series = await ordered(town)
    second = await town.desk.one(ANNA, series.id)
    town.bookings.now += MINUTE
    overtaken = Overtaken(town)
    await book_due(town.sessions, overtaken, lambda: town.bookings.now)
    before = await town.desk.one(ANNA, series.id)
    assert overtaken.asked == [second.dates[0].code]
    assert await town.due(town.bookings.now + 2 * MINUTE) == 1
    after = await town.desk.one(ANNA, series.id)
    assert [one.code for one in after.dates] == [one.code for one in before.dates]
    assert {one.state for one in after.dates} == {"booked"}
    assert await town.held() == [one.code for one in after.dates]

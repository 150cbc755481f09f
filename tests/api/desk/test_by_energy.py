"""Orders by energy: the end is settled before anything starts, and a retry meets the same, whatever has changed."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import update

from activities.holds.activities import HoldActivities
from api.desk.desk import Desk
from api.desk.group_orders import GroupOrder, Member
from api.desk.orders import OrderHere
from api.desk.quotes import QuoteOrder
from api.desk.refusals import KeyReused
from api.desk.series_orders import SeriesOrder
from db.engine import Sessions
from db.tables import Pool
from domain.errors import EnergyBeyondSlot, SlotInvalid
from domain.place.energy import EnergyAsked
from domain.reservation.actions.messages import Reschedule, RescheduleAsked
from domain.reservation.actions.table import BY_NAME
from domain.reservation.code import reservation_code
from domain.reservation.recurrence import Every, Recurrence
from tests.api.desk.players import DRIVER, FLEET, PlayedReservations, order
from tests.api.stage import NOW, START, publish, view_of
from tests.factories import make_booking, make_slot

AN_HOUR = EnergyAsked(energy_wh=150_000)
"""At the 150 kW of `north-dc`."""
BEGIN = datetime.fromisoformat(START)


async def set_power(sessions: Sessions, power_w: int) -> None:
    async with sessions.begin() as session:
        await session.execute(update(Pool).where(Pool.id == "north-dc").values(power_w=power_w))


async def test_a_retry_meets_the_slot_that_was_reckoned_first(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    asked = order(end=None, energy=AN_HOUR)
    await desk.booking.book(DRIVER, "by-energy", asked)
    await set_power(sessions, 50_000)  # which would take three hours
    try:
        again = await desk.booking.book(DRIVER, "by-energy", asked)
        assert again.replayed
        with pytest.raises(KeyReused):
            await desk.booking.book(DRIVER, "by-energy", replace(asked, energy=EnergyAsked(energy_wh=1)))
        await desk.booking.book(DRIVER, "afterwards", asked)
    finally:
        await set_power(sessions, 150_000)
    ends = [request.end - BEGIN for request in workflows.booked]
    assert ends == [timedelta(hours=1), timedelta(hours=1), timedelta(hours=3)]


async def test_what_cannot_be_reckoned_starts_nothing_and_leaves_the_key_free(
    desk: Desk, workflows: PlayedReservations
) -> None:
    beyond = order(end=None, energy=EnergyAsked(energy_wh=10_000_000))
    with pytest.raises(EnergyBeyondSlot):
        await desk.booking.book(DRIVER, "beyond", beyond)
    nameless = replace(beyond, energy=EnergyAsked(soc_now=10, soc_target=80))
    with pytest.raises(SlotInvalid):
        await desk.booking.book(DRIVER, "beyond", nameless)
    assert workflows.booked == []
    assert not (await desk.booking.book(DRIVER, "beyond", order())).replayed


async def test_by_a_quote_it_is_the_slot_that_was_quoted_for_the_same_energy(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    told = await desk.quotes.make(DRIVER, QuoteOrder(site_id="north", start=BEGIN, energy=AN_HOUR))
    asked = order(end=None, energy=AN_HOUR, quote=told.quote.id)
    await set_power(sessions, 50_000)
    try:
        await desk.booking.book(DRIVER, "quoted", asked)
        await desk.booking.book(DRIVER, "other", replace(asked, energy=EnergyAsked(energy_wh=50_000)))
    finally:
        await set_power(sessions, 150_000)
    assert [request.end for request in workflows.booked] == [told.slot.end, told.slot.end]


async def test_on_the_spot_it_ends_on_the_grid(desk: Desk, workflows: PlayedReservations) -> None:
    here = OrderHere(charger_id="NORTH-1", connector=1, energy=EnergyAsked(energy_wh=100_000))
    await desk.booking.book_here(DRIVER, "here", here)
    (request,) = workflows.booked
    assert (request.start, request.end) == (NOW, NOW + timedelta(minutes=45))
    assert request.connector_id is not None


async def test_a_reservation_is_moved_by_energy_within_its_pool_and_a_retry_says_the_same(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    code = reservation_code("driver-1", "moved by energy")
    held = await HoldActivities(sessions).place_hold(
        make_booking(
            driver_id="driver-1", code=code, slot=make_slot(after=BEGIN + timedelta(days=1)), now=NOW
        )
    )
    assert held.held is not None
    await publish(sessions, view_of(code, terms=held.terms))
    asked = RescheduleAsked(start=BEGIN, energy=replace(AN_HOUR, energy_wh=225_000))
    action = BY_NAME["reschedule"]
    await desk.steering.act(DRIVER, code, action, asked, key="move")
    await set_power(sessions, 50_000)
    try:
        await desk.steering.act(DRIVER, code, action, asked, key="move")
        with pytest.raises(EnergyBeyondSlot):
            await desk.steering.act(DRIVER, code, action, asked)
    finally:
        await set_power(sessions, 150_000)
    end = BEGIN + timedelta(minutes=90)
    first, second = workflows.acts
    assert first == second
    assert first.message == Reschedule(start=BEGIN, end=end)
    with pytest.raises(KeyReused):
        await desk.steering.act(DRIVER, code, action, RescheduleAsked(start=BEGIN, end=end), key="move")


async def test_a_group_is_as_long_as_the_longest_that_one_of_it_needs_and_a_retry_says_the_same(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    asked = GroupOrder(
        site_id="north",
        start=BEGIN + timedelta(days=2),
        members=(Member(driver_id="fleet-1-driver"),) * 3,
        energies=(AN_HOUR, EnergyAsked(energy_wh=225_000), None),
    )
    group = await desk.groups.book(FLEET, "group by energy", asked)
    assert group.slot.length == timedelta(minutes=90)
    first = list(workflows.booked)
    assert {request.end - request.start for request in first} == {timedelta(minutes=90)}
    await set_power(sessions, 50_000)
    try:
        again = await desk.groups.book(FLEET, "group by energy", asked)
        other = replace(asked, energies=(AN_HOUR, None, None))
        with pytest.raises(KeyReused):
            await desk.groups.book(FLEET, "group by energy", other)
    finally:
        await set_power(sessions, 150_000)
    assert (again.replayed, again.slot) == (True, group.slot)
    assert {one.code: one for one in workflows.booked[3:]} == {one.code: one for one in first}


async def test_what_no_slot_of_a_group_is_long_enough_for_leaves_the_key_free(desk: Desk) -> None:
    beyond = GroupOrder(
        site_id="north",
        start=BEGIN + timedelta(days=3),
        members=(Member(),) * 2,
        energies=(None, EnergyAsked(energy_wh=10_000_000)),
    )
    with pytest.raises(EnergyBeyondSlot):
        await desk.groups.book(DRIVER, "group beyond", beyond)
    less = replace(beyond, energies=(None, AN_HOUR))
    assert not (await desk.groups.book(DRIVER, "group beyond", less)).replayed


async def test_each_date_of_a_series_is_as_long_as_the_first_has_to_be(
    desk: Desk, sessions: Sessions, workflows: PlayedReservations
) -> None:
    rule = Recurrence(first=BEGIN.date(), at=time(18), lasts=None, every=Every.DAY, times=3)
    asked = SeriesOrder(site_id="north", rule=rule, energy=EnergyAsked(energy_wh=225_000))
    series = await desk.series.book(DRIVER, "series by energy", asked)
    await set_power(sessions, 50_000)
    try:
        again = await desk.series.book(DRIVER, "series by energy", asked)
    finally:
        await set_power(sessions, 150_000)
    assert again == replace(series, replayed=True)
    assert {one.slot.length for one in series.dates} == {timedelta(minutes=90)}
    assert {request.end - request.start for request in workflows.booked} == {timedelta(minutes=90)}

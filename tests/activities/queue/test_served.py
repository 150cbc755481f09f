"""Who has booked a place within their window waits no longer; who has only tried to waits on."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from contracts.holds import PlaceHold
from db.tables import Hold, WaitingEntry
from domain.reservation.lifecycle import State
from tests.activities.queue.list_desk import Town
from tests.api.stage import publish, view_of
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, make_slot_rules, plant


async def full(town: Town) -> None:
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    for number in range(4):
        if number != 1:
            await town.books(f"b{number}", make_slot(60 * number))


async def books_directly(town: Town) -> PlaceHold:
    """13:00."""
    return await town.books("own", make_slot(60), driver_id="anna", account="anna")


@pytest.mark.parametrize("state", [None, State.REQUESTED, State.AWAITING_PAYMENT])
async def test_a_booking_that_is_not_confirmed_ends_no_wait(town: Town, state: State | None) -> None:
    await full(town)
    anna = await town.waits("anna", make_slot(0, 240))
    ask = await books_directly(town)
    if state is not None:
        await publish(town.sessions, view_of(ask.code, state=state))
    await town.round()
    assert await town.states(anna) == ["waiting"]
    await town.gives_back(ask)  # the card was declined
    assert await town.round() == 1
    assert await town.states(anna) == ["offered"]


async def test_one_that_is_confirmed_does_and_they_are_told_once(town: Town) -> None:
    await full(town)
    anna, ben = await town.waits("anna", make_slot(0, 240)), await town.waits("ben", make_slot(0, 240))
    ask = await books_directly(town)
    await publish(town.sessions, view_of(ask.code, state=State.CONFIRMED))
    await town.round()
    await town.round()
    assert await town.states(anna, ben) == ["booked_otherwise", "waiting"]
    assert (await town.told("anna"), await town.told("ben")) == (["served_otherwise"], [])


async def test_a_reservation_from_before_that_is_moved_into_the_window_is_not_what_they_wait_for(
    town: Town,
) -> None:
    await full(town)
    ask = await books_directly(town)
    await publish(town.sessions, view_of(ask.code, state=State.CONFIRMED))
    anna = await town.waits("anna", make_slot(0, 240))
    async with town.sessions.begin() as session:
        moved = update(Hold).where(Hold.reservation_code == ask.code)
        await session.execute(moved.values(step="reroute-1", placed_at=town.now))
    await town.round()
    assert await town.states(anna) == ["waiting"]


async def test_who_is_served_is_told_although_nobody_can_read_the_entry_before_theirs(town: Town) -> None:
    """Nor are they offered another place."""
    await full(town)
    ben = await town.waits("ben", make_slot(0, 240))
    async with town.sessions.begin() as session:
        damaged = update(WaitingEntry).where(WaitingEntry.id == ben.row.id)
        await session.execute(damaged.values(length_seconds=None, energy={"wh": "much"}))
    anna = await town.waits("anna", make_slot(0, 240))
    ask = await books_directly(town)
    await publish(town.sessions, view_of(ask.code, state=State.CONFIRMED))
    await town.gives_back(make_booking("b0"))
    assert await town.round() == 0
    assert await town.states(anna) == ["booked_otherwise"]
    assert await town.told("anna") == ["served_otherwise"]

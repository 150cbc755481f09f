"""Groups that nobody finished, or of which a bay came to nothing: they come to their end by themselves."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from activities.holds.grouping import GroupAsk
from activities.holds.unfinished_groups import LEFT_ALONE, finish_left, note_state, undo_group
from db.engine import Sessions
from db.tables import Notification, ReservationGroup, ReservationRow
from domain.part import PartOf
from domain.reservation.groups import GroupState
from tests.activities.holds.group_desk import asks, group, held, made_of, placed
from tests.activities.holds.hold_desk import NOW
from tests.activities.holds.unattended import Bookings
from tests.factories import (
    make_seed,
    make_site,
    plant,
)


@pytest.mark.parametrize(
    ("together", "states", "kept", "state"),
    [
        (True, ("CONFIRMED", "DECLINED", "CONFIRMED"), 0, "undone"),
        (True, ("CONFIRMED", "CONFIRMED"), 0, "undone"),
        (True, ("CONFIRMED", "AWAITING_PAYMENT", "CONFIRMED"), 3, "answered"),
        (True, ("CONFIRMED", "EXPIRED", "CONFIRMED"), 0, "undone"),
        (True, ("CONFIRMED", "CONFIRMED", "CONFIRMED"), 3, "booked"),
        (True, ("CONFIRMED", "DECLINED", "REQUESTED"), 2, "open"),
        (False, ("CONFIRMED", "DECLINED", "CONFIRMED"), 2, "booked"),
    ],
)
async def test_what_nobody_finishes_comes_to_its_end_by_itself(
    holds: HoldActivities, sessions: Sessions, together: bool, states: tuple[str, ...], kept: int, state: str
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    ask = await group(sessions, "g", asks("a", "b", "c"), together=together)
    async with sessions.begin() as session:
        row = await session.get_one(ReservationGroup, "g")
        row.mode = "together" if together else "as_many_as_possible"
    await placed(sessions, ask)
    await made_of(sessions, ask, *states)
    bookings = Bookings(holds, NOW)
    assert await finish_left(sessions, bookings, NOW + LEFT_ALONE) == 0, "whoever asked may be about to"
    late = NOW + LEFT_ALONE + timedelta(seconds=1)
    assert await finish_left(sessions, bookings, late) == (state not in ("open", "answered"))
    assert len(await held(sessions)) == kept
    async with sessions() as session:
        assert (await session.get_one(ReservationGroup, "g")).state == state


async def goes(sessions: Sessions, ask: GroupAsk, *states: str) -> None:
    """What its reservations publish next."""
    async with sessions.begin() as session:
        for one, state in zip(ask.asks, states, strict=True):
            row = await session.get_one(ReservationRow, one.code)
            row.state, row.revision = state, row.revision + 1


async def answered(sessions: Sessions, ask: GroupAsk, *states: str) -> None:
    await placed(sessions, ask)
    await made_of(sessions, ask, *states)
    await note_state(sessions, ask.group, GroupState.ANSWERED)


async def state_of(sessions: Sessions) -> str:
    async with sessions() as session:
        return (await session.get_one(ReservationGroup, "g")).state


@pytest.mark.parametrize("lost", ["EXPIRED", "DECLINED", "UNFULFILLED"])
@pytest.mark.parametrize("dies", [False, True])
async def test_a_bay_that_comes_to_nothing_after_the_answer_undoes_the_others_and_their_drivers_are_told(
    holds: HoldActivities, sessions: Sessions, lost: str, dies: bool
) -> None:
    """Whatever keeps on asking by the same key; and who is there already stays."""
    await plant(sessions, make_seed(make_site(chargers=4)))
    ask = await group(sessions, "g", asks("a", "b", "c", "d"))
    await answered(sessions, ask, "CONFIRMED", "AWAITING_PAYMENT", "AWAITING_PAYMENT", "CONFIRMED")
    late = NOW + 2 * LEFT_ALONE
    assert await finish_left(sessions, Bookings(holds, NOW), late) == 0
    async with sessions.begin() as session:
        (await session.get_one(ReservationGroup, "g")).asked_at = late
    await goes(sessions, ask, "CONFIRMED", lost, "AWAITING_PAYMENT", "CHARGING")
    if dies:
        assert await finish_left(sessions, Bookings(holds, NOW, dies_after=1), late) == 0
        assert await state_of(sessions) == "undoing"
        await note_state(sessions, "g", GroupState.BOOKED)  # of who has asked before that
        late += 2 * LEFT_ALONE
    assert await finish_left(sessions, Bookings(holds, NOW), late) == 1
    a, _, c, d = (one.code for one in ask.asks)
    assert not {a, c} & {row.reservation_code for row in await held(sessions)}
    assert d in {row.reservation_code for row in await held(sessions)}
    assert await finish_left(sessions, Bookings(holds, NOW), late + 2 * LEFT_ALONE) == 0
    assert await state_of(sessions) == "undone"
    async with sessions() as session:
        told = {row.reservation_code: row for row in await session.scalars(select(Notification))}
    assert {code: (row.driver_id, row.template) for code, row in told.items()} == {
        a: ("driver-a", "group_given_up"),
        c: ("driver-c", "group_given_up"),
    }


async def test_once_all_are_paid_for_and_a_minute_is_over_each_stands_by_itself(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    ask = await group(sessions, "g", asks("a", "b", "c"))
    await answered(sessions, ask, "CONFIRMED", "CONFIRMED")
    bookings, late = Bookings(holds, NOW), NOW + 2 * LEFT_ALONE
    assert await finish_left(sessions, bookings, late) == 0, "the third has not been written down yet"
    assert (await state_of(sessions), len(await held(sessions))) == ("answered", 3)
    rest = replace(ask, asks=ask.asks[2:])
    await made_of(sessions, rest, "CONFIRMED", state="answered")
    assert await finish_left(sessions, bookings, NOW + LEFT_ALONE) == 0
    assert await finish_left(sessions, bookings, late) == 1
    await goes(sessions, ask, "CONFIRMED", "UNFULFILLED", "CONFIRMED")
    assert await finish_left(sessions, bookings, late) == 0
    assert (await state_of(sessions), len(await held(sessions))) == ("booked", 3)


@pytest.mark.parametrize("owed", ["deferred", "declined", "action_required"])
async def test_who_is_confirmed_without_anything_held_is_waited_for(
    holds: HoldActivities, sessions: Sessions, owed: str
) -> None:
    """As while the provider is away."""
    await plant(sessions, make_seed(make_site(chargers=2)))
    ask = await group(sessions, "g", asks("a", "b"))
    await answered(sessions, ask, "CONFIRMED", "CONFIRMED")
    a, b = (one.code for one in ask.asks)
    for status, state, left in ((owed, "answered", {a, b}), ("authorised", "booked", {a, b})):
        async with sessions.begin() as session:
            (await session.get_one(ReservationRow, a)).snapshot = {"payment_status": status}
        await finish_left(sessions, Bookings(holds, NOW), NOW + 2 * LEFT_ALONE)
        assert await state_of(sessions) == state
        assert {row.reservation_code for row in await held(sessions)} == left


async def test_whose_driver_has_come_while_it_was_undone_keeps_its_bay(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    ask = await group(sessions, "g", asks("a", "b"))
    await answered(sessions, ask, "LOCKED", "EXPIRED")
    there = Bookings(holds, NOW, is_there=True)
    assert await finish_left(sessions, there, NOW + 2 * LEFT_ALONE) == 1
    assert [row.reservation_code for row in await held(sessions)] == [ask.asks[0].code]


async def test_an_undoing_that_is_killed_midway_is_gone_on_with(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    ask = await group(sessions, "g", asks("a", "b", "c"))
    await placed(sessions, ask)
    await made_of(sessions, ask, "CONFIRMED", "CONFIRMED", "DECLINED", state="undoing")
    codes, late = [one.code for one in ask.asks[:2]], NOW + LEFT_ALONE + timedelta(seconds=1)
    with pytest.raises(ConnectionError):
        await undo_group(sessions, Bookings(holds, NOW, dies_after=1), "g", codes, NOW)
    assert len(await held(sessions)) == 1
    assert await finish_left(sessions, Bookings(holds, NOW, dies_after=0), late) == 0
    assert await finish_left(sessions, Bookings(holds, NOW), late) == 1
    assert await held(sessions) == []
    assert await finish_left(sessions, Bookings(holds, NOW), late) == 0


async def test_what_could_be_undone_gives_its_place_back_though_another_could_not(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Also where no reservation was made of a hold."""
    await plant(sessions, make_seed(make_site(chargers=3)))
    ask = await group(sessions, "g", asks("a", "b", "c"))
    await placed(sessions, ask)
    a, *rest = (one.code for one in ask.asks)
    bookings = Unmade(holds, NOW, away={a})
    with pytest.raises(ConnectionError):
        await undo_group(sessions, bookings, "g", [a, *rest], NOW)
    assert [row.reservation_code for row in await held(sessions)] == [a]
    bookings.away.clear()
    await undo_group(sessions, bookings, "g", [a, *rest], NOW)
    assert (await held(sessions), await state_of(sessions)) == ([], "undone")


@dataclass
class Unmade(Bookings):
    """Nothing became a reservation, so that there is none to give its hold back; of those in `away` nobody says so."""

    away: set[str] = field(default_factory=set)

    async def undo(self, code: str, by: PartOf) -> bool:
        if code in self.away:
            raise ConnectionError
        return True

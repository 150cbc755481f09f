"""One driver, one slot at a time (unless the site's policy says otherwise)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from contracts.holds import MoveHold, PlaceHold
from db.engine import Sessions
from db.tables import Hold
from domain.place.slots import Slot
from tests.activities.holds.hold_desk import NOW, place_at, refusal_of
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot, plant


def mine(name: str, slot: Slot, **over: object) -> PlaceHold:
    return make_booking(name, driver_id="me", slot=slot, **over)


@pytest.mark.parametrize(
    ("second", "refusal"),
    [
        (make_slot(0, 60), "driver_booked_already"),
        (make_slot(30, 60), "driver_booked_already"),
        (make_slot(-30, 120), "driver_booked_already"),
        (make_slot(60, 60), ""),
        (make_slot(-60, 60), ""),
    ],
)
async def test_slots_of_one_driver_may_touch_but_not_overlap(
    holds: HoldActivities, sessions: Sessions, second: Slot, refusal: str
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3), make_site(site_id="south", chargers=3)))
    assert (await holds.place_hold(mine("a", make_slot(0, 60)))).refusal is None
    elsewhere = await holds.place_hold(mine("b", second, site_id="south", pool_id="south-dc"))
    assert (elsewhere.refusal.code if elsewhere.refusal else "") == refusal


async def test_three_bookings_at_once_for_one_hour_get_one(holds: HoldActivities, sessions: Sessions) -> None:
    """Each on a connection of its own: the driver's row decides."""
    await plant(sessions, make_seed(make_site(chargers=3)))
    answers = await asyncio.gather(*(place_at(sessions, mine(f"b{n}", make_slot())) for n in range(3)))
    refused = [refusal_of(answer) for answer in answers if answer.refusal]
    assert refused == ["driver_booked_already"] * 2


async def test_a_booking_and_a_reschedule_into_its_hour_at_once(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    first = await holds.place_hold(mine("a", make_slot(0, 60)))
    assert first.held is not None
    move = MoveHold(
        code=mine("a", make_slot()).code,
        hold_id=first.held.assignment.hold_id,
        slot=make_slot(240),
        keep_connector=False,
        now=NOW,
    )
    answers = await asyncio.gather(holds.place_hold(mine("b", make_slot(240))), holds.move_hold(move))
    assert [refusal_of(answer) for answer in answers if answer.refusal] == ["driver_booked_already"]


async def test_a_hold_may_move_within_its_own_time(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    first = await holds.place_hold(mine("a", make_slot(0, 60)))
    assert first.held is not None
    code, hold_id = mine("a", make_slot()).code, first.held.assignment.hold_id
    moved = MoveHold(code=code, hold_id=hold_id, slot=make_slot(30, 60), keep_connector=False, now=NOW)
    assert (await holds.move_hold(moved)).refusal is None


async def test_a_policy_may_allow_it_and_a_fleet_needs_no_permission(
    holds: HoldActivities, sessions: Sessions
) -> None:
    strict, open_ = make_policy(), make_policy(overlapping_per_driver=True)
    south = make_site(site_id="south", chargers=3, policy=open_)
    await plant(sessions, make_seed(make_site(chargers=3), south, policy=strict))
    for name in ("a", "b"):
        at_south = mine(name, make_slot(), site_id="south", pool_id="south-dc")
        assert (await holds.place_hold(at_south)).refusal is None
    for van in ("van-1", "van-2"):
        booking = make_booking(van, account="parcels", fleet_id="parcels", slot=make_slot(0, 60))
        assert (await holds.place_hold(booking)).refusal is None


async def test_the_same_booking_again_is_no_second_one(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    first = await holds.place_hold(mine("a", make_slot()))
    later = mine("a", make_slot(), now=NOW + timedelta(minutes=1))
    assert (await holds.place_hold(later)).held == first.held


async def test_what_is_booked_for_somebody_else_stands_in_nobodys_way(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Whoever booked may be elsewhere at that time; not twice themselves, nor by moving."""
    await plant(sessions, make_seed(make_site(chargers=4)))
    for name, guest, refused in (
        ("a", False, ""),
        ("b", True, ""),
        ("c", False, "driver_booked_already"),
    ):
        ask = mine(name, make_slot(0, 60), for_guest=guest)
        decision = await holds.place_hold(ask)
        assert (decision.refusal.code if decision.refusal else "") == refused, name
        async with sessions() as session:
            rows = await session.scalars(select(Hold.for_guest).where(Hold.reservation_code == ask.code))
            assert list(rows) == ([] if refused else [guest])

"""A refusal says why there is no place, an alternative what it keeps of the wish."""

from dataclasses import replace
from datetime import timedelta

from activities.holds.activities import HoldActivities
from contracts.holds import HoldDecision, MoveHold, PlaceHold, ReleaseHolds
from db.engine import Sessions
from domain.place.reasons import NoPlaceReason, OfferReason
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import (
    NOW,
    refusal_of,
    refused_with,
    replacement,
    set_status,
    start_walk_in,
)
from tests.factories import NOON, make_booking, make_seed, make_site, make_slot, plant


def reason_of(decision: HoldDecision) -> NoPlaceReason | None:
    assert refusal_of(decision) == "slot_unavailable"
    assert decision.refusal is not None
    return decision.refusal.reason


async def test_a_booking_learns_what_stands_in_the_way(holds: HoldActivities, sessions: Sessions) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2, walk_in=1)))
    await holds.place_hold(make_booking("a"))
    assert reason_of(await holds.place_hold(make_booking("b"))) is NoPlaceReason.WALK_IN_SHARE
    for connector in ids.values():
        await start_walk_in(sessions, connector)
    at_once = make_booking("c", slot=make_slot(-60), now=NOON - timedelta(minutes=60))
    assert reason_of(await holds.place_hold(at_once)) is NoPlaceReason.OCCUPIED
    for connector in ids.values():
        await set_status(sessions, connector, "faulted")
    assert reason_of(await holds.place_hold(at_once)) is NoPlaceReason.OUT_OF_ORDER


async def test_other_rules_than_room_have_no_reason(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    off_grid = await holds.place_hold(make_booking(slot=make_slot(7)))
    assert refusal_of(off_grid) == "slot_invalid"
    assert off_grid.refusal is not None
    assert off_grid.refusal.reason is None


async def test_a_move_learns_that_it_is_full_or_given_up(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    booked = await holds.place_hold(make_booking("a"))
    await holds.place_hold(make_booking("b", slot=make_slot(240)))
    assert reason_of(await holds.move_hold(later(booked, make_booking("a")))) is NoPlaceReason.FULL
    await holds.release_holds(
        ReleaseHolds(code=make_booking("a").code, reason=ReleaseReason.CANCELLED, now=NOW)
    )
    assert reason_of(await holds.move_hold(later(booked, make_booking("a")))) is NoPlaceReason.GIVEN_UP


def later(decision: HoldDecision, booking: PlaceHold) -> MoveHold:
    assert decision.held is not None
    return MoveHold(
        code=booking.code,
        hold_id=decision.held.assignment.hold_id,
        slot=make_slot(240),
        keep_connector=False,
        now=NOW,
    )


async def test_a_replacement_learns_that_nothing_is_as_good_or_the_slot_over(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=1)))
    ask = replacement(exclude_connectors=tuple(ids.values()))
    assert reason_of(await holds.hold_replacement(ask)) is NoPlaceReason.NOTHING_EQUAL_OR_BETTER
    over = replace(ask, now=ask.slot.end)
    assert reason_of(await holds.hold_replacement(over)) is NoPlaceReason.SLOT_OVER
    nowhere = replace(ask, only_connector_id=max(ids.values()) + 1)
    assert reason_of(await holds.hold_replacement(nowhere)) is NoPlaceReason.OUT_OF_ORDER


async def test_alternatives_say_why_they_are_offered(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=1), make_site(site_id="south", latitude=52.53)))
    await holds.place_hold(make_booking("a"))
    assert [(a.site_id, a.reason) for a in await refused_with(holds, make_booking("b"))] == [
        ("south", OfferReason.NEARBY),
        ("north", OfferReason.OTHER_TIME_HERE),
        ("north", OfferReason.OTHER_TIME_HERE),
        ("north", OfferReason.OTHER_TIME_HERE),
    ]

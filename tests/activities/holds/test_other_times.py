"""No equal place is left at the driver's time: the time that a refusal offers first is held beside what they have."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from activities.holds.activities import HoldActivities
from activities.holds.moves_instead import other_slots
from activities.holds.placing import place
from contracts.holds import HoldDecision, HoldReplacement, PlaceHold
from db.engine import Sessions
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from tests.activities.holds.hold_desk import (
    NOW,
    connector_of,
    hold_row,
    move,
    refusal_of,
    replacement,
    set_status,
)
from tests.factories import make_booking, make_seed, make_site, plant


def lost(ask: PlaceHold, connector_id: int, **over: object) -> HoldReplacement:
    return replacement(
        code=ask.code,
        driver_id=ask.driver_id,
        slot=ask.slot,
        exclude_connectors=(connector_id,),
        now=NOW,
        other_times=True,
        **over,
    )


async def full(holds: HoldActivities, sessions: Sessions, *others: object) -> tuple[PlaceHold, int, int]:
    """Two bays, both promised for one time; that of `ask` breaks."""
    ids = await plant(sessions, make_seed(make_site(chargers=2), *others))  # type: ignore[arg-type] # sites
    ask = make_booking("mine", driver_id="mine")
    mine = connector_of(await holds.place_hold(ask))
    theirs = connector_of(await holds.place_hold(make_booking("theirs", driver_id="theirs")))
    assert {mine, theirs} == {ids["NORTH-1", 1], ids["NORTH-2", 1]}
    await set_status(sessions, mine, "faulted")
    return ask, mine, theirs


async def test_the_time_that_a_refusal_would_offer_first_is_held_beside_what_they_have(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ask, mine, theirs = await full(holds, sessions)
    refused = await holds.find_alternatives(make_booking("other", driver_id="other"))
    times = [one for one in refused.found if one.reason is OfferReason.OTHER_TIME_HERE]
    found = await holds.hold_replacement(lost(ask, mine))
    assert connector_of(found) == theirs
    assert found.slot is not None
    assert found.slot.length == ask.slot.length
    assert found.slot == ask.slot.moved_to(ask.slot.start - timedelta(minutes=75))
    assert found.slot in [one.slot for one in times]
    assert found.instead is not None
    assert (found.instead.reason, found.instead.slot) == (OfferReason.OTHER_TIME_HERE, found.slot)
    assert found.instead.price_difference is not None
    assert found.instead.price_difference.is_zero  # at the prices that were accepted
    row = await hold_row(sessions, found)
    assert Slot(row.slot_start, row.slot_end) == found.slot
    again = await holds.hold_replacement(lost(ask, mine))
    assert again == found
    booked = await holds.place_hold(ask)
    assert (await hold_row(sessions, booked)).released_at is None


async def test_who_was_not_to_be_asked_gets_no_other_time(holds: HoldActivities, sessions: Sessions) -> None:
    ask, mine, _ = await full(holds, sessions)
    assert refusal_of(await holds.hold_replacement(replace(lost(ask, mine), other_times=False))) == (
        "slot_unavailable"
    )


async def test_their_own_time_elsewhere_comes_before_another_time_here(
    holds: HoldActivities, sessions: Sessions
) -> None:
    near = make_site(site_id="near", latitude=52.53)
    ask, mine, _ = await full(holds, sessions, near)
    found = await holds.hold_replacement(lost(ask, mine))
    assert found.slot is None
    assert found.held is not None
    assert found.held.assignment.site_id == "near"
    assert found.instead is not None
    assert found.site is not None
    assert found.instead.reason is OfferReason.NEARBY
    assert found.instead.distance_m == found.site.distance_m


async def test_no_time_is_proposed_at_which_the_driver_is_elsewhere(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """The nearest one is before theirs; who is elsewhere then is asked about the one after it."""
    near = make_site(site_id="near", power_w=22_000, latitude=52.53)
    ask, mine, _ = await full(holds, sessions, near)
    before = ask.slot.moved_to(ask.slot.start - timedelta(minutes=75))
    elsewhere = make_booking("busy", driver_id="mine", site_id="near", pool_id=None, slot=before)
    assert (await holds.place_hold(elsewhere)).held is not None
    found = (await holds.hold_replacement(lost(ask, mine))).slot
    assert found == ask.slot.moved_to(ask.slot.start + timedelta(minutes=75))


async def test_where_no_bay_works_no_time_is_proposed(holds: HoldActivities, sessions: Sessions) -> None:
    ask, mine, theirs = await full(holds, sessions)
    await set_status(sessions, theirs, "faulted")
    assert refusal_of(await holds.hold_replacement(lost(ask, mine))) == "slot_unavailable"


async def test_no_time_is_proposed_that_nobody_could_answer_before_it_begins(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """The nearest one is before theirs, and its answer is due a quarter of an hour before it."""
    ask, mine, _ = await full(holds, sessions)
    before = ask.slot.start - timedelta(minutes=75)
    in_time = replace(lost(ask, mine), now=before - timedelta(minutes=20))
    found = (await holds.hold_replacement(replace(in_time, step="reroute-1"))).slot
    assert found is not None
    assert found.start == before
    late = replace(in_time, step="reroute-2", now=in_time.now + timedelta(seconds=1))
    found = (await holds.hold_replacement(late)).slot
    assert found is not None
    assert found.start > ask.slot.start


async def waits_for_a_lock(sessions: Sessions, task: asyncio.Task[HoldDecision]) -> bool:
    """Or, if it does not, it is done."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not task.done():
        async with sessions() as session:
            if await session.scalar(waiting):
                return True
    return False


async def test_a_time_is_not_proposed_while_its_driver_books_it_elsewhere(
    holds: HoldActivities, sessions: Sessions
) -> None:
    near = make_site(site_id="near", power_w=22_000, latitude=52.53)
    ask, mine, _ = await full(holds, sessions, near)
    before = ask.slot.moved_to(ask.slot.start - timedelta(minutes=75))
    elsewhere = make_booking("busy", driver_id="mine", site_id="near", pool_id=None, slot=before)
    async with sessions.begin() as session:
        assert (await place(session, elsewhere)).held is not None
        found = asyncio.create_task(holds.hold_replacement(lost(ask, mine)))
        assert await waits_for_a_lock(sessions, found)
    assert (await found).slot == ask.slot.moved_to(ask.slot.start + timedelta(minutes=75))


async def test_while_a_question_is_open_their_own_hold_is_moved_also_to_where_the_other_one_is(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Whoever takes another slot does not wait for the answer: what they were asked about is given back."""
    ask, mine, theirs = await full(holds, sessions)
    own = await holds.place_hold(ask)
    proposed = await holds.hold_replacement(lost(ask, mine))
    assert own.terms is not None
    assert proposed.slot is not None
    wish = move(own, ask, slot=proposed.slot, terms=own.terms)
    async with sessions() as session:
        offered = await other_slots(session, replace(wish, hold_id=0), own.terms)
    assert offered[0].slot == proposed.slot
    moved = await holds.move_hold(wish)
    assert connector_of(moved) == theirs
    assert (await hold_row(sessions, proposed)).released_at is not None
    row = await hold_row(sessions, own)
    assert (Slot(row.slot_start, row.slot_end), row.released_at) == (proposed.slot, None)

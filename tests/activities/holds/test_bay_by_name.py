"""One bay by name: booked, quoted, moved and lost; what it takes from others is told, and may be barred."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from activities.holds.activities import HoldActivities
from activities.holds.grouping import group_alternatives
from activities.holds.moves_instead import other_slots
from contracts.alternatives import Alternative
from contracts.holds import HoldDecision, LockHold, PlaceHold
from db.engine import Sessions
from db.seed import BaySeed, ChargerSeed, ConnectorSeed, PoolSeed
from db.tables import Bay, Hold
from domain.errors import SlotUnavailable
from domain.place.fit import Needs
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from tests.activities.holds.group_desk import asks, group, held, placed
from tests.activities.holds.hold_desk import (
    connector_of,
    hold_row,
    move,
    refusal_of,
    replacement,
    set_status,
    start_walk_in,
)
from tests.factories import (
    NOON,
    make_booking,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    make_terms,
    plant,
)

BAYS = (BaySeed(label="Bay 1", height_cm=200), BaySeed(label="Bay 2"))


async def planted(sessions: Sessions, **policy: object) -> list[int]:
    seed = make_seed(make_site(chargers=2, zone="UTC", bays=BAYS), policy=make_policy(**policy))
    ids = await plant(sessions, seed)
    return [ids[f"NORTH-{n}", 1] for n in (1, 2)]


def at_bay(bay: str, name: str = "car", **over: object) -> PlaceHold:
    return make_booking(name, needs=Needs(bay=bay), **over)


async def instead(holds: HoldActivities, ask: PlaceHold) -> tuple[Alternative, ...]:
    return (await holds.find_alternatives(ask)).found


def named_in(decision: HoldDecision) -> tuple[str, int]:
    assert decision.terms is not None
    told = decision.terms.named_bay
    assert told is not None
    return told.bay, told.lost


async def test_a_bay_that_is_named_is_given_and_kept_while_others_make_way(
    holds: HoldActivities, sessions: Sessions
) -> None:
    first, second = await planted(sessions)
    anybody = await holds.place_hold(make_booking("anybody"))
    assert connector_of(anybody) == first
    mine = await holds.place_hold(at_bay("Bay 1"))
    assert (connector_of(mine), named_in(mine)) == (first, ("Bay 1", 0))
    again = await holds.place_hold(at_bay("Bay 1"))
    assert (connector_of(again), again.terms) == (first, mine.terms)
    elsewhere = await hold_row(sessions, anybody)
    assert elsewhere.connector_id == second


async def test_a_bay_that_is_taken_is_refused_with_another_bay_first_and_then_other_times_of_its_own(
    holds: HoldActivities, sessions: Sessions
) -> None:
    first, second = await planted(sessions)
    await holds.place_hold(at_bay("Bay 1", "before"))
    ask = at_bay("Bay 1", "late")
    refused = await holds.place_hold(ask)
    assert refusal_of(refused) == "bay_taken"
    assert refused.refusal is not None
    assert refused.refusal.asks_for_others
    offered = await instead(holds, ask)
    assert offered[0].reason is OfferReason.OTHER_BAY_HERE
    assert (offered[0].slot, offered[0].named_bay) == (ask.slot, None)
    times = [one for one in offered if one.reason is OfferReason.OTHER_TIME_HERE]
    assert times
    assert {one.named_bay.bay for one in times if one.named_bay} == {"Bay 1"}
    # Each is booked as it stands by its quote; which bay it is for, the quote knows.
    other = replace(
        ask,
        code=make_booking("other").code,
        slot=times[0].slot,
        quote=times[0].quote,
        pool_id=times[0].pool_id,
        connector_type=times[0].connector_type,
    )
    assert refusal_of(await holds.place_hold(replace(other, needs=Needs()))) == "quote_mismatch"
    booked = await holds.place_hold(other)
    assert connector_of(booked) == first
    whichever = replace(
        ask,
        code=make_booking("whichever").code,
        needs=Needs(),
        quote=offered[0].quote,
        pool_id=offered[0].pool_id,
        connector_type=offered[0].connector_type,
    )
    assert connector_of(await holds.place_hold(whichever)) == second


@pytest.mark.parametrize(
    ("needs", "code"),
    [
        (Needs(bay="Bay 9"), "bay_unknown"),
        (Needs(bay="Bay 1", height_cm=220), "bay_unfit"),
    ],
)
async def test_a_bay_that_is_not_there_or_does_not_fit_is_refused_by_a_code_of_its_own(
    holds: HoldActivities, sessions: Sessions, needs: Needs, code: str
) -> None:
    await planted(sessions)
    assert refusal_of(await holds.place_hold(make_booking("tall", needs=needs))) == code


async def test_a_site_may_bar_what_takes_too_much_from_others(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Kept apart, two of them leave no hour between them at either bay that begins on every quarter."""
    await planted(sessions, most_starts_lost=0)
    for name, bay, starts in (("a", "Bay 1", 75), ("b", "Bay 2", -75)):
        assert (await holds.place_hold(at_bay(bay, name, slot=make_slot(starts)))).held is not None
    ask = at_bay("Bay 2", "mine")
    refused = await holds.place_hold(ask)
    assert refusal_of(refused) == "bay_costs_too_much"
    offered = await instead(holds, ask)
    assert offered[0].reason is OfferReason.OTHER_BAY_HERE
    assert all(one.named_bay is None or one.named_bay.lost == 0 for one in offered)


async def test_a_reschedule_keeps_to_the_bay_that_was_named_names_another_or_leaves_it_to_us(
    holds: HoldActivities, sessions: Sessions
) -> None:
    _, second = await planted(sessions)
    ask = at_bay("Bay 1")
    mine = await holds.place_hold(ask)
    await holds.place_hold(at_bay("Bay 1", "there", slot=make_slot(240), driver_id="other"))
    wish = move(mine, ask, terms=mine.terms)
    refused = await holds.move_hold(wish)
    assert refusal_of(refused) == "bay_taken"
    assert mine.terms is not None
    async with sessions.begin() as session:
        offered = await other_slots(session, wish, mine.terms)
    assert offered[0].reason is OfferReason.OTHER_BAY_HERE
    assert offered[0].named_bay is None
    assert {one.named_bay.bay for one in offered[1:] if one.named_bay} == {"Bay 1"}
    moved = await holds.move_hold(replace(wish, bay="Bay 2"))
    assert (connector_of(moved), named_in(moved)) == (second, ("Bay 2", 0))
    assert (await holds.move_hold(replace(wish, bay="Bay 2"))).terms == moved.terms
    left = await holds.move_hold(replace(wish, slot=make_slot(300), bay="", terms=moved.terms))
    assert left.terms is not None
    assert left.terms.named_bay is None
    assert (await hold_row(sessions, left)).needs is None
    assert refusal_of(await holds.move_hold(replace(wish, slot=make_slot(360), bay="Bay 7"))) == "bay_unknown"


async def test_a_bay_that_is_called_otherwise_by_now_keeps_no_reschedule_to_its_name(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Only who names it again is told that there is none."""
    await planted(sessions)
    ask = at_bay("Bay 1")
    mine = await holds.place_hold(ask)
    assert mine.terms is not None
    async with sessions.begin() as session:
        await session.execute(update(Bay).where(Bay.label == "Bay 1").values(label="A1"))
    wish = move(mine, ask, terms=mine.terms)
    assert refusal_of(await holds.move_hold(replace(wish, bay="Bay 1"))) == "bay_unknown"
    async with sessions.begin() as session:
        offered = await other_slots(session, wish, mine.terms)
    assert {one.reason for one in offered} <= {OfferReason.SAME_TIME_HERE, OfferReason.OTHER_TIME_HERE}
    moved = await holds.move_hold(wish)
    assert moved.terms is not None
    assert moved.terms.named_bay is None
    assert (await hold_row(sessions, moved)).needs is None


async def test_a_bay_of_another_pool_is_no_place_for_a_reschedule(
    holds: HoldActivities, sessions: Sessions
) -> None:
    pools = (PoolSeed(id="north-dc", name="Fast"), PoolSeed(id="north-hpc", name="Faster", power_w=350_000))
    chargers = tuple(
        ChargerSeed(id=f"NORTH-{n}", connectors=(ConnectorSeed(pool_id=pool.id, bay=f"Bay {n}"),))
        for n, pool in enumerate(pools, 1)
    )
    site = make_site(zone="UTC")
    await plant(sessions, make_seed(replace(site, pools=pools, chargers=chargers, bays=())))
    ask = make_booking("car", pool_id="north-dc")
    mine = await holds.place_hold(ask)
    refused = await holds.move_hold(move(mine, ask, terms=mine.terms, bay="Bay 2"))
    assert refusal_of(refused) == "bay_unfit"
    assert refused.refusal is not None
    assert refused.refusal.why.written == {"bay": "Bay 2", "misfits": ["pool"]}


async def test_who_loses_the_bay_gets_another_one_and_that_one_again_when_it_is_mended(
    holds: HoldActivities, sessions: Sessions
) -> None:
    first, second = await planted(sessions)
    ask = at_bay("Bay 1")
    mine = await holds.place_hold(ask)
    assert mine.held is not None
    await set_status(sessions, first, "faulted")
    lock = LockHold(
        code=ask.code,
        hold_id=mine.held.assignment.hold_id,
        now=NOON - timedelta(minutes=15),
        terms=make_terms(),
    )
    assert (await holds.lock_hold(lock)).faulted
    lost = replacement(code=ask.code, driver_id=ask.driver_id, exclude_connectors=(first,), instead=True)
    moved = await holds.hold_replacement(lost)
    assert connector_of(moved) == second
    assert moved.held is not None
    assert moved.held.bay == "Bay 2"
    await set_status(sessions, first, "available")
    back = await holds.hold_replacement(replace(lost, step="reroute-2", exclude_connectors=(second,)))
    assert connector_of(back) == first


async def moved_off(holds: HoldActivities, sessions: Sessions) -> tuple[PlaceHold, HoldDecision, list[int]]:
    """From Bay 1, that was named, to Bay 2; Bay 1 is mended since. With the terms of the booking."""
    first, second = await planted(sessions)
    ask = at_bay("Bay 1")
    mine = await holds.place_hold(ask)
    await set_status(sessions, first, "faulted")
    lost = replacement(code=ask.code, driver_id=ask.driver_id, exclude_connectors=(first,), instead=True)
    moved = await holds.hold_replacement(lost)
    assert connector_of(moved) == second
    await set_status(sessions, first, "available")
    return ask, replace(moved, terms=mine.terms), [first, second]


async def test_who_was_moved_off_the_bay_may_ask_for_it_again_at_their_time(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ask, moved, (first, _) = await moved_off(holds, sessions)
    wish = move(moved, ask, terms=moved.terms, slot=ask.slot, bay="Bay 1")
    back = await holds.move_hold(wish)
    assert (connector_of(back), named_in(replace(back, terms=back.terms or moved.terms))) == (
        first, ("Bay 1", 0),
    )  # fmt: skip
    again = await holds.move_hold(replace(wish, terms=back.terms or moved.terms))
    assert (again.held, again.terms) == (back.held, None)


async def test_a_hold_that_was_taken_along_to_another_bay_goes_back_to_the_one_that_is_asked_for(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """It still asks for that bay, though it is not there any more."""
    first, second = await planted(sessions)
    ask = at_bay("Bay 1")
    mine = await holds.place_hold(ask)
    async with sessions.begin() as session:
        await session.execute(update(Hold).values(connector_id=second))
    back = await holds.move_hold(move(mine, ask, terms=mine.terms, slot=ask.slot, bay="Bay 1"))
    assert connector_of(back) == first


async def test_who_was_moved_off_the_bay_may_leave_it_to_us_at_their_time(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Then nothing names it any more: neither the terms, nor what a later loss goes by."""
    ask, moved, (_, second) = await moved_off(holds, sessions)
    wish = move(moved, ask, terms=moved.terms, slot=ask.slot, bay="")
    left = await holds.move_hold(wish)
    assert left.terms is not None
    assert (connector_of(left), left.terms.named_bay) == (second, None)
    assert (await holds.move_hold(replace(wish, terms=left.terms))).terms is None
    async with sessions() as session:
        assert set(await session.scalars(select(Hold.needs))) == {None}


@pytest.mark.parametrize("taken", [True, False])
async def test_who_named_a_bay_and_comes_late_gets_it_where_it_is_free_and_else_another_one(
    holds: HoldActivities, sessions: Sessions, taken: bool
) -> None:
    first, second = await planted(sessions)
    ask = at_bay("Bay 2", driver_id="mine")
    assert connector_of(await holds.place_hold(ask)) == second
    grace_ended = ask.slot.start + timedelta(minutes=15)
    async with sessions.begin() as session:
        await session.execute(update(Hold).values(released_at=grace_ended, release_reason="no_show"))
    if taken:
        await start_walk_in(sessions, second)
    now = grace_ended + timedelta(minutes=5)
    late = replacement(
        code=ask.code,
        driver_id="mine",
        step="late-1",
        as_long_as_free=True,
        now=now,
        slot=Slot(now, ask.slot.end),
    )
    found = await holds.hold_replacement(late)
    assert connector_of(found) == (first if taken else second)


async def test_a_quote_of_a_bay_is_for_that_one(holds: HoldActivities, sessions: Sessions) -> None:
    """By the offers: of another bay it is refused."""
    await planted(sessions)
    await holds.place_hold(at_bay("Bay 1", "before"))
    ask = at_bay("Bay 1", "late")
    offered = [one for one in await instead(holds, ask) if one.named_bay is not None]
    booking = replace(
        ask,
        slot=offered[0].slot,
        quote=offered[0].quote,
        pool_id=offered[0].pool_id,
        connector_type=offered[0].connector_type,
        needs=Needs(bay="Bay 2"),
    )
    assert refusal_of(await holds.place_hold(booking)) == "quote_mismatch"


async def test_a_group_gets_the_bays_that_its_members_name_or_is_offered_when_they_are_free(
    sessions: Sessions,
) -> None:
    first, second = await planted(sessions)
    crossed = tuple(
        replace(one, needs=Needs(bay=bay))
        for one, bay in zip(asks("a", "b"), ("Bay 2", "Bay 1"), strict=True)
    )
    assert await placed(sessions, await group(sessions, "g", crossed)) == {}
    assert [hold.connector_id for hold in await held(sessions)] == [second, first]
    again = tuple(replace(one, needs=Needs(bay="Bay 1" if n else "")) for n, one in enumerate(asks("c", "d")))
    refused = await group(sessions, "h", again)
    with pytest.raises(SlotUnavailable):
        await placed(sessions, refused)
    async with sessions.begin() as session:
        offered = await group_alternatives(session, refused)
    assert offered
    quoted = tuple(
        replace(one, slot=offered[0].slot, quote=quote, connector_type=plug, pool_id=None)
        for one, quote, plug in zip(again, offered[0].quotes, offered[0].plugs, strict=True)
    )
    assert await placed(sessions, await group(sessions, "i", quoted)) == {}
    assert [hold.connector_id for hold in await held(sessions)][2:] == [second, first]

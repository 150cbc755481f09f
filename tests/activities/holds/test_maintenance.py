"""Maintenance windows against bookings: nothing is promised in one, whoever was first, and it frees its berths."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from api.desk.maintenance import Conflict, MaintenanceDesk, MaintenanceOrder, Window
from api.desk.principal import Principal
from contracts.holds import LockHold
from db.engine import Sessions
from db.queries.charging.access import access_facts
from db.queries.place.availability import availability
from db.tables import Hold, InboxEvent, OutboxDelivery
from domain.charging.access import decide_access
from domain.charging.access_reasons import AccessReason
from domain.charging.maintenance import OnConflict
from domain.errors import MaintenanceOverlaps
from domain.place.planned import Fate, Target
from domain.place.slots import Slot
from tests.activities.holds.hold_desk import (
    NOW,
    connector_of,
    hold_row,
    move,
    place_at,
    refusal_of,
    replacement,
)
from tests.api.stage import publish, view_of
from tests.factories import (
    NOON,
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    plant,
)

OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))


def desk_of(sessions: Sessions) -> MaintenanceDesk:
    return MaintenanceDesk(sessions, lambda: NOW)


def order(span: Slot, **target: object) -> MaintenanceOrder:
    of = Target(**target)  # type: ignore[arg-type] # one of several members
    return MaintenanceOrder(site_id="north", target=of, starts_at=span.start, ends_at=span.end, reason="")


async def plan(sessions: Sessions, span: Slot, key: str = "k", **target: object) -> Window:
    return await desk_of(sessions).plan(OLGA, order(span, **target), key)


def fates(*windows: Window) -> dict[str, Fate]:
    return {one.code: one.fate for window in windows for one in window.conflicts}


async def test_what_can_be_packed_elsewhere_is_and_what_comes_finds_nothing_there(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2), policy=make_policy()))
    first = await holds.place_hold(make_booking("a"))
    closed = make_slot(-30, 240)
    planned = await plan(sessions, closed, charger_id="NORTH-1")
    assert connector_of(first) == ids["NORTH-1", 1]
    assert fates(planned) == {make_booking("a").code: Fate.REPACKED}
    assert (await hold_row(sessions, first)).connector_id == ids["NORTH-2", 1]
    wish = make_booking("b")
    refused = await holds.place_hold(wish)
    assert refusal_of(refused) == "under_maintenance"  # the other one is taken
    alone = make_booking("c", slot=make_slot(120))
    assert connector_of(await holds.place_hold(alone)) == ids["NORTH-2", 1]
    late = make_booking("d", slot=make_slot(210))
    assert connector_of(await holds.place_hold(late)) == ids["NORTH-1", 1]  # it is over by then


async def test_a_refusal_says_until_when_and_what_is_offered_instead_can_be_booked(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1), policy=make_policy()))
    booked = await holds.place_hold(make_booking("a", slot=make_slot(-120)))
    closed = make_slot(-15, 120)
    window = await plan(sessions, closed, bay="Bay 1")
    wish = make_booking("b")
    refused = await holds.place_hold(wish)
    assert refusal_of(refused) == "under_maintenance"
    assert refused.refusal is not None
    assert refused.refusal.why.written == {"ends_at": closed.end.isoformat()}
    assert refused.refusal.asks_for_others
    offers = (await holds.find_alternatives(wish)).found
    assert offers
    assert not any(offer.slot.overlaps(closed) for offer in offers)
    assert (await holds.place_hold(make_booking("e", slot=offers[0].slot))).held is not None
    into_it = await holds.move_hold(move(booked, make_booking("a"), slot=make_slot(30)))
    assert refusal_of(into_it) == "under_maintenance"
    longer = move(booked, make_booking("a"), slot=make_slot(-120, 110), keep_connector=True)
    assert refusal_of(await holds.move_hold(longer)) == "under_maintenance"
    assert refusal_of(await holds.hold_replacement(replacement(driver_id="driver-a"))) == "slot_unavailable"
    assert await offered(sessions, closed) == 0
    await desk_of(sessions).cancel(OLGA, "north", window.id, "")
    assert await offered(sessions, closed) == 1
    assert (await holds.place_hold(make_booking("f"))).held is not None


async def offered(sessions: Sessions, span: Slot) -> int:
    """At most, in a window of an hour within the span."""
    async with sessions() as session:
        found = await availability(
            session, site_id="north", start=span.start, end=span.end - timedelta(hours=1), now=NOW
        )
    return max(window.free for pool in found.pools for window in pool.windows)


async def test_one_that_is_locked_is_named_and_told_and_told_again_when_it_is_cancelled(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2), policy=make_policy()))
    ask = make_booking("a")
    booked = await holds.place_hold(ask)
    hold_id = (await hold_row(sessions, booked)).id
    await holds.lock_hold(LockHold(code=ask.code, hold_id=hold_id, now=NOON - timedelta(minutes=15)))
    preview = await desk_of(sessions).preview(OLGA, order(make_slot(), connector_id=ids["NORTH-1", 1]))
    assert preview == [Conflict(code=ask.code, slot=ask.slot, fate=Fate.MOVED)]
    assert await told(sessions) == []
    window = await plan(sessions, make_slot(0, 180), connector_id=ids["NORTH-1", 1])
    assert await told(sessions) == [(ask.code, "maintenance_planned")]
    assert (await hold_row(sessions, booked)).connector_id == ids["NORTH-1", 1]
    assert connector_of(await holds.place_hold(make_booking("b"))) == ids["NORTH-2", 1]
    after = make_booking("c", slot=make_slot(75))
    assert connector_of(await holds.place_hold(after)) == ids["NORTH-2", 1]  # nobody follows who stays
    for _ in range(2):
        await desk_of(sessions).cancel(OLGA, "north", window.id, "")
    assert await told(sessions) == [(ask.code, "maintenance_planned"), (ask.code, "maintenance_cancelled")]


async def told(sessions: Sessions) -> list[tuple[str, str]]:
    """Which reservation is told what, in order."""
    facts = select(OutboxDelivery.key, InboxEvent.kind).join(
        InboxEvent, InboxEvent.id == OutboxDelivery.inbox_id
    )
    async with sessions() as session:
        return [(key, kind) for key, kind in await session.execute(facts.order_by(OutboxDelivery.id))]


@pytest.mark.parametrize(
    ("state", "on_conflict", "fate"),
    [
        ("CONFIRMED", OnConflict.ASK, Fate.ASKED),
        ("AWAITING_PAYMENT", OnConflict.COMPENSATE, Fate.COMPENSATED),
        ("CHARGING", OnConflict.COMPENSATE, Fate.STAYS),
    ],
)
async def test_what_becomes_of_it_is_as_the_window_says_but_for_who_is_there(
    holds: HoldActivities, sessions: Sessions, state: str, on_conflict: OnConflict, fate: Fate
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1), policy=make_policy()))
    ask = make_booking("a")
    assert (await holds.place_hold(ask)).held is not None
    await publish(sessions, view_of(ask.code, state=state))
    wish = replace(order(make_slot(-30, 90), bay="Bay 1"), on_conflict=on_conflict)
    window = await desk_of(sessions).plan(OLGA, wish, "k")
    assert fates(window) == {ask.code: fate}
    assert len(await told(sessions)) == (fate is not Fate.STAYS)


async def test_nobody_walks_in_while_it_is_under_way(holds: HoldActivities, sessions: Sessions) -> None:
    drivers = (make_driver(driver_id="driver-a", rfid=("own",)), make_driver(driver_id="b", rfid=("other",)))
    await plant(sessions, make_seed(make_site(chargers=1), drivers=drivers, policy=make_policy()))
    await plan(sessions, make_slot(0, 120))
    assert await judged(sessions, "other", -30) == (AccessReason.WALK_IN, 0)
    assert await judged(sessions, "other", 30) == (AccessReason.UNDER_MAINTENANCE, None)
    assert await judged(sessions, "other", 120) == (AccessReason.WALK_IN, None)


async def judged(sessions: Sessions, id_tag: str, minutes: float) -> tuple[AccessReason, float | None]:
    """And until so many minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    async with sessions() as session:
        facts = await access_facts(await session.connection(), charger_id="NORTH-1", id_tag=id_tag, now=at)
    assert (facts.zone is None) == (minutes >= 120)  # who is told until when is told on the site's clock
    found = decide_access(
        facts.token, tuple(facts.connectors.values()), facts.holds, at, maintained=facts.maintained
    )
    return found.reason, None if found.until is None else (found.until - NOON).total_seconds() / 60


async def test_of_two_who_plan_for_one_place_at_once_one_is_told_of_the_other(sessions: Sessions) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2), policy=make_policy()))
    answers = await asyncio.gather(
        plan(sessions, make_slot(0, 120), "one", charger_id="NORTH-1"),
        plan(sessions, make_slot(60, 120), "two", connector_id=ids["NORTH-1", 1]),
        plan(sessions, make_slot(60, 120), "three", charger_id="NORTH-2"),
        return_exceptions=True,
    )
    refused = [one for one in answers if isinstance(one, MaintenanceOverlaps)]
    assert len(refused) == 1
    assert isinstance(answers[2], Window)


@pytest.mark.parametrize("seed", range(3))
async def test_bookings_that_race_with_planning_never_stand_in_the_window(
    sessions: Sessions, seed: int
) -> None:
    """Each by connections of its own; what was first is named by its window, what came after is elsewhere."""
    random = Random(seed)
    ids = await plant(sessions, make_seed(make_site(chargers=4), policy=make_policy()))
    closed = make_slot(0, 180)
    asks = [
        make_booking(f"{n}", slot=make_slot(random.choice(range(-90, 240, 15)), random.choice((30, 60, 90))))
        for n in range(24)
    ]
    racing = asyncio.gather(*(place_at(sessions, ask) for ask in asks))
    one, other, _ = await asyncio.gather(
        plan(sessions, closed, "one", charger_id="NORTH-1"),
        plan(sessions, closed, "two", connector_id=ids["NORTH-2", 1]),
        racing,
    )
    named = [*fates(one).items(), *fates(other).items()]
    there = select(Hold.reservation_code).where(
        Hold.connector_id.in_([ids["NORTH-1", 1], ids["NORTH-2", 1]]),
        Hold.slot_start < closed.end,
        Hold.slot_end > closed.start,
    )
    async with sessions() as session:
        standing = set(await session.scalars(there))
    # Who was packed elsewhere by one may stand in the other, which came later and names them.
    assert standing <= {code for code, fate in named if fate is not Fate.REPACKED}

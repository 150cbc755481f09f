"""Promise 1 and 6 on a real database: never twice, walk-ins never starved, refused only when truly full."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from psycopg.errors import ExclusionViolation
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from activities.contracts import HoldDecision, HoldReplacement, LockHold, MoveHold, PlaceHold, ReleaseHolds
from activities.holds import HoldActivities
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Charger, ChargingSession, Connector, Driver, Hold, Token
from domain.reservation_code import app_id_tag
from tests.factories import (
    NOON,
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    make_slot_rules,
    make_terms,
    plant,
)

NOW = NOON - timedelta(hours=3)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=20)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
def holds(sessions: Sessions) -> HoldActivities:
    return HoldActivities(sessions)


def connector_of(decision: HoldDecision) -> int:
    assert decision.held is not None, decision.refusal
    return decision.held.assignment.connector_id


def refusal_of(decision: HoldDecision) -> str:
    assert decision.refusal is not None
    assert decision.held is None
    return decision.refusal.code


async def hold_row(sessions: Sessions, decision: HoldDecision) -> Hold:
    assert decision.held is not None
    async with sessions() as session:
        return await session.get_one(Hold, decision.held.assignment.hold_id)


async def set_status(sessions: Sessions, connector_id: int, status: str) -> None:
    async with sessions.begin() as session:
        await session.execute(update(Connector).where(Connector.id == connector_id).values(status=status))


async def start_walk_in(sessions: Sessions, connector_id: int, code: str | None = None) -> None:
    async with sessions.begin() as session:
        connector = await session.get_one(Connector, connector_id)
        connector.status = "charging"
        session.add(
            ChargingSession(
                charger_id=connector.charger_id,
                connector_id=connector_id,
                transaction_id=f"t-{connector_id}",
                id_tag="WALKIN",
                reservation_code=code,
                authorised=True,
                started_at=NOW,
                meter_start_wh=0,
                meter_last_wh=0,
                meter_at=NOW,
            )
        )


# --- booking ---------------------------------------------------------------------------------------------


async def test_a_booking_carries_terms_place_and_credentials(
    holds: HoldActivities, sessions: Sessions
) -> None:
    driver = make_driver(driver_id="driver-one", rfid=("card1",), group_id="FLEET", stripe_customer="cus_1")
    await plant(sessions, make_seed(drivers=(driver,)))
    decision = await holds.place_hold(make_booking())
    assert decision.held is not None
    assert decision.terms == make_terms()
    assert (decision.site_name, decision.stripe_customer) == ("Site north", "cus_1")
    assert (decision.held.id_tag, decision.held.parent_id_tag) == ("CARD1", "FLEET")
    assert decision.held.assignment.label == "Bay 1"
    row = await hold_row(sessions, decision)
    assert (row.during.lower, row.during.upper) == (NOON, NOON + timedelta(minutes=65))
    assert row.opens_at == NOON - timedelta(minutes=10)
    async with sessions() as session:
        token = await session.get_one(Token, app_id_tag(make_booking().code))
    assert (token.kind, token.group_id, token.reservation_code) == ("app", "FLEET", make_booking().code)


@pytest.mark.parametrize("cards", [(), ("A", "B")])
async def test_without_exactly_one_card_the_app_credential_is_used(
    holds: HoldActivities, sessions: Sessions, cards: tuple[str, ...]
) -> None:
    await plant(sessions, make_seed(drivers=(make_driver(driver_id="driver-one", rfid=cards),)))
    decision = await holds.place_hold(make_booking())
    assert decision.held is not None
    assert decision.held.id_tag == app_id_tag(make_booking().code)


async def test_the_same_booking_again_meets_the_same_hold(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(policy=make_policy(open_reservations_per_driver=1)))
    answers = await asyncio.gather(*(holds.place_hold(make_booking()) for _ in range(5)))
    assert len({a.held.assignment.hold_id if a.held else None for a in answers}) == 1
    assert await holds.place_hold(make_booking()) == answers[0]


async def test_two_hundred_at_once_get_exactly_the_capacity(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    answers = await asyncio.gather(*(holds.place_hold(make_booking(f"d{n}")) for n in range(200)))
    assert sorted(connector_of(a) for a in answers if a.held) == [1, 2, 3]
    assert {refusal_of(a) for a in answers if not a.held} == {"slot_unavailable"}
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Driver)) == 3


async def test_the_walk_in_share_is_never_promised(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=3, walk_in=1)))
    answers = [await holds.place_hold(make_booking(f"d{n}")) for n in range(3)]
    assert [a.refusal is None for a in answers] == [True, True, False]
    late = await holds.place_hold(make_booking("d4", slot=make_slot(30)))
    assert refusal_of(late) == "slot_unavailable"


async def test_fragmentation_repacks_instead_of_refusing(holds: HoldActivities, sessions: Sessions) -> None:
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(sessions, make_seed(make_site(chargers=2), policy=policy))
    first = connector_of(await holds.place_hold(make_booking("a", slot=make_slot(0, 60))))
    second = connector_of(await holds.place_hold(make_booking("b", slot=make_slot(120, 60))))
    async with sessions.begin() as session:
        # Force the bad layout: the morning on one connector, the afternoon on the other.
        other = 3 - first
        if second == first:
            await session.execute(update(Hold).where(Hold.slot_start > NOON).values(connector_id=other))
    assert (await holds.place_hold(make_booking("c", slot=make_slot(0, 180)))).refusal is None
    async with sessions() as session:
        rows = (await session.scalars(select(Hold).order_by(Hold.slot_start, Hold.slot_end))).all()
    assert len({row.connector_id for row in rows if row.slot_end - row.slot_start == timedelta(hours=1)}) == 1


async def test_locked_holds_are_not_repacked(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    a = await holds.place_hold(make_booking("a", slot=make_slot(0, 60)))
    b = await holds.place_hold(make_booking("b", slot=make_slot(120, 60)))
    assert a.held is not None
    assert b.held is not None
    async with sessions.begin() as session:
        await session.execute(
            update(Hold)
            .where(Hold.id == b.held.assignment.hold_id)
            .values(connector_id=3 - connector_of(a), locked_at=NOW)
        )
        await session.execute(update(Hold).where(Hold.id == a.held.assignment.hold_id).values(locked_at=NOW))
    assert refusal_of(await holds.place_hold(make_booking("c", slot=make_slot(0, 180)))) == "slot_unavailable"


async def test_a_refusal_names_at_most_five_bookable_alternatives(
    holds: HoldActivities, sessions: Sessions
) -> None:
    near = make_site(site_id="south", latitude=52.53)
    far = make_site(site_id="munich", latitude=48.1, longitude=11.6)
    await plant(sessions, make_seed(make_site(chargers=1), near, far))
    await holds.place_hold(make_booking("a"))
    decision = await holds.place_hold(make_booking("b"))
    assert decision.refusal is not None
    found = decision.refusal.alternatives
    assert 1 <= len(found) <= 5
    assert {a.site_id for a in found} == {"north", "south"}
    assert [a.distance_m == 0 for a in found] == sorted((a.distance_m == 0 for a in found), reverse=True)
    for n, offer in enumerate(found):
        again = make_booking(f"alt{n}", site_id=offer.site_id, pool_id=offer.pool_id, slot=offer.slot)
        taken = await holds.place_hold(again)
        assert taken.refusal is None
        await holds.release_holds(ReleaseHolds(code=again.code, reason="test", now=NOW))


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"site_id": "nowhere"}, "site_unknown"),
        ({"pool_id": "nothing"}, "pool_unknown"),
        ({"pool_id": None, "connector_type": "CHADEMO"}, "pool_unknown"),
        ({"slot": make_slot(7)}, "slot_invalid"),
        ({"slot": make_slot(-24 * 60)}, "slot_in_past"),
        ({"driver_id": "blocked"}, "driver_blocked"),
    ],
)
async def test_rules_refuse_with_their_code_and_keep_nothing(
    holds: HoldActivities, sessions: Sessions, over: dict[str, Any], code: str
) -> None:
    await plant(sessions, make_seed(drivers=(make_driver(driver_id="blocked", blocked=True),)))
    assert refusal_of(await holds.place_hold(make_booking(**over))) == code
    async with sessions() as session:
        assert (await session.scalars(select(Hold))).all() == []
        assert (await session.scalars(select(Driver.id))).all() == ["blocked"]


async def test_open_reservations_are_limited_until_one_is_given_back(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(policy=make_policy(open_reservations_per_driver=2)))
    mine = [make_booking(f"m{n}", driver_id="me", slot=make_slot(n * 120)) for n in range(3)]
    assert [refusal_of(d) if d.refusal else "" for d in [await holds.place_hold(m) for m in mine]] == [
        "",
        "",
        "too_many_reservations",
    ]
    assert await holds.release_holds(ReleaseHolds(code=mine[0].code, reason="cancelled", now=NOW)) == 1
    assert (await holds.place_hold(mine[2])).refusal is None


async def test_a_slot_for_now_never_gets_a_connector_with_a_walk_in_on_it(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    await start_walk_in(sessions, ids["NORTH-1", 1])
    first = await holds.place_hold(make_booking("a", now=NOON))
    assert connector_of(first) == ids["NORTH-2", 1]
    assert refusal_of(await holds.place_hold(make_booking("b", now=NOON))) == "slot_unavailable"


async def test_a_near_slot_avoids_broken_connectors(holds: HoldActivities, sessions: Sessions) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    await set_status(sessions, ids["NORTH-1", 1], "faulted")
    soon = NOON - timedelta(minutes=30)
    assert connector_of(await holds.place_hold(make_booking("a", now=soon))) == ids["NORTH-2", 1]
    assert refusal_of(await holds.place_hold(make_booking("b", now=soon))) == "slot_unavailable"


async def test_the_constraint_refuses_what_no_code_checked(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    await holds.place_hold(make_booking("a"))
    copy = text(
        "INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start,"
        " slot_end, opens_at, watch_from, placed_at) SELECT 'X', 'book', connector_id, pool_id, driver_id,"
        " during, slot_start, slot_end, opens_at, watch_from, placed_at FROM holds"
    )
    with pytest.raises(IntegrityError) as raised:
        async with sessions.begin() as session:
            await session.execute(copy)
    assert isinstance(raised.value.orig, ExclusionViolation)


async def test_a_foreign_writer_who_holds_the_last_connector_makes_it_unavailable(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Two connections race; the other one does not lock the pool and has not committed yet."""
    await plant(sessions, make_seed(make_site(chargers=1)))
    async with sessions.begin() as session:
        await session.execute(text("INSERT INTO drivers (id, created_at) VALUES ('x', now());"))
    async with sessions() as other:
        await other.execute(
            text(
                "INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during, slot_start,"
                " slot_end, opens_at, watch_from, placed_at) VALUES ('X', 'book', 1, 'north-dc', 'x',"
                " tstzrange(:a, :b), :a, :b, :a, :a, :a)"
            ),
            {"a": NOON, "b": NOON + timedelta(hours=1)},
        )
        racing = asyncio.create_task(holds.place_hold(make_booking()))
        async with sessions() as watcher:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not await watcher.scalar(waiting):
                await watcher.rollback()
        await other.commit()
    assert refusal_of(await racing) == "slot_unavailable"


# --- release, move, extend -------------------------------------------------------------------------------


async def test_release_gives_back_once_and_spares_what_is_kept(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    second = await holds.hold_replacement(replacement())
    assert second.held is not None
    keep = ReleaseHolds(
        code=make_booking().code,
        reason="rerouted",
        now=NOW,
        keep_hold_id=second.held.assignment.hold_id,
    )
    assert [await holds.release_holds(keep), await holds.release_holds(keep)] == [1, 0]
    row = await hold_row(sessions, booked)
    assert (row.released_at, row.release_reason) == (NOW, "rerouted")
    assert (await holds.place_hold(make_booking("other"))).refusal is None
    assert refusal_of(await holds.place_hold(make_booking())) == "booking_too_late"


def move(decision: HoldDecision, booking: PlaceHold, **over: object) -> MoveHold:
    assert decision.held is not None
    values: dict[str, object] = {
        "code": booking.code,
        "hold_id": decision.held.assignment.hold_id,
        "slot": make_slot(240),
        "keep_connector": False,
        "now": NOW,
    }
    return MoveHold(**(values | over))  # type: ignore[arg-type] # values of many types


async def test_reschedule_moves_the_same_hold_and_can_be_repeated(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    booked = await holds.place_hold(make_booking())
    asked = move(booked, make_booking(), slot=make_slot(30))  # overlaps its own present window
    first = await holds.move_hold(asked)
    assert await holds.move_hold(asked) == first
    row = await hold_row(sessions, booked)
    assert (row.slot_start, row.opens_at) == (NOON + timedelta(minutes=30), NOON + timedelta(minutes=20))
    assert row.during.upper == NOON + timedelta(minutes=95)


async def test_a_refused_reschedule_changes_nothing_and_offers_alternatives(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    booked = await holds.place_hold(make_booking("a"))
    await holds.place_hold(make_booking("b", slot=make_slot(240)))
    before = await hold_row(sessions, booked)
    decision = await holds.move_hold(move(booked, make_booking("a")))
    assert refusal_of(decision) == "slot_unavailable"
    assert decision.refusal is not None
    assert decision.refusal.alternatives
    after = await hold_row(sessions, booked)
    assert (after.during, after.connector_id) == (before.during, before.connector_id)


async def test_extend_keeps_the_connector_and_pushes_soft_holds_aside(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking("a"))
    follower = await holds.place_hold(make_booking("b", slot=make_slot(75)))
    assert connector_of(follower) == connector_of(booked)  # best fit puts it behind
    longer = move(booked, make_booking("a"), slot=make_slot(0, 90), keep_connector=True)
    decision = await holds.move_hold(longer)
    assert connector_of(decision) == connector_of(booked)
    assert (await hold_row(sessions, follower)).connector_id != connector_of(booked)


async def test_extend_is_refused_when_the_next_guest_cannot_move(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=1)))
    booked = await holds.place_hold(make_booking("a"))
    await holds.place_hold(make_booking("b", slot=make_slot(75)))
    longer = move(booked, make_booking("a"), slot=make_slot(0, 90), keep_connector=True)
    decision = await holds.move_hold(longer)
    assert refusal_of(decision) == "slot_unavailable"
    assert (await hold_row(sessions, booked)).slot_end == NOON + timedelta(hours=1)


# --- lock ------------------------------------------------------------------------------------------------

LOCK_TIME = NOON - timedelta(minutes=15)


def lock(decision: HoldDecision, name: str = "one") -> LockHold:
    assert decision.held is not None
    return LockHold(code=make_booking(name).code, hold_id=decision.held.assignment.hold_id, now=LOCK_TIME)


async def test_lock_keeps_a_healthy_idle_connector(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed())
    booked = await holds.place_hold(make_booking())
    locked = await holds.lock_hold(lock(booked))
    assert (locked.held, locked.contested, locked.faulted) == (booked.held, False, False)
    assert (await hold_row(sessions, booked)).locked_at == LOCK_TIME
    assert await holds.lock_hold(replace(lock(booked), now=NOON)) == locked
    assert (await hold_row(sessions, booked)).locked_at == LOCK_TIME


@pytest.mark.parametrize("trouble", ["faulted", "unavailable", "charging"])
async def test_lock_moves_away_from_trouble(holds: HoldActivities, sessions: Sessions, trouble: str) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    await set_status(sessions, connector_of(booked), trouble)
    locked = await holds.lock_hold(lock(booked))
    assert locked.held.assignment.connector_id != connector_of(booked)
    assert (locked.contested, locked.faulted) == (False, False)


async def test_lock_swaps_with_a_soft_hold(holds: HoldActivities, sessions: Sessions) -> None:
    """B sits on the idle connector but later; A takes it and B gets what A leaves."""
    await plant(sessions, make_seed(make_site(chargers=2)))
    a = await holds.place_hold(make_booking("a", slot=make_slot(0, 60)))
    b = await holds.place_hold(make_booking("b", slot=make_slot(30, 60)))
    await start_walk_in(sessions, connector_of(a))
    locked = await holds.lock_hold(lock(a, "a"))
    assert locked.held.assignment.connector_id == connector_of(b)
    assert not locked.contested
    assert (await hold_row(sessions, b)).connector_id == connector_of(a)


async def test_lock_is_contested_when_every_connector_is_taken(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    for connector in ids.values():
        await start_walk_in(sessions, connector)
    locked = await holds.lock_hold(lock(booked))
    assert (locked.held, locked.contested, locked.faulted) == (booked.held, True, False)


async def test_lock_is_not_contested_by_the_drivers_own_session(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    booked = await holds.place_hold(make_booking())
    await start_walk_in(sessions, connector_of(booked), make_booking().code)
    locked = await holds.lock_hold(lock(booked))
    assert (locked.held, locked.contested) == (booked.held, False)


async def test_lock_reports_a_fault_when_nothing_works(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    async with sessions.begin() as session:
        await session.execute(update(Connector).values(status="faulted"))
        await session.execute(update(Charger).values(gateway_instance=None))
    locked = await holds.lock_hold(lock(booked))
    assert (locked.held, locked.faulted, locked.contested) == (booked.held, True, False)


# --- replacement -----------------------------------------------------------------------------------------


def replacement(**over: object) -> HoldReplacement:
    values: dict[str, object] = {
        "code": make_booking().code,
        "step": "reroute-1",
        "driver_id": make_booking().driver_id,
        "slot": make_slot(),
        "power_w": 150_000,
        "site_id": "north",
        "exclude_connectors": (),
        "prefer_connector_id": None,
        "terms": make_terms(),
        "now": NOON,
    }
    return HoldReplacement(**(values | over))  # type: ignore[arg-type] # values of many types


async def test_a_replacement_is_a_second_locked_hold_and_repeatable(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2, walk_in=1)))
    booked = await holds.place_hold(make_booking())
    ask = replacement(exclude_connectors=(connector_of(booked),), now=NOON + timedelta(minutes=10))
    second = await holds.hold_replacement(ask)
    assert connector_of(second) != connector_of(booked)  # the walk-in share does not apply
    assert await holds.hold_replacement(ask) == second
    row = await hold_row(sessions, second)
    assert (row.during.lower, row.during.upper) == (ask.now, NOON + timedelta(minutes=65))
    assert row.locked_at == ask.now
    assert (await hold_row(sessions, booked)).released_at is None


async def test_a_replacement_goes_nearby_only_when_the_site_has_nothing(
    holds: HoldActivities, sessions: Sessions
) -> None:
    weak = make_site(site_id="weak", power_w=22_000, latitude=52.521)
    other_plug = make_site(site_id="plug", connector_type="CHADEMO", latitude=52.522)
    near = make_site(site_id="near", latitude=52.55)
    nearer = make_site(site_id="nearer", latitude=52.53)
    ids = await plant(sessions, make_seed(make_site(chargers=1), weak, other_plug, near, nearer))
    booked = await holds.place_hold(make_booking())
    second = await holds.hold_replacement(replacement(exclude_connectors=(connector_of(booked),)))
    assert second.held is not None
    assert second.held.assignment.site_id == "nearer"
    assert second.site_name == "Site nearer"
    everything = tuple(ids.values())
    nothing = await holds.hold_replacement(replacement(step="reroute-2", exclude_connectors=everything))
    assert refusal_of(nothing) == "slot_unavailable"


async def test_a_late_driver_gets_the_old_connector_back_when_it_is_free(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    booked = await holds.place_hold(make_booking())
    await holds.release_holds(ReleaseHolds(code=make_booking().code, reason="no_show", now=NOON))
    again = await holds.hold_replacement(replacement(step="late-1", prefer_connector_id=connector_of(booked)))
    assert connector_of(again) == connector_of(booked)


async def test_an_operator_names_the_connector(holds: HoldActivities, sessions: Sessions) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=3)))
    await holds.place_hold(make_booking())
    named = replacement(only_connector_id=ids["NORTH-3", 1], exclude_connectors=(ids["NORTH-1", 1],))
    assert connector_of(await holds.hold_replacement(named)) == ids["NORTH-3", 1]
    await set_status(sessions, ids["NORTH-2", 1], "faulted")
    broken = replacement(step="reroute-2", only_connector_id=ids["NORTH-2", 1])
    assert refusal_of(await holds.hold_replacement(broken)) == "slot_unavailable"

"""Bookings on a real database: never twice, walk-ins never starved, refused only when truly full."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from temporalio.exceptions import ApplicationError

from activities.holds.activities import HoldActivities
from contracts.holds import HoldDecision, ReleaseHolds
from db.documents import tariff_to_document
from db.engine import Sessions, create_engine, create_sessions
from db.tables import Driver, Hold, TariffVersion, Token
from domain.money.amount import Money
from domain.place.berth_rates import UNSEEN
from domain.place.certainty import certainty
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import (
    NOW,
    connector_of,
    hold_row,
    place_at,
    refusal_of,
    refused_with,
    set_status,
    start_walk_in,
)
from tests.factories import (
    NOON,
    make_booking,
    make_driver,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    make_slot_rules,
    make_tariff,
    make_terms,
    plant,
)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    # 200 bookings queue for one pool: on a busy machine that outlasts the patience a single booking has.
    patience = timedelta(seconds=60)
    engine = create_engine(database_url, pool_size=20, statement_timeout=patience, lock_timeout=patience)
    yield create_sessions(engine)
    await engine.dispose()


async def test_a_booking_carries_terms_place_and_credentials(
    holds: HoldActivities, sessions: Sessions
) -> None:
    driver = make_driver(driver_id="driver-one", rfid=("card1",), group_id="FLEET", stripe_customer="cus_1")
    await plant(sessions, make_seed(drivers=(driver,)))
    decision = await holds.place_hold(make_booking())
    assert decision.held is not None
    assert decision.terms == make_terms(certainty=certainty(UNSEEN))
    assert (decision.site_name, decision.stripe_customer) == ("Site north", "cus_1")
    assert (decision.held.id_tag, decision.held.parent_id_tag) == ("CARD1", "FLEET")
    assert decision.held.assignment.label == "Bay 1"
    row = await hold_row(sessions, decision)
    assert (row.during.lower, row.during.upper) == (NOON, NOON + timedelta(minutes=65))
    assert row.opens_at == NOON - timedelta(minutes=10)
    async with sessions() as session:
        token = await session.get_one(Token, decision.held.app_tag)
    assert (token.kind, token.group_id, token.reservation_code) == ("app", "FLEET", make_booking().code)
    assert decision.held.token_kind == "rfid"


@pytest.mark.parametrize("cards", [(), ("A", "B")])
async def test_without_exactly_one_card_the_app_credential_is_used(
    holds: HoldActivities, sessions: Sessions, cards: tuple[str, ...]
) -> None:
    await plant(sessions, make_seed(drivers=(make_driver(driver_id="driver-one", rfid=cards),)))
    decision = await holds.place_hold(make_booking())
    assert decision.held is not None
    assert (decision.held.id_tag, decision.held.token_kind) == (decision.held.app_tag, "app")


async def test_the_credential_is_not_known_from_the_code_and_stays_the_same(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    booking = make_booking()
    answers = [await holds.place_hold(booking) for _ in range(2)]
    (tag,) = {answer.held.app_tag for answer in answers if answer.held is not None}
    assert len(tag) == 20  # OCPP 1.6 CiString20
    assert booking.code.replace("-", "") not in tag
    other = await holds.place_hold(make_booking("two"))
    assert other.held is not None
    assert other.held.app_tag != tag


async def test_the_same_booking_again_meets_the_same_hold(holds: HoldActivities, sessions: Sessions) -> None:
    await plant(sessions, make_seed(policy=make_policy(open_reservations_per_driver=1)))
    at_once = await asyncio.gather(
        *(holds.place_hold(make_booking()) for _ in range(5)), return_exceptions=True
    )
    answers = [answer for answer in at_once if isinstance(answer, HoldDecision)]
    assert {error.type for error in at_once if isinstance(error, ApplicationError)} <= {"superseded"}
    assert len(answers) + sum(isinstance(error, ApplicationError) for error in at_once) == 5
    assert len({a.held.assignment.hold_id if a.held else None for a in answers}) == 1
    assert await holds.place_hold(make_booking()) == answers[0]


async def test_two_hundred_at_once_get_exactly_the_capacity(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    answers = await asyncio.gather(*(place_at(sessions, make_booking(f"d{n}")) for n in range(200)))
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
    near = make_site(site_id="south", latitude=52.53, address="South Street 1")
    far = make_site(site_id="munich", latitude=48.1, longitude=11.6)
    await plant(sessions, make_seed(make_site(chargers=1), near, far))
    await holds.place_hold(make_booking("a"))
    found = await refused_with(holds, make_booking("b"))
    assert 1 <= len(found) <= 5
    assert {(a.site_id, a.site_address) for a in found} == {("north", ""), ("south", "South Street 1")}
    off = [(abs(a.slot.start - make_slot().start), a.slot.start, a.distance_m) for a in found]
    assert off == sorted(off)
    for n, offer in enumerate(found):
        again = make_booking(f"alt{n}", site_id=offer.site_id, pool_id=offer.pool_id, slot=offer.slot)
        taken = await holds.place_hold(again)
        assert taken.refusal is None
        await holds.release_holds(ReleaseHolds(code=again.code, reason=ReleaseReason.CANCELLED, now=NOW))


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
    refused = await holds.place_hold(make_booking(**over))
    assert refusal_of(refused) == code
    zone = None if refused.terms is None else refused.terms.site_zone
    there = ("Site north", "Europe/Berlin")
    assert (refused.site_name, zone) == (("", None) if code == "site_unknown" else there)
    async with sessions() as session:
        assert (await session.scalars(select(Hold))).all() == []
        assert (await session.scalars(select(Driver.id))).all() == ["blocked"]


async def test_a_site_whose_terms_contradict_each_other_refuses_by_its_name(
    holds: HoldActivities, sessions: Sessions
) -> None:
    prices = {name: Money(1, "CHF") for name in ("energy_per_kwh", "time_per_minute", "session_fee")}
    await plant(sessions, make_seed())
    async with sessions.begin() as session:  # a seed would refuse it
        document = tariff_to_document(make_tariff(currency="CHF", **prices))
        session.add(TariffVersion(site_id="north", version=1, valid_from=NOW, document=document))
    refused = await holds.place_hold(make_booking())
    assert refusal_of(refused) == "currency_mismatch"
    assert (refused.site_name, refused.terms) == ("Site north", None)


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
    assert (
        await holds.release_holds(ReleaseHolds(code=mine[0].code, reason=ReleaseReason.CANCELLED, now=NOW))
        == 1
    )
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


async def test_a_far_slot_goes_to_a_healthy_connector_first(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    await set_status(sessions, ids["NORTH-1", 1], "faulted")
    assert connector_of(await holds.place_hold(make_booking("a"))) == ids["NORTH-2", 1]
    assert connector_of(await holds.place_hold(make_booking("b"))) == ids["NORTH-1", 1]

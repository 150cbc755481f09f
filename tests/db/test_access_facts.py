"""What the access gate reads: many questions in one query, each as things stood when its token was shown."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.holds.activities import HoldActivities
from contracts.holds import HeldConnector, ReleaseHolds
from db.engine import create_engine, create_sessions
from db.queries.cards import lay_card
from db.queries.charging import access
from db.queries.charging.access import AccessFacts, Question, access_facts, facts_of_all
from db.queries.charging.cards_at import Holder, holder_at
from db.tables import ChargingSession, Hold, Token
from domain.charging.access import CLOCK_ERROR, decide_access
from domain.charging.access_facts import HoldOnConnector
from domain.charging.access_reasons import AccessReason
from domain.charging.stopping import BegunBy
from domain.reservation.release import ReleaseReason
from ocpp_gateway.duties.access_gate import judge_start
from tests.factories import NOON, make_booking, make_driver, make_seed, make_site, plant

OWN, MATE, OTHER = "0A", "0B", "0C"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Two chargers; `driver-one` and a colleague of the group G; somebody else."""
    engine = create_engine(database_url, pool_size=2)
    drivers = (
        make_driver(driver_id="driver-one", rfid=(OWN,), group_id="G"),
        make_driver(driver_id="colleague", rfid=(MATE,), group_id="G"),
        make_driver(driver_id="driver-two", rfid=(OTHER,)),
    )
    await plant(create_sessions(engine), make_seed(make_site(chargers=2), drivers=drivers))
    yield engine
    await engine.dispose()


@pytest.fixture
async def held(engine: AsyncEngine) -> HeldConnector:
    """`driver-one` has 12:00 to 13:00, booked at nine."""
    booked = await HoldActivities(create_sessions(engine)).place_hold(make_booking())
    assert booked.held is not None
    return booked.held


async def release(engine: AsyncEngine, minutes: float, reason: ReleaseReason) -> None:
    holds = HoldActivities(create_sessions(engine))
    await holds.release_holds(ReleaseHolds(code=make_booking().code, reason=reason, now=at(minutes)))


async def facts(engine: AsyncEngine, charger: str, tag: str, minutes: float) -> AccessFacts:
    async with engine.connect() as connection:
        return await access_facts(connection, charger_id=charger, id_tag=tag, now=at(minutes))


async def reason(engine: AsyncEngine, charger: str, tag: str, minutes: float) -> AccessReason:
    found = await facts(engine, charger, tag, minutes)
    return decide_access(found.token, tuple(found.connectors.values()), found.holds, at(minutes)).reason


async def test_many_questions_are_answered_like_each_alone(engine: AsyncEngine, held: HeldConnector) -> None:
    asked = [
        Question(charger_id=charger, id_tag=tag, at=at(minutes))
        for minutes in (-60, 0, 30, 90)
        for charger in ("NORTH-1", "NORTH-2", "NOWHERE")
        for tag in (OWN, MATE.lower(), OTHER, held.app_tag, "NOBODY")
    ]
    async with engine.connect() as connection:
        together = await facts_of_all(connection, asked)
        alone = [
            await access_facts(connection, charger_id=one.charger_id, id_tag=one.id_tag, now=one.at)
            for one in asked
        ]
        assert await facts_of_all(connection, []) == []
    assert together == alone
    assert {len(found.connectors) for found in together} == {0, 1}


@pytest.mark.parametrize(
    "why",
    [ReleaseReason.NO_SHOW, ReleaseReason.CANCELLED, ReleaseReason.PAYMENT_UNANSWERED, "rerouted"],
)
async def test_a_start_told_late_finds_the_hold_that_was_given_up_meanwhile(
    engine: AsyncEngine, held: HeldConnector, why: ReleaseReason
) -> None:
    charger = held.assignment.charger_id
    await release(engine, 15, why)
    assert await reason(engine, charger, OWN, 5) is AccessReason.LATE_ARRIVAL
    assert await reason(engine, charger, MATE, 5) is AccessReason.LATE_ARRIVAL
    assert await reason(engine, charger, OTHER, 5) is AccessReason.WALK_IN
    later = await reason(engine, charger, OWN, 20)
    assert later is (AccessReason.LATE_ARRIVAL if why == ReleaseReason.NO_SHOW else AccessReason.WALK_IN)


async def test_a_hold_placed_after_a_start_did_not_bind_it(engine: AsyncEngine, held: HeldConnector) -> None:
    charger = held.assignment.charger_id
    async with engine.begin() as connection:
        await connection.execute(update(Hold).values(placed_at=at(20)))
    assert await reason(engine, charger, OTHER, 10) is AccessReason.WALK_IN
    assert await reason(engine, charger, OTHER, 19) is AccessReason.RESERVED_FOR_ANOTHER  # clocks differ
    assert await reason(engine, charger, OTHER, 25) is AccessReason.RESERVED_FOR_ANOTHER


async def test_who_charges_is_brought_along_with_their_group(
    engine: AsyncEngine, held: HeldConnector
) -> None:
    session = {
        "charger_id": held.assignment.charger_id,
        "connector_id": held.assignment.connector_id,
        "meter_start_wh": 0,
        "meter_last_wh": 0,
        "meter_at": NOON,
        "started_at": NOON,
        "driver_id": "driver-one",
        "id_tag": OWN,
    }
    async with engine.begin() as connection:
        table = ChargingSession.__table__
        for name, authorised, ended in (("runs", True, None), ("over", True, NOON), ("refused", False, None)):
            row = session | {"transaction_id": name, "authorised": authorised, "ended_at": ended}
            await connection.execute(table.insert().values(row))  # type: ignore[attr-defined]  # a Table
    (running,) = (await facts(engine, held.assignment.charger_id, OTHER, 5)).running
    assert running.begun_by == BegunBy(id_tag=OWN, driver_id="driver-one", group_id="G")
    assert running.connector_id == held.assignment.connector_id


@dataclass(frozen=True, slots=True)
class PlantedHold:
    hold: HoldOnConnector
    placed_at: datetime
    released_at: datetime | None
    reason: str | None

    def as_of(self, moment: datetime) -> HoldOnConnector | None:
        """The hold as it counts for a token shown at `moment`."""
        released = self.released_at
        if self.placed_at > moment + CLOCK_ERROR:
            return None
        if released is not None and released <= moment and self.reason != ReleaseReason.NO_SHOW:
            return None
        return replace(self.hold, given_up=released is not None)


def random_plan(random: Random, connector_id: int) -> list[PlantedHold]:
    """Slots one after the other or days apart, some given up, some placed or given up in the middle of things."""
    minute, plan = -120, []
    for number in range(12):
        length = random.randrange(5, 60)
        hold = HoldOnConnector(
            reservation_code=f"CODE-{number}",
            connector_id=connector_id,
            driver_id=random.choice(["driver-one", "colleague", "driver-two"]),
            group_id=random.choice([None, "G"]),
            opens_at=at(minute - random.choice([0, 10, 25])),
            start=at(minute),
            end=at(minute + length),
            walk_in_warning=timedelta(minutes=random.choice([0, 15])),
        )
        released = random.choice([None, None, at(minute - 20), at(minute + 15)])
        why = None if released is None else random.choice([ReleaseReason.NO_SHOW, ReleaseReason.CANCELLED])
        plan.append(PlantedHold(hold, at(minute - random.choice([5, 60, 600, 6000])), released, why))
        minute += length + random.choice([0, 5, 40, 40, 2000])
    return plan


@pytest.mark.parametrize("seed", range(6))
async def test_the_few_holds_it_brings_decide_like_all_of_them(engine: AsyncEngine, seed: int) -> None:
    random = Random(seed)
    connector_id = (await facts(engine, "NORTH-1", OWN, 0)).connectors[1]
    plan = random_plan(random, connector_id)
    async with engine.begin() as connection:
        await connection.execute(insert(Hold), [row_of(planted) for planted in plan])
        for number in (3, 5, 7):
            token = {"value": f"APP{number}", "kind": "app", "reservation_code": f"CODE-{number}"}
            await connection.execute(insert(Token).values(driver_id=plan[number].hold.driver_id, **token))
    asked = [
        Question(charger_id="NORTH-1", id_tag=tag, at=at(random.uniform(-150, random.choice([500, 5000]))))
        for tag in (OWN, MATE, OTHER, "APP3", "APP5", "APP7")
        for _ in range(60)
    ]
    async with engine.connect() as connection:
        found = await facts_of_all(connection, asked)
    for one, brought in zip(asked, found, strict=True):
        everything = tuple(hold for planted in plan if (hold := planted.as_of(one.at)) is not None)
        expected = decide_access(brought.token, (connector_id,), everything, one.at)
        assert decide_access(brought.token, (connector_id,), brought.holds, one.at) == expected
        judged = judge_start(replace(brought, holds=everything), connector_id, one.at)
        assert set(judge_start(brought, connector_id, one.at).holders) == set(judged.holders)


def row_of(planted: PlantedHold) -> dict[str, object]:
    hold = planted.hold
    return {
        "reservation_code": hold.reservation_code,
        "step": "book",
        "connector_id": hold.connector_id,
        "pool_id": "north-dc",
        "driver_id": hold.driver_id,
        "group_id": hold.group_id,
        "during": Range(hold.start, hold.end),
        "slot_start": hold.start,
        "slot_end": hold.end,
        "opens_at": hold.opens_at,
        "watch_from": hold.opens_at,
        "walk_in_warning_seconds": hold.walk_in_warning.total_seconds(),
        "placed_at": planted.placed_at,
        "released_at": planted.released_at,
        "release_reason": planted.reason,
    }


async def test_a_strangers_start_on_the_other_plug_of_a_held_bay_is_refused_as_on_the_held_one(
    engine: AsyncEngine,
) -> None:
    """The driver may use either: the plug is a wish, the bay is the promise."""
    site = make_site(site_id="twin", chargers=1, connectors_each=2)
    (charger,) = site.chargers
    site = replace(site, chargers=(replace(charger, one_at_a_time=((1, 2),)),))
    await plant(create_sessions(engine), make_seed(site))
    twin = make_booking("one", site_id="twin", pool_id="twin-dc")
    booked = await HoldActivities(create_sessions(engine)).place_hold(twin)
    assert booked.held is not None
    for tag, allowed, why in (
        (OTHER, False, AccessReason.RESERVED_FOR_ANOTHER),
        (OWN, True, AccessReason.RESERVATION),
    ):
        found = await facts(engine, "TWIN-1", tag, 0)
        for connector_id in found.connectors.values():
            judged = judge_start(found, connector_id, at(0))
            assert (judged.allowed, judged.decision.reason) == (allowed, why)
    gone = await facts(engine, "TWIN-1", OTHER, 61)
    assert judge_start(gone, gone.connectors[2], at(61)).decision.reason is AccessReason.WALK_IN


async def test_a_start_told_late_is_of_whose_card_it_was_then(
    engine: AsyncEngine, held: HeldConnector
) -> None:
    """Handed on twice: each has begun what was begun while it was theirs, with the group and the end of then."""
    async with create_sessions(engine).begin() as session:
        await lay_card(session, OWN, "driver-two", {"expires_at": at(30)}, at(10), former="driver-one")
        await lay_card(session, OWN, "colleague", {"group_id": "G"}, at(40), former="driver-two")
    number = held.assignment.connector_number
    then = [await facts(engine, "NORTH-1", OWN, minute) for minute in (5, 10, 39, 40)]
    told = [(one.token.driver_id, one.token.group_id, one.token.expires_at) for one in then]
    assert told == [
        ("driver-one", "G", None),
        ("driver-two", None, at(30)),
        ("driver-two", None, at(30)),
        ("colleague", "G", None),
    ]
    judged = [
        judge_start(one, one.connectors[number], at(minute)).decision.reason
        for one, minute in zip(then, (5, 10, 39, 40), strict=True)
    ]
    assert judged == [
        AccessReason.RESERVATION,
        AccessReason.RESERVED_FOR_ANOTHER,
        AccessReason.TOKEN_EXPIRED,
        AccessReason.RESERVATION,
    ]
    async with engine.connect() as connection:
        holders = [await holder_at(connection, OWN, at(minute)) for minute in (9, 11)]
        assert [one.driver_id for one in holders] == ["driver-one", "driver-two"]
        assert await holder_at(connection, "NOBODYS", at(9)) == Holder()


async def test_the_query_reads_no_history(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO holds (reservation_code, step, connector_id, pool_id, driver_id, during,"
                " slot_start, slot_end, opens_at, watch_from, placed_at, released_at, release_reason)"
                " SELECT 'R' || c.id || '-' || n, 'book', c.id, 'north-dc', 'driver-one',"
                " tstzrange(s, s + interval '30 min'), s, s + interval '30 min', s, s, s, s, 'no_show'"
                " FROM connectors c, generate_series(1, 3000) n,"
                " LATERAL (SELECT timestamptz '2030-06-03 12:00Z' - n * interval '1 hour' AS s) t"
            )
        )
        await connection.execute(text("ANALYZE"))
        asked = [Question(charger_id="NORTH-1", id_tag=OWN, at=NOON)]
        plan = await connection.scalars(text(f"EXPLAIN {access.FACTS.text}"), access.parameters(asked))
    lines = "\n".join(plan.all())
    assert "card_at" not in lines  # no call for each question: a part of the plan
    assert "ix_holds_given_up_by_berth" in lines
    assert "Index Cond: ((berth_id = c.berth_id) AND (slot_end > ask.at))" in lines

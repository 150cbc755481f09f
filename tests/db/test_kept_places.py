"""What the gate learns of a site's access rules: in its one query, as they stood when the card was shown."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from db.documents import access_rules_to_document
from db.engine import create_engine, create_sessions
from db.queries.charging.access import AccessFacts, Question, facts_of_all
from db.tables import AccessRulesVersion, DriverGroup, GroupMember
from domain.charging.access_facts import KeptPlace
from domain.terms.access_rules import AccessLine, AccessRules, Who
from domain.terms.price_rules import WeeklySpan
from tests.factories import NOON, make_driver, make_seed, make_site, plant

TAXI, MAIL, PRIVATE = "0A", "0B", "0C"
FROM_NOON = (WeeklySpan(start=time(12), end=time(14)),)
STAND = (
    AccessLine(name="Taxis", who=Who.GROUP, names=("taxis",), weekly=FROM_NOON, bays=("Bay 1",), allow=True),
    AccessLine(name="Mail", who=Who.FLEET, names=("mail",), weekly=FROM_NOON, bays=("Bay 1",), allow=True),
    AccessLine(name="Stand", who=Who.PUBLIC, weekly=FROM_NOON, bays=("Bay 1",), allow=False),
)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The stand is written an hour before noon, for everybody's eyes from half past eleven on; none at another site."""
    engine = create_engine(database_url, pool_size=1)
    drivers = (
        make_driver(driver_id="taxi", rfid=(TAXI,)),
        make_driver(driver_id="postman", rfid=(MAIL,), fleet_id="mail"),
        make_driver(driver_id="anna", rfid=(PRIVATE,)),
    )
    sites = (make_site(chargers=2, zone="UTC"), make_site(site_id="south", chargers=1, zone="UTC"))
    sessions = create_sessions(engine)
    await plant(sessions, make_seed(*sites, drivers=drivers))
    async with sessions.begin() as session:
        session.add(DriverGroup(id="taxis", name="Taxis", made_at=NOON))
        await session.flush()
        session.add(
            GroupMember(group_id="taxis", driver_id="taxi", since=at(-600), until=at(90), joined_by="olga")
        )
    await write(engine, 1, at(-30), AccessRules(lines=STAND))
    yield engine
    await engine.dispose()


async def write(engine: AsyncEngine, version: int, since: datetime, rules: AccessRules | None) -> None:
    document = None if rules is None else access_rules_to_document(rules)
    async with create_sessions(engine).begin() as session:
        session.add(AccessRulesVersion(site_id="north", version=version, valid_from=since, document=document))


async def asked(engine: AsyncEngine, *questions: tuple[str, str, float]) -> list[AccessFacts]:
    async with engine.connect() as connection:
        return await facts_of_all(
            connection,
            [Question(charger_id=charger, id_tag=tag, at=at(minutes)) for charger, tag, minutes in questions],
        )


def places(facts: AccessFacts) -> list[KeptPlace]:
    return list(facts.kept.values())


async def test_each_card_is_told_from_when_on_the_stand_is_kept_from_it(engine: AsyncEngine) -> None:
    private, taxi, mail, unknown, neighbour, elsewhere = await asked(
        engine,
        ("NORTH-1", PRIVATE, -10),
        ("NORTH-1", TAXI, -10),
        ("NORTH-1", MAIL, -10),
        ("NORTH-1", "NOBODY", 10),
        ("NORTH-2", PRIVATE, 10),
        ("SOUTH-1", PRIVATE, 10),
    )
    assert places(private) == [KeptPlace(since=at(0), by="Stand")]
    assert private.zone == "UTC"
    assert places(taxi) == places(mail) == places(neighbour) == places(elsewhere) == []
    assert places(unknown) == [KeptPlace(since=at(10), by="Stand")]
    assert elsewhere.zone is None


async def test_rules_and_groups_count_as_they_were_when_the_card_was_shown(engine: AsyncEngine) -> None:
    await write(engine, 2, at(60), None)
    before, under, left, lifted = await asked(
        engine,
        ("NORTH-1", PRIVATE, -40),
        ("NORTH-1", PRIVATE, 30),
        ("NORTH-1", TAXI, 59),
        ("NORTH-1", PRIVATE, 61),
    )
    assert places(before) == places(left) == places(lifted) == []
    assert places(under) == [KeptPlace(since=at(30), by="Stand")]
    await write(engine, 3, at(62), AccessRules(lines=STAND))
    still, gone = await asked(engine, ("NORTH-1", TAXI, 89), ("NORTH-1", TAXI, 91))
    assert places(still) == []
    assert places(gone) == [KeptPlace(since=at(91), by="Stand")]


async def test_it_is_one_statement_and_a_version_is_read_once(engine: AsyncEngine) -> None:
    told: list[list[object]] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _count(*args: object) -> None:
        told.append([args[3]])

    for minutes in (5, 6):
        (facts,) = await asked(engine, ("NORTH-1", PRIVATE, minutes))
        assert places(facts) == [KeptPlace(since=at(minutes), by="Stand")]
    assert len(told) == 2
    knew = [parameters["known"] for (parameters,) in told if isinstance(parameters, dict)]
    assert knew[0] == "{}"
    assert knew[1] != "{}"

"""The same seed twice changes nothing; what changed is taken over, policies as new versions."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from db.engine import Sessions, create_engine, create_sessions
from db.queries.cards import lay_card, lay_driver
from db.queries.place.site_plans import plan_of
from db.queries.place.terms import walk_in_tariff_at
from db.seed import DriverSeed, SeedInvalid, Sown, seed
from db.tables import Bay, Charger, Connector, Driver, PolicyVersion, Pool, Site, TariffVersion, Token
from domain.money.amount import Money
from domain.place.site_plan import PlacedBay, SitePlan
from domain.terms.tariff import Tariff
from tests.factories import (
    CHEAP_HASHER,
    NOON,
    PASSWORD,
    make_driver,
    make_overstay,
    make_policy,
    make_seed,
    make_site,
    make_tariff,
)

TABLES = (Site, Pool, Charger, Connector, Bay, PolicyVersion, TariffVersion, Token)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


async def counts(sessions: Sessions) -> list[int]:
    async with sessions() as session:
        return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


async def test_a_seed_may_be_sown_again(sessions: Sessions) -> None:
    plan = make_seed(make_site(connectors_each=2), drivers=(make_driver(rfid=("abc",)),))
    for _ in range(2):
        async with sessions.begin() as session:
            await seed(session, plan, now=NOON, hasher=CHEAP_HASHER)
        assert await counts(sessions) == [1, 1, 2, 4, 4, 1, 1, 1]
    async with sessions() as session:
        charger = await session.get_one(Charger, "NORTH-1")
        assert CHEAP_HASHER.verify(charger.password_hash or "", PASSWORD)
        assert await session.get(Token, "ABC") is not None


async def test_a_changed_policy_is_a_new_version(sessions: Sessions) -> None:
    for version, limit in enumerate((3, 4, 4), start=1):
        async with sessions.begin() as session:
            plan = make_seed(policy=make_policy(open_reservations_per_driver=limit))
            await seed(session, plan, now=NOON, hasher=CHEAP_HASHER)
        async with sessions() as session:
            newest = await session.scalar(select(func.max(PolicyVersion.version)))
        assert newest == min(version, 2)


async def test_sowing_again_gives_no_lost_card_back(sessions: Sessions) -> None:
    plan = make_seed(drivers=(make_driver(rfid=("abc",)),))
    async with sessions.begin() as session:
        await seed(session, plan, now=NOON, hasher=CHEAP_HASHER)
        (await session.get_one(Token, "ABC")).blocked = True
    async with sessions.begin() as session:
        await seed(session, plan, now=NOON, hasher=CHEAP_HASHER)
        assert (await session.get_one(Token, "ABC")).blocked


async def sow(sessions: Sessions, *drivers: DriverSeed) -> Sown:
    async with sessions.begin() as session:
        return await seed(session, make_seed(drivers=drivers), now=NOON, hasher=CHEAP_HASHER)


async def stands(sessions: Sessions) -> tuple[str, str | None, str | None, bool]:
    """Whose the card is, its group; the fleet of `ana`, and whether she is barred."""
    async with sessions() as session:
        card, driver = await session.get_one(Token, "ABC"), await session.get_one(Driver, "ana")
        return card.driver_id, card.group_id, driver.fleet_id, driver.blocked


ANA = make_driver(driver_id="ana", rfid=("abc",), group_id="G", fleet_id="vans", blocked=False)
BEN = make_driver(driver_id="ben")
MOVED = ("ben", None, None, True)


async def handed_on(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await lay_driver(session, "ben", {}, NOON)
        await lay_card(session, "ABC", "ben", {"group_id": None}, NOON, former="ana")
        await lay_driver(session, "ana", {"fleet_id": None, "blocked": True}, NOON)


async def test_a_card_that_was_moved_stays_there_until_the_file_gives_it_to_somebody_else(
    sessions: Sessions,
) -> None:
    """So does each thing else that was written of cards and drivers since, until the file says another of it."""
    assert (await sow(sessions, ANA)).added["drivers"] == 1
    await handed_on(sessions)
    again = await sow(sessions, ANA)
    assert (await stands(sessions), +again.changed) == (MOVED, {})
    await sow(sessions, replace(ANA, stripe_customer="cus_1", group_id="H"))
    assert await stands(sessions) == MOVED
    async with sessions() as session:
        assert (await session.get_one(Driver, "ana")).stripe_customer == "cus_1"
    await sow(sessions, replace(ANA, fleet_id="vans-2"))
    assert await stands(sessions) == ("ben", None, "vans-2", True)
    await sow(sessions, replace(ANA, rfid=()), replace(BEN, rfid=("abc",), group_id="J"))
    assert await stands(sessions) == ("ben", "J", "vans", True)
    await sow(sessions, ANA, BEN)
    assert await stands(sessions) == ("ana", "G", "vans", True)


async def test_of_what_was_sown_before_anybody_noted_it_nothing_is_taken_back(sessions: Sessions) -> None:
    await sow(sessions, ANA)
    await handed_on(sessions)
    async with sessions.begin() as session:
        for table in (Driver, Token):
            await session.execute(update(table).values(sown=None))
    await sow(sessions, replace(ANA, fleet_id=None))
    assert await stands(sessions) == MOVED


async def test_of_a_driver_who_was_known_before_a_file_says_what_nobody_has_said(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await lay_driver(session, "ana", {"stripe_customer": "cus_1"}, NOON)
        await lay_card(session, "ABC", "ana", {}, NOON, former=None)
    await sow(sessions, replace(ANA, stripe_customer="cus_2", blocked=True))
    assert await stands(sessions) == ("ana", "G", "vans", True)
    async with sessions() as session:
        assert (await session.get_one(Driver, "ana")).stripe_customer == "cus_1"


async def test_rules_that_make_no_sense_are_refused_from_code_too(sessions: Sessions) -> None:
    plan = make_seed(policy=make_policy(overstay=make_overstay(step=timedelta(0))))
    async with sessions() as session:
        with pytest.raises(SeedInvalid, match=r"default_policy\.overstay\.step"):
            await seed(session, plan, now=NOON, hasher=CHEAP_HASHER)


async def test_an_address_stays_until_another_one_is_sown(sessions: Sessions) -> None:
    told = []
    for address in ("Quay 7, Berlin", None, " Quay 9, Berlin", ""):
        async with sessions.begin() as session:
            plan = make_seed(make_site(address=address))
            await seed(session, plan, now=NOON, hasher=CHEAP_HASHER)
            told.append((await session.get_one(Site, "north")).address)
    assert told == ["Quay 7, Berlin", "Quay 7, Berlin", "Quay 9, Berlin", ""]


@pytest.mark.parametrize("address", ["x" * 301, "Quay 7\nBerlin", "Quay\x00"])
async def test_an_address_is_one_line_of_at_most_300_characters(sessions: Sessions, address: str) -> None:
    async with sessions() as session:
        with pytest.raises(SeedInvalid, match=r"sites\[0\]\.address"):
            await seed(session, make_seed(make_site(address=address)), now=NOON, hasher=CHEAP_HASHER)


async def test_a_tariff_for_walk_ins_stays_until_it_is_ended(sessions: Sessions) -> None:
    cheap = make_tariff(energy_per_kwh=Money(30, "EUR"))
    sown = (make_tariff(), make_tariff(), None, cheap, "none", "none")
    expected = ((50, 1), (50, 1), (50, 1), (30, 2), None, None)
    for wanted, in_force in zip(sown, expected, strict=True):
        async with sessions.begin() as session:
            plan = make_seed(make_site(walk_in_tariff=wanted))
            await seed(session, plan, now=NOON, hasher=CHEAP_HASHER)
        async with sessions() as session:
            found = await walk_in_tariff_at(session, "north", NOON)
        assert (None if found is None else (found[0].energy_per_kwh.minor, found[1])) == in_force


async def test_a_tariff_for_walk_ins_is_in_the_sites_currency(sessions: Sessions) -> None:
    francs = Tariff(
        currency="CHF",
        energy_per_kwh=Money(50, "CHF"),
        time_per_minute=Money(0, "CHF"),
        session_fee=Money(0, "CHF"),
    )
    async with sessions.begin() as session:
        with pytest.raises(SeedInvalid, match=r"sites\[0\]\.walk_in_tariff\.currency"):
            await seed(session, make_seed(make_site(walk_in_tariff=francs)), now=NOON, hasher=CHEAP_HASHER)


async def test_a_plan_stays_until_another_one_is_sown_and_one_that_cannot_be_is_named(
    sessions: Sessions,
) -> None:
    ground = SitePlan(width_cm=2000, length_cm=1000, bays=(PlacedBay(label="Bay 1", x_cm=300, y_cm=300),))
    for plan in (ground, None, replace(ground, length_cm=900)):
        async with sessions.begin() as session:
            sown = make_seed(replace(make_site(), plan=plan))
            await seed(session, sown, now=NOON, hasher=CHEAP_HASHER)
            assert await plan_of(session, "north") == (plan or ground)
    strange = replace(ground, bays=(PlacedBay(label="Bay 99", x_cm=100, y_cm=300),))
    async with sessions() as session:
        with pytest.raises(SeedInvalid, match=r"site north: plan: no_such_bay_here.*bay_off_plan"):
            await seed(session, make_seed(replace(make_site(), plan=strange)), now=NOON, hasher=CHEAP_HASHER)

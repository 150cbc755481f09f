"""A driver is erased while they book: the booking is found, and they are not erased; or it is a new driver's."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from activities.holds.activities import HoldActivities
from api.desk.erasing import Erasing
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.charging.access import access_facts
from db.queries.charging.cards_at import holder_at
from db.seed import seed
from db.tables import Driver, Erasure, FormerCard, Hold, Token
from domain.charging.access import decide_access
from domain.charging.access_reasons import AccessReason
from domain.errors import ErasureNotNow
from tests.activities.holds.hold_desk import NOW, connector_of, place_at
from tests.factories import NOON, make_booking, make_driver, make_seed, make_site, plant

WHO = make_booking().driver_id
DRIVER = Principal(subject=WHO, scopes=frozenset({"driver"}))


@pytest.fixture
async def planted(sessions: Sessions) -> Sessions:
    drivers = (make_driver(driver_id=WHO, rfid=("04A1B2C3",)), make_driver(driver_id="driver-2"))
    await plant(sessions, make_seed(make_site(chargers=3), drivers=drivers))
    return sessions


async def erased(sessions: Sessions) -> bool:
    try:
        return (await Erasing(sessions, lambda: NOW).erase_own(DRIVER)).alias is not None
    except ErasureNotNow:
        return False


async def test_who_books_meanwhile_is_not_erased_or_is_a_new_driver(planted: Sessions) -> None:
    times_erased = 0
    for n in range(12):
        placing = place_at(planted, make_booking(f"race-{n}", driver_id=WHO))
        answers = await asyncio.gather(erased(planted), placing)
        connector_of(answers[1])
        times_erased += answers[0]
        async with planted.begin() as session:
            hold = (await session.scalars(select(Hold).where(Hold.released_at.is_(None)))).one()
            assert hold.driver_id == WHO
            theirs = (await session.scalars(select(Token.kind).where(Token.driver_id == WHO))).all()
            assert ("rfid" in theirs) == (times_erased == 0)
            await session.execute(update(Hold).values(released_at=NOW, release_reason="over"))
    async with planted() as session:
        aliases = (await session.scalars(select(Erasure.alias))).all()
        known = (await session.scalars(select(Driver.id))).all()
    assert len(aliases) == times_erased
    assert sorted(known) == sorted([WHO, "driver-2", *aliases])


async def test_who_has_a_place_is_not_erased(planted: Sessions) -> None:
    await HoldActivities(planted).place_hold(make_booking())
    assert not await erased(planted)
    async with planted() as session:
        assert (await session.get_one(Driver, WHO)).id == WHO


async def test_their_card_opens_nothing_any_more_until_somebody_else_has_it(planted: Sessions) -> None:
    assert await gate(planted) is AccessReason.WALK_IN
    assert await erased(planted)
    assert await gate(planted) is AccessReason.TOKEN_UNKNOWN
    async with planted.begin() as session:
        handed_on = make_seed(drivers=(make_driver(driver_id="driver-2", rfid=("04A1B2C3",)),))
        await seed(session, handed_on, now=NOON)
    assert await gate(planted) is AccessReason.WALK_IN
    async with planted() as session:
        connection = await session.connection()
        assert (await holder_at(connection, "04A1B2C3", NOON)).driver_id == "driver-2"
        assert (await session.scalars(select(FormerCard))).all() == []


async def gate(sessions: Sessions) -> AccessReason:
    async with sessions() as session:
        connection = await session.connection()
        at = NOW + timedelta(minutes=1)
        found = await access_facts(connection, charger_id="NORTH-1", id_tag="04A1B2C3", now=at)
    return decide_access(found.token, tuple(found.connectors.values()), found.holds, at).reason

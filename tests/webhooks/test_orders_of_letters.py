"""Keys of endpoints are found whatever the database's order of letters is: most languages pass over `:` and `;`."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.delivery.outbox import claim
from db.queries.webhook_endpoints import events_of, replay, tried_since
from db.tables import Target
from tests.factories import NOON
from tests.webhooks.engineers import Receiver, Site
from webhooks.endpoints import ChangeRecorder

_NO_LOCALE = "22023"
LONG_AGO = NOON - timedelta(days=3650)


@pytest.fixture
async def site(site: Site) -> Site:
    await order_as_in_english(site.engine)
    return site


async def order_as_in_english(engine: AsyncEngine) -> None:
    """As the postgres image orders what it is told nothing else about."""
    english = "CREATE COLLATION english (provider = libc, locale = 'en_US.utf8')"
    try:
        async with engine.begin() as connection:
            await connection.execute(text(english))
            await connection.execute(text("ALTER TABLE outbox ALTER COLUMN key TYPE varchar COLLATE english"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_LOCALE:
            raise
        await engine.dispose()
        pytest.skip("there is no locale en_US.utf8 here: apt-get install locales-all")


async def test_an_endpoints_events_are_found(site: Site, receiver: Receiver) -> None:
    number, other = await site.endpoint(receiver.url), await site.endpoint(receiver.url)
    await site.reaches("K7AB", "CONFIRMED", "LOCKED")
    while "" in await site.tell():
        await site.be_due()
    async with site.sessions.begin() as session:
        shown = await events_of(session, number, None, 10)
        assert [one.kind for one in shown] == ["reservation.locked", "reservation.confirmed"]
        assert len(await events_of(session, other, None, 10)) == 2
        assert await tried_since(session, number, LONG_AGO) == 0
        assert await replay(session, number, LONG_AGO, datetime.now(UTC), received=True) == 2


async def test_who_takes_none_is_passed_over_and_nobody_else(site: Site) -> None:
    numbers = [await site.endpoint("http://hooks.example/in") for _ in range(12)]
    for code in ("A", "B"):
        await site.reaches(code, "CONFIRMED")
    await ChangeRecorder(site.sessions).record_all()
    now, resting = datetime.now(UTC) + timedelta(seconds=1), {str(number): 0 for number in numbers[:9]}
    async with site.engine.begin() as connection:
        found = await claim(
            connection, Target.ENDPOINTS, now, patience=timedelta(seconds=15), limit=64, left=resting
        )
    assert [item.key for item in found.taken] == [
        f"{number}:{code}" for number in sorted(map(str, numbers[9:])) for code in "AB"
    ]

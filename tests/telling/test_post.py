"""All of it as a worker does it: what is written while it runs arrives."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.causes import Cause
from domain.facts.notices import Rerouted
from telling.mail import Mailing
from telling.post import Post, tell_people
from tests.activities.telling.people import People
from tests.factories import NOON
from tests.telling.conftest import PAGES
from tests.telling.postbox import Postbox


async def test_a_notice_that_cannot_wait_is_mailed_while_the_worker_runs(
    engine: AsyncEngine, people: People, postbox: Postbox
) -> None:
    await people.reached("ada", "ada@drivers.example")
    stop, taken = asyncio.Event(), asyncio.Event()

    def arrived(_to: str) -> None:
        taken.set()

    postbox.at_data = arrived
    mailing = Mailing(server=postbox.server, pages=PAGES)
    work = asyncio.create_task(tell_people(engine, Post(mailing=mailing), stop))
    age = (datetime.now(UTC) - NOON).total_seconds()
    await people.told(Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT), after=age)
    async with asyncio.timeout(30):
        await taken.wait()
    stop.set()
    await work
    assert [mail["Subject"] for mail in postbox.taken] == [
        "You have been moved to Bay 2. Reason: a charger fault"
    ]

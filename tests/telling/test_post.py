"""All of it as a worker does it: what is written while it runs arrives."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import Sessions
from domain.causes import Cause
from domain.facts.notices import Rerouted
from domain.telling.channels import Channel
from domain.telling.contact import Wanted
from telling.gateway import Gateway
from telling.mail import Mailing
from telling.post import Post, tell_people
from tests.activities.telling.people import People
from tests.factories import NOON
from tests.telling.conftest import PAGES
from tests.telling.postbox import Postbox
from tests.telling.receiver import running_receiver
from tests.telling.told import Told
from webhooks.outgoing import new_client


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


async def test_a_gateway_that_hangs_keeps_no_mail_waiting(
    engine: AsyncEngine, sessions: Sessions, people: People, postbox: Postbox
) -> None:
    """Each channel has a line of its own."""
    await people.reached("ada", "ada@drivers.example")
    await Told(engine, sessions, people).reached(Wanted(channel=Channel.SMS, address="+4930123456"))
    stop, taken, came = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def arrived(_to: str) -> None:
        taken.set()

    postbox.at_data = arrived
    async with running_receiver() as receiver, new_client() as http:
        receiver.lets_go.clear()
        receiver.heard = came.set
        gateway = Gateway(
            channel=Channel.SMS, url=f"http://127.0.0.1:{receiver.port}/", key=bytes(32), http=http
        )
        mailing = Mailing(server=postbox.server, pages=PAGES)
        post = Post(mailing=mailing, gateways=[gateway], pages=PAGES)
        work = asyncio.create_task(tell_people(engine, post, stop))
        age = (datetime.now(UTC) - NOON).total_seconds()
        await people.told(Rerouted(bay="Bay 2", cause=Cause.CHARGER_FAULT), after=age)
        async with asyncio.timeout(30):
            await came.wait()
            await taken.wait()
        receiver.lets_go.set()
        stop.set()
        await work
    assert len(receiver.came) == len(postbox.taken) == 1

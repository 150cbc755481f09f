"""The loop that keeps waiting lists: woken by what happens at a site, and cheap where nobody waits."""

import asyncio
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from activities.queue.rounds import (
    Changes,
    finish_broken,
    keep_waiting_lists,
    offer_free,
    take_back_due,
)
from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry
from contracts.reservation import BookRequest
from db.changes import ANY, Kind, Subject, hear, tell_change, watch
from db.engine import create_engine, create_sessions
from domain.place.slots import Slot
from tests.activities.holds.hold_desk import NOW
from tests.activities.queue.list_desk import MINUTE, Town, person
from tests.api.stage import publish, view_of
from tests.factories import make_booking, make_policy, make_seed, make_site, make_slot_rules, plant


@pytest.mark.parametrize("free_at_once", [True, False])
async def test_who_joins_and_what_becomes_free_wake_it(
    town: Town, database_url: str, *, free_at_once: bool
) -> None:
    """No sweep comes to help within the test: only what Postgres tells."""
    now = datetime.now(UTC)
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=5)
    slot = Slot(start, start + timedelta(hours=1))
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(0)))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC"), policy=policy))
    town.now = now
    if not free_at_once:
        await town.books("b0", slot)
    engine, stop = create_engine(database_url, pool_size=4), asyncio.Event()
    loop = asyncio.create_task(
        keep_waiting_lists(engine, lambda: town.booking, stop, sweep=timedelta(hours=1))
    )
    watched = once_watched(engine)
    anna = await town.waits("anna", slot)
    if not free_at_once:
        await asyncio.wait_for(watched.wait(), 30)
        await town.gives_back(make_booking("b0"))
    await until_offered(town, anna)
    stop.set()
    await loop
    await engine.dispose()
    assert await town.states(anna) == ["offered"]
    assert await town.held() == ["anna"]


async def test_what_is_published_of_a_reservation_starts_no_round(town: Town, database_url: str) -> None:
    await plant(town.sessions, make_seed(make_site(chargers=1)))
    engine, stop = create_engine(database_url, pool_size=4), asyncio.Event()
    looked_at, looked = set[str](), asyncio.Event()

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _asked(_connection: object, _cursor: object, statement: str, about: Any, *_: object) -> None:
        if "waiting_list_entries" in statement:
            looked_at.update(one for one in about.values() if isinstance(one, str))
            looked.set()

    async def tell_until_looked_at(site_id: str) -> None:
        """What is told before it listens is told to nobody."""
        while site_id not in looked_at:
            async with town.sessions.begin() as session:
                await tell_change(session, Subject(Kind.SITE, site_id))
            looked.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(looked.wait(), 1)

    loop = asyncio.create_task(
        keep_waiting_lists(engine, lambda: town.booking, stop, sweep=timedelta(hours=1))
    )
    await tell_until_looked_at("begin")
    await watch(town.sessions, Subject(Kind.SITE, "north"))
    await publish(town.sessions, view_of("a-reservation", site_id="north"))
    await publish(town.sessions, view_of("a-reservation", site_id="north", state="LOCKED"))
    await tell_until_looked_at("end")
    stop.set()
    await loop
    await engine.dispose()
    assert "north" not in looked_at


def once_watched(engine: AsyncEngine) -> asyncio.Event:
    """Set when the loop has looked at a site first: from then on its changes are told."""
    watched, watches = asyncio.Event(), "watches a site"

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _asked(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if "watched_sites" in statement:
            connection.info[watches] = True

    @event.listens_for(engine.sync_engine, "checkin")
    def _done(_connection: object, record: ConnectionPoolEntry) -> None:
        if record.info.pop(watches, False):
            watched.set()

    return watched


async def until_offered(town: Town, entry: Entry) -> None:
    """Offers are holds, which Postgres tells of."""
    async with asyncio.timeout(30), aclosing(hear(town.sessions, Kind.SITE)) as changes:
        async for _ in changes:
            if (await town.entry(entry)).offer is not None:
                return


async def test_where_nobody_waits_a_round_is_one_query_and_bookings_ask_nothing_of_the_list(
    town: Town, database_url: str
) -> None:
    await plant(town.sessions, make_seed(make_site(chargers=1)))
    engine, asked = create_engine(database_url, pool_size=2), list[str]()
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    town.sessions = create_sessions(engine)
    for round_ in (
        take_back_due(town.sessions, lambda: town.now),
        offer_free(town.sessions, lambda: town.now),
        offer_free(town.sessions, lambda: town.now, {"north"}),
        finish_broken(town.sessions, town.booking, lambda: town.now),
    ):
        assert await round_ == 0
        assert len([one for one in asked if "waiting_list_entries" in one]) == len(asked) == 1
        asked.clear()
    town.holds = type(town.holds)(town.sessions)
    ask = await town.books("b0")
    await town.gives_back(ask)
    assert asked
    assert not any("waiting_list" in one for one in asked)
    await engine.dispose()


async def test_only_what_changed_is_looked_at_and_all_when_something_may_have_been_missed_or_it_is_time() -> (
    None
):
    changes, now = Changes(timedelta(seconds=20)), NOW
    assert changes.taken(now) is None, "nothing is known yet"
    for site_id in ("north", "south", "north"):
        changes.tell(site_id)
    assert changes.woken.is_set()
    assert changes.taken(now) == {"north", "south"}
    changes.tell("north")
    changes.tell(ANY)
    assert changes.taken(now) is None
    changes.tell("north")
    assert changes.taken(now + timedelta(seconds=19)) == {"north"}
    changes.tell("north")
    assert changes.taken(now + timedelta(seconds=20)) is None, "however much one site is told of"
    assert changes.taken(now + timedelta(seconds=21)) is None, "woken by nobody: the pause is over"


async def test_at_one_site_only_who_waits_there_is_offered_something(town: Town) -> None:
    for site_id in ("north", "south"):
        await plant(town.sessions, make_seed(make_site(site_id=site_id, chargers=1)))
    anna, ben = await town.waits("anna", site_id="north"), await town.waits("ben", site_id="south")
    assert await offer_free(town.sessions, lambda: town.now, {"south"}) == 1
    assert await town.states(anna, ben) == ["waiting", "offered"]
    assert await offer_free(town.sessions, lambda: town.now) == 1


async def test_each_offer_stands_from_when_it_is_made_however_long_the_round_took(town: Town) -> None:
    await plant(town.sessions, make_seed(make_site(chargers=2)))
    both = [await town.waits(name) for name in ("anna", "ben")]

    def clock() -> datetime:
        town.now += MINUTE
        return town.now

    before = town.now
    assert await offer_free(town.sessions, clock) == 2
    first, second = [(await town.entry(one)).offer for one in both]
    assert first is not None
    assert second is not None
    assert second.until == first.until + MINUTE
    assert first.until > before + 10 * MINUTE


class Away:
    """Temporal is: no booking is ever answered."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def book(self, _request: BookRequest) -> str | None:
        self.asked.set()
        await asyncio.Event().wait()
        return None

    async def undo(self, code: str, by: str) -> bool:
        raise AssertionError(f"{by} undoes {code}")


async def test_while_nothing_can_be_booked_offers_are_made_all_the_same(
    town: Town, database_url: str
) -> None:
    now = datetime.now(UTC)
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=5)
    slot = Slot(start, start + timedelta(hours=1))
    await plant(town.sessions, make_seed(make_site(chargers=1, zone="UTC")))
    town.now = now - timedelta(hours=1)
    anna, ben = await town.waits("anna", slot), await town.waits("ben", slot)
    await town.round()
    offer = (await town.entry(anna)).offer
    assert offer is not None
    town.booking.silent = True
    await town.answers.accept(person("anna"), anna.row.id, Acceptance(offer=offer.code))
    engine, stop, away = create_engine(database_url, pool_size=4), asyncio.Event(), Away()
    loop = asyncio.create_task(
        keep_waiting_lists(engine, lambda: away, stop, sweep=timedelta(milliseconds=50))
    )
    await asyncio.wait_for(away.asked.wait(), 30)
    town.now = now
    cleo = await town.waits("cleo", Slot(start + timedelta(hours=2), start + timedelta(hours=3)))
    await until_offered(town, cleo)
    assert await town.states(anna, ben) == ["accepted", "waiting"]
    loop.cancel()
    with suppress(asyncio.CancelledError):
        await loop
    await engine.dispose()

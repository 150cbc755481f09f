"""Everybody wants the last seats: bookings wait for each other without a connection, so that the rest goes on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import ActivityEnvironment

from activities.holds.activities import HoldActivities
from bench.statements import OUTSIDE, StatementWatch
from contracts.holds import PlaceHold
from db.engine import create_engine, create_sessions
from db.tables import Pool
from tests.activities.holds.hold_desk import refusal_of, refused_with
from tests.factories import make_booking, make_seed, make_site, plant

SOON, LONG = timedelta(milliseconds=100), timedelta(seconds=30)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Of a worker."""
    engine = create_engine(database_url, pool_size=4)
    yield engine
    await engine.dispose()


@contextmanager
def most_connections(engine: AsyncEngine) -> Iterator[list[int]]:
    """How many were out each time that one was taken."""
    out: list[int] = []
    pool: Any = engine.sync_engine.pool

    def taken(*_: Any) -> None:
        out.append(pool.checkedout())

    event.listen(pool, "checkout", taken)
    yield out
    event.remove(pool, "checkout", taken)


async def within(holds: HoldActivities, ask: PlaceHold, patience: timedelta) -> Any:
    """As an attempt that its caller waits for so long, and that nobody tells when they do not any more."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, start_to_close_timeout=patience)
    return await environment.run(holds.place_hold, ask)


async def test_a_race_has_as_many_winners_as_seats_and_offers_the_others_something(
    engine: AsyncEngine,
) -> None:
    sessions = create_sessions(engine)
    await plant(sessions, make_seed(make_site(chargers=3), make_site(site_id="south", latitude=52.53)))
    holds, asks = HoldActivities(sessions), [make_booking(f"racer-{n}") for n in range(30)]
    with most_connections(engine) as out:
        answers = await asyncio.gather(*(holds.place_hold(ask) for ask in asks))
        lost = [ask for ask, answer in zip(asks, answers, strict=True) if answer.refusal]
        offers = await asyncio.gather(*(holds.find_alternatives(ask) for ask in lost))
    assert [answer.held is not None for answer in answers].count(True) == 3
    assert {refusal_of(answer) for answer in answers if answer.refusal} == {"slot_unavailable"}
    assert all(offer.found for offer in offers)
    assert max(out) == 1


async def test_bookings_of_whatever_sites_leave_half_the_connections_to_others(engine: AsyncEngine) -> None:
    sessions = create_sessions(engine)
    sites = [f"s{n}" for n in range(6)]
    await plant(sessions, make_seed(*(make_site(site_id=site) for site in sites)))
    holds = HoldActivities(sessions)
    asks = [make_booking(site, site_id=site, pool_id=None) for site in sites]
    with most_connections(engine) as out:
        answers = await asyncio.gather(*(holds.place_hold(ask) for ask in asks))
    assert [answer.refusal for answer in answers] == [None] * len(sites)
    assert max(out) == 2


async def test_who_nobody_waits_for_any_more_leaves_the_line(engine: AsyncEngine) -> None:
    sessions = create_sessions(engine)
    await plant(sessions, make_seed(make_site(chargers=2)))
    holds = HoldActivities(sessions)
    async with sessions.begin() as session:
        await session.execute(select(Pool.id).with_for_update())
        first = asyncio.create_task(within(holds, make_booking("first"), LONG))
        second = asyncio.create_task(within(holds, make_booking("second"), SOON))
        with pytest.raises(TimeoutError):
            await second
        third = asyncio.create_task(within(holds, make_booking("third"), LONG))
    assert [answer.held is not None for answer in await asyncio.gather(first, third)] == [True, True]


async def test_what_a_loser_is_offered_costs_as_many_statements_however_many_sites_are_near(
    engine: AsyncEngine,
) -> None:
    sessions = create_sessions(engine)
    home, near = make_site(chargers=1), [make_site(site_id=f"near-{n}", latitude=52.53) for n in range(12)]
    watch, asked = StatementWatch(engine), list[int]()
    for number, sites in enumerate(([home, *near[:6]], [home, *near])):
        await plant(sessions, make_seed(*sites))
        holds = HoldActivities(sessions)
        if number == 0:
            await holds.place_hold(make_booking("winner"))
        watch.count_anew()
        assert len(await refused_with(holds, make_booking(f"loser-{number}"))) > 1
        asked.append(watch.by_activity[OUTSIDE].statements)
    assert asked[0] == asked[1]


async def test_losers_of_one_slot_share_the_search_for_what_is_free(engine: AsyncEngine) -> None:
    sessions = create_sessions(engine)
    await plant(sessions, make_seed(make_site(chargers=1), make_site(site_id="south", latitude=52.53)))
    holds, asks = HoldActivities(sessions), [make_booking(f"racer-{n}") for n in range(20)]
    await holds.place_hold(asks[0])
    watch = StatementWatch(engine)
    alone = (await holds.find_alternatives(asks[1])).found
    searched = watch.by_activity[OUTSIDE].statements
    watch.count_anew()
    offers = await asyncio.gather(*(holds.find_alternatives(ask) for ask in asks[1:]))
    assert alone
    told = [one for offer in offers for one in offer.found]
    assert [replace(one, quote="") for one in told] == [replace(one, quote="") for one in alone] * len(offers)
    assert len({one.quote for one in told}) == len(alone) * len(offers), "each has quotes of their own"
    assert watch.by_activity[OUTSIDE].statements < searched * len(asks) * 0.6

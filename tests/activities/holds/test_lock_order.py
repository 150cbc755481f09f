"""Groups, swaps, moves, reroutes, seeds and operators at the same few drivers and pools: none waits for one that waits
for it.

Each works in one transaction of its own that is not repeated, so that Postgres would tell of every deadlock.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from db.engine import Sessions, create_engine, create_sessions
from db.queries.cards import ANYBODY, lay_card, lay_driver
from db.queries.lock_order import lock_drivers
from db.queries.people import driver_under_lock
from db.tables import SwapOfferRow, Token
from domain.errors import DomainError
from tests.activities.holds.crowd import ONE_PERSON, Crowd, Deed, plan_of
from tests.activities.holds.hold_desk import NOW
from tests.factories import plant

ROUNDS = 6
PATIENCE = timedelta(seconds=30)
"""Many stand in one line here; what waits in a circle is told at once by the server all the same."""


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=40, statement_timeout=PATIENCE, lock_timeout=PATIENCE)
    yield create_sessions(engine)
    await engine.dispose()


async def did(sessions: Sessions, deeds: Sequence[Deed], done: list[str]) -> None:
    """Refusals by a rule are as good as anything; what the database refuses is raised."""
    for deed in deeds:
        with suppress(DomainError):
            done.append(type(await deed(sessions)).__name__)


async def test_groups_swaps_moves_reroutes_seeds_and_operators_wait_for_each_other_in_one_order(
    sessions: Sessions,
) -> None:
    crowd, done = Crowd(sessions), list[str]()
    await crowd.come()
    for round_ in range(1, ROUNDS + 1):
        at_once = await crowd.deeds(round_)
        await asyncio.gather(*(did(sessions, deeds, done) for deeds in at_once))
    assert {"Sown", "Token", "dict", "HoldDecision"} <= set(done)  # of each kind some came to something
    async with sessions() as session:
        swapped = select(func.count()).where(SwapOfferRow.taken_by.is_not(None))
        assert (await session.scalar(swapped) or 0) > 0


async def test_who_only_names_a_person_does_not_wait_for_who_has_them(sessions: Sessions) -> None:
    """A seed writes a driver twice; at the second time Postgres looks for their person, who is named by another one."""
    await Crowd(sessions).come()
    first, second = ONE_PERSON["one"]
    async with sessions.begin() as sowing:
        await lay_driver(sowing, first, {"stripe_customer": "cus_new"}, NOW, sown=True)
        async with sessions.begin() as booking:
            await lock_drivers(booking, [second])
        laid = await lay_driver(sowing, second, {"stripe_customer": "cus_newer"}, NOW, sown=True)
    assert laid.changed


async def test_two_who_hand_each_other_their_cards_do_not_wait_for_each_other(sessions: Sessions) -> None:
    """Each has the driver who gets one, and names the one who gives it."""
    await plant(sessions, plan_of(0))
    handed = (("card-a", "driver-b"), ("card-b", "driver-a"))
    async with sessions.begin() as one, sessions.begin() as other:
        for session, (_, to) in zip((one, other), handed, strict=True):
            await driver_under_lock(session, to, NOW)
        for session, (card, to) in zip((one, other), handed, strict=True):
            await lay_card(session, card, to, {}, NOW, former=ANYBODY)
    async with sessions() as session:
        for card, to in handed:
            assert (await session.get_one(Token, card.upper())).driver_id == to

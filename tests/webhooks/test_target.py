"""Events reach an address at least once, in order for each session, whatever goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db.delivery import inbox
from db.delivery.inbox import NewEvent, Recipient
from db.delivery.outbox import claim
from db.tables import OutboxDelivery, Source, Target
from delivery.relay import Relay
from delivery.target import TargetAway
from tests.webhooks.biller import KEY, Biller
from webhooks.target import LONGEST_PAUSE, WebhookTarget


async def say(engine: AsyncEngine, *events: tuple[str, str]) -> None:
    """Each: its id, and its session."""
    now = datetime.now(UTC)
    facts = [
        NewEvent(
            event_id=event_id,
            kind="session.walk_in_ended",
            subject=key,
            at=now,
            received_at=now,
            payload=b'{"energy_wh": 1}',
            recipients=[Recipient(target=Target.WALK_INS, key=key)],
        )
        for event_id, key in events
    ]
    async with engine.begin() as connection:
        await inbox.record(connection, Source.WALK_IN, facts)


@asynccontextmanager
async def relay_to(engine: AsyncEngine, url: str) -> AsyncIterator[Relay]:
    async with WebhookTarget(Target.WALK_INS, url, KEY) as target:
        yield Relay(engine, target, longest_pause=LONGEST_PAUSE)


async def test_what_a_dead_relay_had_in_hand_is_sent_again_under_its_id(
    engine: AsyncEngine, biller: Biller
) -> None:
    await say(engine, ("first", "1"), ("second", "1"))
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    async with engine.begin() as connection:
        taken = await claim(connection, Target.WALK_INS, long_ago, patience=timedelta(seconds=15), limit=9)
    assert [one.event_id for one in taken.taken] == ["first"]
    async with relay_to(engine, biller.url) as relay:
        await relay.deliver_all()
    assert list(biller.taken) == ["first", "second"]


async def test_an_event_that_is_not_taken_keeps_its_own_session_only(
    engine: AsyncEngine, biller: Biller
) -> None:
    await say(engine, ("refused", "1"), ("behind", "1"), ("elsewhere", "2"))
    biller.refused = frozenset({"refused"})
    async with relay_to(engine, biller.url) as relay:
        await relay.deliver_all()
        assert list(biller.taken) == ["elsewhere"]
        async with engine.connect() as connection:
            waiting = select(OutboxDelivery.not_before).where(OutboxDelivery.not_before.is_not(None))
            (until,) = await connection.scalars(waiting.where(OutboxDelivery.delivered_at.is_(None)))
    assert until is not None
    assert datetime.now(UTC) < until < datetime.now(UTC) + LONGEST_PAUSE


async def test_while_nobody_is_there_nothing_is_lost_and_nothing_waits_longer_for_it(
    engine: AsyncEngine, biller: Biller
) -> None:
    await say(engine, ("first", "1"), ("other", "2"))
    async with relay_to(engine, "http://127.0.0.1:9/nobody") as relay:
        await relay.deliver_all()
    async with relay_to(engine, biller.url) as relay:
        await relay.deliver_all()
    assert sorted(biller.taken) == ["first", "other"]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_receiver_counts_as_away(engine: AsyncEngine, biller: Biller, status: int) -> None:
    await say(engine, ("first", "1"))
    biller.statuses = [status]
    async with relay_to(engine, biller.url) as relay:
        await relay.deliver_all()
        assert biller.taken == {}
        await relay.deliver_all()
    assert list(biller.taken) == ["first"]


async def test_who_takes_too_long_is_away(engine: AsyncEngine) -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    await say(engine, ("first", "1"))
    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with engine.begin() as connection:
        now = datetime.now(UTC)
        (delivery,) = (await claim(connection, Target.WALK_INS, now, patience=timedelta(), limit=1)).taken
    async with server, WebhookTarget(Target.WALK_INS, url, KEY, timeout_s=0.1) as target:
        with pytest.raises(TargetAway):
            await target.deliver(delivery)

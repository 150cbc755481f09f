"""Temporal or Postgres goes away while events are committed: each one is heard, in order, once they are back."""

import asyncio
import importlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from bench.gateway.postgres_outages import kill_the_backends, stopped_at_once
from db.engine import create_engine
from delivery.relay import Relay
from runtime.embedded.postgres import EmbeddedPostgres
from runtime.embedded.temporal_server import EmbeddedTemporal
from runtime.temporal import connect
from tests.delivery.outbox import Outbox, codes, eventually, heard, once, open_reservation
from tests.delivery.routes import Route


@asynccontextmanager
async def running(outbox: Outbox, client: Client) -> AsyncIterator[Relay]:
    stop = asyncio.Event()
    target = outbox.route.target(outbox.engine, client)
    relay = Relay(outbox.engine, target, sweep_s=0.05, patience=timedelta(seconds=3))
    task = asyncio.create_task(relay.run(stop))
    yield relay
    stop.set()
    await task


@pytest.mark.timeout(180)
async def test_what_is_committed_while_temporal_is_away_is_heard_when_it_is_back(
    outbox: Outbox, tmp_path: Path
) -> None:
    (code,) = codes(1)
    async with EmbeddedTemporal(tmp_path) as temporal:
        client = await connect(temporal.address, "default")
        await open_reservation(client, code)
        async with running(outbox, client):
            await outbox.say(code, "before")
            await eventually(outbox.is_empty)
            await temporal.process.kill()
            await outbox.say(code, "during", "during too")

            async def tried() -> bool:
                return bool((await outbox.rows())["during"].attempts)

            await eventually(tried)
            await temporal.process.start()
            await outbox.say(code, "after")
            await eventually(outbox.is_empty, timeout_s=60)
        names = ["before", "during", "during too", "after"]
        assert once(await heard(client, code)) == names
        assert await outbox.outcomes() == dict.fromkeys(names, "signalled")


@pytest.fixture(scope="module")
async def durable() -> AsyncIterator[EmbeddedPostgres]:
    """A server of its own that keeps what it has committed, whatever becomes of it."""
    async with EmbeddedPostgres() as server:
        yield server


@pytest.mark.timeout(180)
async def test_what_was_committed_before_postgres_went_away_is_heard_when_it_is_back(
    durable: EmbeddedPostgres, route: Route, temporal_env: WorkflowEnvironment
) -> None:
    url = await durable.create_database(f"test_{uuid.uuid4().hex}")
    await asyncio.to_thread(importlib.import_module("db.migrations").upgrade, url)
    engine = create_engine(url, pool_size=4)
    outbox, client = Outbox(engine, route), temporal_env.client
    (code,) = codes(1)
    await open_reservation(client, code)
    names = [f"e{number}" for number in range(30)]
    try:
        await outbox.say(code, *names)
        async with running(outbox, client):
            await eventually(lambda: has_begun(outbox))
            await kill_the_backends(durable)
            async with stopped_at_once(durable):
                await asyncio.sleep(0)  # gone in the middle of a round, and back
            await eventually(lambda: is_empty_again(outbox), timeout_s=60)
    finally:
        await engine.dispose()
    assert once(await heard(client, code)) == names


async def is_empty_again(outbox: Outbox) -> bool:
    try:
        return await outbox.is_empty()
    except OperationalError:
        return False  # Postgres is still coming back


async def has_begun(outbox: Outbox) -> bool:
    return "signalled" in (await outbox.outcomes()).values()

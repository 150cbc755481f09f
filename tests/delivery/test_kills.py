"""kill -9 of a relay with a delivery in hand: another one goes on, in order, and nothing is lost."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.delivery.outbox import Outbox, codes, eventually, heard, once, open_reservation
from tests.delivery.routes import Route

EVENTS = 6
Start = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
async def start(route: Route, database_url: str, temporal_env: WorkflowEnvironment) -> AsyncIterator[Start]:
    address = temporal_env.client.service_client.config.target_host

    async def begin(*point: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "tests.delivery.relay_process",
                database_url,
                address,
                route.source,
                *point,
            )
        )
        stack.callback(lambda: process.kill() if process.returncode is None else None)
        return process

    async with AsyncExitStack() as stack:
        yield begin


@pytest.mark.parametrize(("point", "times"), [("before", 1), ("after", 2)])
async def test_another_relay_goes_on_where_one_was_killed(
    outbox: Outbox, start: Start, temporal_env: WorkflowEnvironment, point: str, times: int
) -> None:
    """`times`: how often the delivery that the killed one had in hand is heard."""
    (code,) = codes(1)
    await open_reservation(temporal_env.client, code)
    names = [f"e{number}" for number in range(EVENTS)]
    await outbox.say(code, *names)
    assert await (await start(point, "3")).wait() == -signal.SIGKILL
    assert 0 < await outbox.undelivered() < EVENTS
    other = await start()
    await eventually(outbox.is_empty)
    everything = await heard(temporal_env.client, code)
    assert once(everything) == names
    assert [everything.count(name) for name in names] == [1, 1, times, 1, 1, 1]
    other.terminate()
    assert await other.wait() == 0


async def test_what_was_recorded_by_a_process_that_died_before_it_said_so_is_delivered(
    outbox: Outbox, start: Start, temporal_env: WorkflowEnvironment
) -> None:
    """Nobody wakes the relay: it looks by itself."""
    (code,) = codes(1)
    await open_reservation(temporal_env.client, code)
    await start()
    await outbox.say(code, "only")
    await eventually(outbox.is_empty)
    assert await heard(temporal_env.client, code) == ["only"]

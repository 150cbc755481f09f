"""The lanes themselves: what counts as waiting, who leaves the line, and when the relay has something to do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties.received_call import ReceivedCall
from ocpp_gateway.duties.statuses import take_statuses
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage.lanes import Lane
from ocpp_gateway.wire.reports import StatusReported
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.records import Records


class Work:
    """Takes hold of a batch and keeps it until `done` is set."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.done = asyncio.Event()
        self.taken: list[str] = []

    async def __call__(self, items: Sequence[str]) -> list[str]:
        self.taken += items
        self.began.set()
        await self.done.wait()
        return list(items)


@asynccontextmanager
async def running(work: Work) -> AsyncIterator[Lane[str, str]]:
    lane = Lane("test", work, metrics=GatewayMetrics(), largest=1)
    task = asyncio.create_task(lane.run())
    try:
        yield lane
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_is_in_hand_is_the_oldest() -> None:
    work = Work()
    async with running(work) as lane:
        assert lane.oldest_s() == 0
        first = asyncio.create_task(lane.do("first", "a"))
        await work.began.wait()
        alone = lane.oldest_s()
        assert alone > 0
        second: asyncio.Future[str | BaseException] = asyncio.get_running_loop().create_future()
        lane.submit("second", "b", second.set_result)
        assert len(lane) == 2
        assert lane.oldest_s() > alone
        work.done.set()
        assert await first == "first"
        assert await second == "second"
        await lane.finish()
        assert (lane.oldest_s(), len(lane)) == (0, 0)


async def test_who_gives_up_leaves_the_line() -> None:
    work = Work()
    async with running(work) as lane:
        first = asyncio.create_task(lane.do("first", "a"))
        await work.began.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await lane.do("second", "b")
        assert len(lane) == 1
        work.done.set()
        assert await first == "first"
        await lane.finish()
        assert work.taken == ["first"]


async def test_only_a_change_that_reservations_are_told_wakes_the_relay(records: Records) -> None:
    await records.hold("alice", number=1)
    told = {
        n: (
            ReceivedCall(charger_id=CHARGER, epoch=1, message_id=str(n), at=datetime.now(UTC)),
            StatusReported(connector_number=n, status=ConnectorStatus.FAULTED, at=datetime.now(UTC)),
        )
        for n in (1, 2)
    }
    async with records.engine.begin() as connection:
        watched, unwatched = await take_statuses(connection, [told[1], told[2]])
    assert (watched.events, unwatched.events) == (True, False)

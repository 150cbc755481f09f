"""A receiver that refuses is seen on the metrics port of a worker."""

import asyncio
import re

import httpx

from db.tables import Target
from delivery.backlog import BacklogFigures
from delivery.gauges import BacklogGauges
from runtime.embedded.ports import free_port
from runtime.temporal import metrics_runtime
from tests.ocpp_gateway.conftest import MakeCharger
from tests.ocpp_gateway.records import Records
from tests.webhooks.biller import KEY, Biller
from tests.webhooks.test_walk_ins import begun
from webhooks.walk_ins import Receiver, hand_on


async def shown(port: int) -> dict[str, float]:
    """Name → value, of what waits for whoever bills walk-ins."""
    async with httpx.AsyncClient(trust_env=False) as client:
        page = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    lines = re.findall(r'^(slotkeeper_relay_\w+)\{.*target="walk_ins".*\} (\S+)$', page, re.MULTILINE)
    return {name: float(value) for name, value in lines}


class Watched:
    """Shows what waits, and lets a test await it."""

    def __init__(self, gauges: BacklogGauges) -> None:
        self._gauges = gauges
        self._undelivered = 0
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, figures: BacklogFigures) -> None:
        self._gauges.show(figures)
        self._undelivered = figures.undelivered
        task = asyncio.create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, undelivered: int) -> None:
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: self._undelivered == undelivered)


async def test_what_a_receiver_refuses_waits_in_sight(
    records: Records, make_charger: MakeCharger, biller: Biller
) -> None:
    port = free_port()
    runtime = metrics_runtime(port)
    assert runtime is not None
    watched = Watched(BacklogGauges(runtime.metric_meter, Target.WALK_INS))
    biller.statuses = [400] * 100
    stop = asyncio.Event()
    receiver = Receiver(url=biller.url, key=KEY)
    work = asyncio.create_task(hand_on(records.engine, receiver, stop, watched.show))
    try:
        await biller.expected(records)
        await (await begun(await make_charger())).end(1_300)
        await watched.until(1)
        figures = await shown(port)
        assert figures["slotkeeper_relay_undelivered"] == 1
        assert figures["slotkeeper_relay_oldest_seconds"] > 0

        biller.statuses.clear()
        await biller.events(1)
        await watched.until(0)
        assert await shown(port) == {"slotkeeper_relay_undelivered": 0, "slotkeeper_relay_oldest_seconds": 0}
    finally:
        stop.set()
        await work

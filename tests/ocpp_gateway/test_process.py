"""The gateway as a process: ready line, service without Temporal, orderly end, and what a kill leaves behind."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simulator.charge_point import VirtualChargePoint
from tests.factories import PASSWORD
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import Records

NOBODY_LISTENS = "127.0.0.1:1"


@dataclass(frozen=True, slots=True)
class Running:
    process: asyncio.subprocess.Process
    url: str


@asynccontextmanager
async def gateway_process(database_url: str) -> AsyncIterator[Running]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "TEMPORAL_ADDRESS": NOBODY_LISTENS,
        "SLOTKEEPER_GATEWAY_PORT": "0",
        "SLOTKEEPER_GATEWAY_INSTANCE": "process",
        "SLOTKEEPER_GATEWAY_METRICS_PORT": "0",
        "SLOTKEEPER_LOG_FORMAT": "json",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ocpp_gateway", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(30):
            url = await _ready(process.stderr)
        yield Running(process, url)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _ready(lines: asyncio.StreamReader) -> str:
    async for line in lines:
        told = json.loads(line)
        if told["event"] == "gateway_ready":
            return str(told["url"])
    raise AssertionError("the gateway ended before it was ready")


async def test_it_serves_without_temporal_and_ends_in_order(records: Records, database_url: str) -> None:
    async with gateway_process(database_url) as running:
        charger = VirtualChargePoint(
            identity=CHARGER, version="1.6", url=running.url, password=PASSWORD, reconnect=False
        )
        await charger.start()
        assert (await records.charger()).gateway_instance == "process"
        running.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await running.process.communicate()
        assert running.process.returncode == 0
        assert (await records.charger()).gateway_instance is None
        await charger.stop()


async def test_what_was_answered_before_a_kill_is_there_after_it(records: Records, database_url: str) -> None:
    await records.hold("alice")
    async with gateway_process(database_url) as running:
        charger = VirtualChargePoint(
            identity=CHARGER, version="2.0.1", url=running.url, password=PASSWORD, reconnect=False
        )
        await charger.start()
        await charger.plug_in(1)
        assert await charger.swipe(1, ALICE)
        running.process.kill()
        await running.process.communicate()
        await charger.stop()
    (session,) = await records.sessions()
    assert session.authorised
    assert "transaction_started" in await records.kinds()
    assert (await records.charger()).gateway_instance == "process"
    async with gateway_process(database_url):
        assert (await records.kinds())[-1] == "charger_offline"
        assert (await records.charger()).gateway_instance is None

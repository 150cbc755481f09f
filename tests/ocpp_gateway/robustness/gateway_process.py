"""The gateway as a process that may be killed and started again at its place."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runtime.embedded.ports import LOOPBACK, free_port
from runtime.embedded.process import ManagedProcess
from runtime.stack.processes import listens

_NOBODY_LISTENS = "127.0.0.1:1"
_NOT_FOR_CHILDREN = ("SLOTKEEPER_", "DATABASE_", "TEMPORAL_")


class GatewayProcess:
    """Its address stays the same from life to life."""

    def __init__(self, process: ManagedProcess, port: int) -> None:
        self.process = process
        self.url = f"ws://{LOOPBACK}:{port}/ocpp"
        self._port = port

    async def start(self) -> None:
        await self.process.start()
        await self.process.wait_until_ready(lambda: listens(self._port), timeout=60)

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        await self.process.kill()


@asynccontextmanager
async def gateway_process(
    database_url: str, folder: Path, *, instance: str = "process", **settings: str
) -> AsyncIterator[GatewayProcess]:
    """Started, without Temporal. `settings`: more of the environment."""
    port = free_port()
    inherited = {n: value for n, value in os.environ.items() if not n.startswith(_NOT_FOR_CHILDREN)}
    told = {
        "DATABASE_URL": database_url,
        "TEMPORAL_ADDRESS": _NOBODY_LISTENS,
        "SLOTKEEPER_GATEWAY_PORT": str(port),
        "SLOTKEEPER_GATEWAY_INSTANCE": instance,
        "SLOTKEEPER_GATEWAY_METRICS_PORT": "0",
        "SLOTKEEPER_LOG_LEVEL": "WARNING",
    }
    process = ManagedProcess(
        "gateway",
        [sys.executable, "-m", "ocpp_gateway"],
        log_file=folder / f"gateway-{port}.log",
        env={**inherited, **told, **settings},
    )
    running = GatewayProcess(process, port)
    try:
        await running.start()
        yield running
    finally:
        await process.terminate(grace=30)

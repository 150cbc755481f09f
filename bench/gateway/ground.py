"""Where the gateway's bench runs: embedded Postgres with durable commits, and a folder for logs. No Temporal."""

import asyncio
import resource
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.gateway.cores import LOAD_CORE, on_core
from bench.gateway.place import plant_chargers
from bench.gateway.servers import Server, gateway
from db.engine import create_engine, create_sessions
from db.migrations import upgrade
from runtime.embedded.postgres import EmbeddedPostgres

Say = Callable[[str], None]
_TEMPLATE = "planted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    postgres: EmbeddedPostgres
    folder: Path
    """Of the servers' logs."""

    async def database(self, name: str) -> str:
        """A fresh database with the chargers and nothing that happened; its address."""
        return await self.postgres.create_database(name, template=_TEMPLATE)

    @asynccontextmanager
    async def gateway(self, database_url: str) -> AsyncIterator[Server]:
        """A fresh gateway process over that database."""
        server = await gateway(self.folder, database_url)
        try:
            yield server
            server.require_running()
        finally:
            await server.process.terminate()


@asynccontextmanager
async def opened(chargers: int, say: Say) -> AsyncIterator[Ground]:
    """Start Postgres on the load's core, beside us; plant `chargers`; stop all of it on the way out."""
    _allow_sockets()
    say(f"starting Postgres, planting {chargers:,} chargers")
    async with AsyncExitStack() as stack:
        stack.enter_context(on_core(LOAD_CORE))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slotkeeper-bench-")))
        postgres = await stack.enter_async_context(EmbeddedPostgres(durable=True))
        url = await postgres.create_database(_TEMPLATE)
        await asyncio.to_thread(upgrade, url)
        engine = create_engine(url, pool_size=1)
        try:
            await plant_chargers(create_sessions(engine), chargers)
        finally:
            await engine.dispose()
        yield Ground(postgres=postgres, folder=folder)


def _allow_sockets() -> None:
    """As many files as we may have, for us and the servers we start: thousands of sockets on both sides."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

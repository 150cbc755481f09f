"""Ways in which Postgres is away: frozen with its connections open, and killed with its memory lost."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import psutil

from runtime.embedded.postgres import EmbeddedPostgres
from runtime.stack.processes import listens

Outage = Callable[[EmbeddedPostgres], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def frozen(postgres: EmbeddedPostgres) -> AsyncIterator[None]:
    """SIGSTOP for all of it, as with a stalled disk: nobody answers and nobody refuses."""
    server = psutil.Process(postgres.process.pid)
    everyone = [server, *server.children(recursive=True)]
    _signal(everyone, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(everyone, signal.SIGCONT)


@asynccontextmanager
async def stopped_at_once(postgres: EmbeddedPostgres) -> AsyncIterator[None]:
    """`pg_ctl stop -m immediate`: connections break, the next start recovers from the log."""
    os.kill(postgres.process.pid, signal.SIGQUIT)
    await postgres.process.exited()
    try:
        yield
    finally:
        await postgres.process.start()
        await postgres.process.wait_until_ready(lambda: listens(postgres.port))


async def kill_the_backends(postgres: EmbeddedPostgres) -> None:
    """SIGKILL for every child: the postmaster takes it for a crash and recovers by itself."""
    _signal(psutil.Process(postgres.process.pid).children(recursive=True), signal.SIGKILL)


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)

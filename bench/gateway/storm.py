"""A reconnect storm: thousands of chargers within seconds, while others are connected and go about their business."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from bench.gateway.fleet import PASSWORD, ask, booted, connect, hang_up
from bench.gateway.ground import Ground, Say
from bench.gateway.messages import StatusChanges, boot, message, status
from bench.gateway.place import identities
from bench.gateway.sizes import Sizes
from bench.gateway.wire import ChargerSocket, PutOff, ServerBroke
from db.charger_passwords import RANDOM
from db.engine import create_engine

_LIVE_PAUSE_S = 0.25
_LIMIT_S = 120.0
_OWN_HASH = text("UPDATE chargers SET password_hash = :hash WHERE id = :id")


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """`sizes.storm` chargers spread over `sizes.storm_s`, each with a hash of its own and impatient."""
    url = await ground.database("storm")
    names = identities(sizes.storm, first=sizes.chargers)
    await _give_each_a_hash(url, names)
    async with ground.gateway(url) as server:
        live = _Live(await booted(server.port, identities(sizes.chargers)))
        live.begin()
        say(f"storm: {sizes.storm:,} chargers within {sizes.storm_s:g} s")
        used, arrivals = server.cpu_seconds(), _Arrivals(server.port)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(_LIMIT_S):
                await asyncio.gather(
                    *(arrivals.one(name, n * sizes.storm_s / sizes.storm) for n, name in enumerate(names))
                )
        except TimeoutError:
            say(f"storm: {sizes.storm - len(arrivals.seconds):,} are still out after {_LIMIT_S:g} s")
        seconds = time.perf_counter() - began
        used = server.cpu_seconds() - used
        await live.stop()
        connected = sum(socket.open for socket in arrivals.sockets)
        hang_up([*live.sockets, *arrivals.sockets])
    return {
        "chargers": sizes.storm,
        "within_s": sizes.storm_s,
        "connected": connected,
        "seconds_until_all_connected": round(seconds, 2),
        "slowest_arrival_s": round(max(arrivals.seconds, default=0.0), 2),
        "put_off": arrivals.put_off,
        "broken_off": arrivals.broken_off,
        "live_chargers": sizes.chargers,
        "live_calls": live.calls,
        "failed_live_calls": live.failed,
        "slowest_live_call_ms": round(live.slowest_s * 1000, 1),
        "server_cpu_s": round(used, 2),
    }


async def _give_each_a_hash(url: str, names: list[str]) -> None:
    """The password stays the same, the salt does not: none is checked without the work."""
    hashes = await asyncio.to_thread(lambda: [RANDOM.hash(PASSWORD) for _ in names])
    engine = create_engine(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            rows = [{"id": name, "hash": made} for name, made in zip(names, hashes, strict=True)]
            await connection.execute(_OWN_HASH, rows)
    finally:
        await engine.dispose()


@dataclass(slots=True)
class _Arrivals:
    """`seconds`: of each, from its first attempt until all it said was answered."""

    port: int
    sockets: list[ChargerSocket] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    put_off: int = 0
    broken_off: int = 0

    async def one(self, identity: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        began = time.perf_counter()
        socket = await self._let_in(identity)
        await ask(socket, boot(f"boot-{identity}"))
        await ask(socket, status(f"first-{identity}", "Available", datetime.now(UTC)))
        self.seconds.append(time.perf_counter() - began)
        self.sockets.append(socket)

    async def _let_in(self, identity: str) -> ChargerSocket:
        while True:
            try:
                return await connect(self.port, identity)
            except PutOff as later:
                self.put_off += 1
                await asyncio.sleep(later.retry_after_s)
            except (ServerBroke, OSError, TimeoutError):
                self.broken_off += 1
                await asyncio.sleep(1.0)


class _Live:
    """Chargers that were there before: heartbeat and a new status in turn, unhurried."""

    def __init__(self, sockets: list[ChargerSocket]) -> None:
        self.sockets = sockets
        self.calls = 0
        self.failed = 0
        self.slowest_s = 0.0
        self._enough = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        self._tasks = [asyncio.create_task(self._go_on(socket)) for socket in self.sockets]

    async def stop(self) -> None:
        self._enough.set()
        await asyncio.gather(*self._tasks)

    async def _go_on(self, socket: ChargerSocket) -> None:
        changes = StatusChanges(socket.identity, datetime.now(UTC) - timedelta(hours=1))
        while not self._enough.is_set():
            for call in (message(f"beat-{self.calls}", "Heartbeat", {}), changes.next()):
                began = time.perf_counter()
                try:
                    await ask(socket, call)
                except (ServerBroke, TimeoutError):
                    self.failed += 1
                    if not socket.open:
                        return
                self.calls += 1
                self.slowest_s = max(self.slowest_s, time.perf_counter() - began)
                await asyncio.sleep(_LIVE_PAUSE_S)

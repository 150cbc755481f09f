"""Postgres away for a while under load: frozen, and killed. Nothing answered may be missing, nothing may pile up."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench.gateway.changes import ChangingFleet, audit_figures
from bench.gateway.fleet import booted, hang_up
from bench.gateway.ground import Ground, Say
from bench.gateway.place import identities
from bench.gateway.postgres_outages import Outage, frozen, stopped_at_once
from bench.gateway.servers import Server
from bench.gateway.sizes import Sizes
from bench.gateway.wire import ServerBroke

_LOOK_EVERY_S = 0.1
_RECOVERY_LIMIT_S = 90.0


OUTAGES: dict[str, Outage] = {"frozen": frozen, "killed": stopped_at_once}


async def measure(ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Each way of being away. Raises ServerBroke when answered changes are missing afterwards."""
    return {name: await _one(name, outage, ground, sizes, say) for name, outage in OUTAGES.items()}


async def _one(name: str, outage: Outage, ground: Ground, sizes: Sizes, say: Say) -> dict[str, Any]:
    url = await ground.database(f"outage_{name}")
    async with ground.gateway(url) as server:
        sockets = await booted(server.port, identities(sizes.chargers))
        fleet = ChangingFleet(server.port, sockets, patient=True)
        fleet.begin()
        await fleet.keep_on(sizes.around_outage_s)
        memory = _Memory(server)
        answered = len(fleet.tally.answered)
        say(f"outage: Postgres {name} for {sizes.outage_s:g} s")
        async with memory.watched(), outage(ground.postgres):
            await fleet.keep_on(sizes.outage_s)
            meanwhile = len(fleet.tally.answered) - answered
            held_back, errors = fleet.unanswered, fleet.tally.errors
        recovered = await _recovery(fleet)
        await fleet.keep_on(sizes.around_outage_s)
        await fleet.stop()
        unanswered = fleet.unanswered
        audit = await fleet.audit(url)
        hang_up(fleet.sockets)
    if audit.missing:
        raise ServerBroke(f"answered, and not in the database: {audit}")
    return {
        "seconds": sizes.outage_s,
        "answered_meanwhile": meanwhile,
        "held_back": held_back,
        "errors_meanwhile": errors,
        "errors": fleet.tally.errors,
        "reconnects": fleet.tally.reconnects,
        "unanswered_at_the_end": unanswered,
        "recovered_s": recovered,
        "rss_growth_kb": round(memory.growth_kb),
        "database": audit_figures(audit),
    }


class _Memory:
    """The largest growth seen while watching."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._before = server.rss_kb()
        self.growth_kb = 0.0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            task.cancel()

    async def _look(self) -> None:
        while True:
            self.growth_kb = max(self.growth_kb, self._server.rss_kb() - self._before)
            await asyncio.sleep(_LOOK_EVERY_S)


async def _recovery(fleet: ChangingFleet) -> float | None:
    """Seconds from Postgres' return until each charger has been answered; None when that never comes."""
    returned = time.perf_counter()
    while not fleet.all_answered_since(returned):
        if time.perf_counter() - returned > _RECOVERY_LIMIT_S:
            return None
        await fleet.keep_on(_LOOK_EVERY_S / 2)
    return round(time.perf_counter() - returned, 2)

"""The lease of each connection: last seen, still ours, given back. What the database refuses now is tried again."""

import asyncio
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway import presence
from ocpp_gateway.connection import ChargerConnection
from ocpp_gateway.connections import Connections
from ocpp_gateway.store import chargers
from ocpp_gateway.store.chargers import Seen

log = structlog.get_logger(__name__)

REPLACED = 1000
"""Close code for a charger that is connected elsewhere by now: nothing is wrong with it."""


class LeaseKeeper:
    def __init__(
        self, engine: AsyncEngine, connections: Connections, *, instance: str, flush_s: float
    ) -> None:
        self._engine = engine
        self._connections = connections
        self._instance = instance
        self._flush_s = flush_s
        self._to_release: dict[tuple[str, int], datetime] = {}
        self._flushed: dict[str, datetime] = {}

    async def take(self, charger_id: str, protocol: str) -> int | None:
        """The new epoch; None when the charger is gone. Raises what the database raises."""
        async with self._engine.begin() as connection:
            return await chargers.take_lease(
                connection,
                charger_id,
                instance=self._instance,
                protocol=protocol,
                now=datetime.now(UTC),
            )

    async def release(self, charger_id: str, epoch: int) -> None:
        """The connection is over. Tells who counted on the charger, unless it has come back already."""
        self._flushed.pop(charger_id, None)
        self._to_release[charger_id, epoch] = datetime.now(UTC)
        await self._release(charger_id, epoch)

    async def adopt_leftovers(self) -> None:
        """Leases in our name from a life before this one: those sockets are gone."""
        async with self._engine.connect() as connection:
            left = await chargers.leases_of(connection, self._instance)
        for charger_id, epoch in left:
            self._to_release[charger_id, epoch] = datetime.now(UTC)
        await self._release_waiting()

    async def run(self) -> None:
        """Flush for ever."""
        while True:
            await asyncio.sleep(self._flush_s)
            await self._release_waiting()
            try:
                await self._note_seen()
                await self._fence()
            except (SQLAlchemyError, OSError) as error:
                log.warning("leases_not_flushed", error=repr(error))

    async def _release_waiting(self) -> None:
        for charger_id, epoch in list(self._to_release):
            if not await self._release(charger_id, epoch):
                return  # the database is away; the next flush tries again

    async def _release(self, charger_id: str, epoch: int) -> bool:
        at = self._to_release.get((charger_id, epoch))
        if at is None:
            return True  # done meanwhile
        try:
            async with self._engine.begin() as connection:
                await presence.go_offline(connection, charger_id, epoch, at)
        except (SQLAlchemyError, OSError) as error:
            log.warning("lease_not_released", charger=charger_id, error=repr(error))
            return False
        self._to_release.pop((charger_id, epoch), None)
        return True

    async def _note_seen(self) -> None:
        # Ordered, so that two instances never wait for each other.
        news = sorted(
            (c for c in self._connections if self._flushed.get(c.charger_id) != c.last_seen_at),
            key=lambda c: c.charger_id,
        )
        if not news:
            return
        seen = [Seen(c.charger_id, c.epoch, c.last_seen_at) for c in news]
        async with self._engine.begin() as connection:
            await chargers.note_seen(connection, seen)
        self._flushed |= {entry.charger_id: entry.at for entry in seen}

    async def _fence(self) -> None:
        """Close what another instance has taken over: newest wins everywhere."""
        ours = list(self._connections)
        if not ours:
            return
        async with self._engine.connect() as connection:
            current = await chargers.epochs(connection, [c.charger_id for c in ours])
        for mine in ours:
            if current.get(mine.charger_id, mine.epoch) != mine.epoch:
                await _close(mine)


async def _close(connection: ChargerConnection) -> None:
    log.info("connection_replaced", charger=connection.charger_id, epoch=connection.epoch)
    await connection.close(REPLACED, "replaced by a newer connection")

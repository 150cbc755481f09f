"""The lease of each connection: taken, kept alive, fenced, given back; and taken from the dead.

Arrivals and departures are committed for many chargers at once: when a site's router restarts they all come in
the same second.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway.duties import connectivity
from ocpp_gateway.duties.connectivity import Arrival, Departure
from ocpp_gateway.exchange.connection import ChargerConnection
from ocpp_gateway.exchange.registry import ConnectionRegistry
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.storage import leases
from ocpp_gateway.storage.lanes import Lane
from ocpp_gateway.storage.leases import Lease, Seen

log = structlog.get_logger(__name__)

REPLACED = 1000
"""Close code for a charger that is connected elsewhere by now: nothing is wrong with it."""
_LARGEST_SET = 128
_SLOW_ROUND_S = 1.0
_STEADY_ROUNDS = 3
_ARRIVAL_PATIENCE_S = 10.0
"""Longer than this a charger had better try again, perhaps with another instance."""


class LeaseKeeper:
    """`expiry_s`: a lease not renewed for so long belongs to an instance that is dead."""

    def __init__(
        self,
        engine: AsyncEngine,
        connections: ConnectionRegistry,
        *,
        metrics: GatewayMetrics,
        instance: str,
        flush_s: float,
        expiry_s: float,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._engine = engine
        self._connections = connections
        self._instance = instance
        self._flush_s = flush_s
        self._expiry = timedelta(seconds=expiry_s)
        self._renewed: dict[str, datetime] = {}
        self._steady_since = time.monotonic()
        self._arrivals = Lane(
            "arrivals", self._arrive, metrics=metrics, largest=_LARGEST_SET, patience_s=_ARRIVAL_PATIENCE_S
        )
        self._departures = Lane("departures", self._depart, metrics=metrics, largest=_LARGEST_SET)

    @property
    def lanes(self) -> "tuple[Lane[Arrival, Lease | None], Lane[Departure, bool]]":
        return self._arrivals, self._departures

    async def take(self, charger_id: str, protocol: str) -> Lease | None:
        """The new lease; None when the charger is gone. Raises DatabaseAway and what the database raises."""
        arrival = Arrival(charger_id=charger_id, protocol=protocol, at=self._clock())
        return await self._arrivals.do(arrival, charger_id)

    def release(self, charger_id: str, epoch: int, clock_offset: timedelta | None = None) -> None:
        """The connection is over. Tells who counted on the charger, unless it has come back already."""
        self._renewed.pop(charger_id, None)
        now = self._clock()
        self._submit_departure(
            Departure(charger_id=charger_id, epoch=epoch, at=now, noticed_at=now, clock_offset=clock_offset)
        )

    def _submit_departure(self, departure: Departure) -> None:
        def done(result: bool | BaseException) -> None:
            if isinstance(result, BaseException):
                log.error("lease_not_released", charger=departure.charger_id, error=repr(result))

        self._departures.submit(departure, departure.charger_id, done)

    async def _arrive(self, arrivals: Sequence[Arrival]) -> list[Lease | None]:
        async with self._engine.begin() as connection:
            return await connectivity.arrive(connection, arrivals, instance=self._instance, now=self._clock())

    async def _depart(self, departures: Sequence[Departure]) -> list[bool]:
        async with self._engine.begin() as connection:
            return await connectivity.depart(connection, departures)

    async def adopt_leftovers(self) -> None:
        """Leases in our name from a life before this one: those sockets are gone."""
        now = self._clock()
        async with self._engine.begin() as connection:
            left = await leases.last_seen_of(connection, self._instance)
            await connectivity.depart(connection, [_gone_since(seen, now) for seen in left])

    async def run(self) -> None:
        """Renew, fence and inherit, for ever."""
        while True:
            await asyncio.sleep(self._flush_s)
            began = time.monotonic()
            try:
                await self._renew()
                await self._fence()
                if self._is_steady(began):
                    await self._inherit()
            except (SQLAlchemyError, OSError) as error:
                self._steady_since = time.monotonic()
                log.warning("leases_not_flushed", error=repr(error))

    def _is_steady(self, began: float) -> bool:
        """Was Postgres there long enough for everybody who lives to have renewed? After an outage all look dead."""
        now = time.monotonic()
        if now - began > max(self._flush_s, _SLOW_ROUND_S):
            self._steady_since = now
        return now - self._steady_since >= _STEADY_ROUNDS * self._flush_s

    async def _renew(self) -> None:
        """Any sign of life counts, a pong too."""
        now, clock = self._clock(), time.monotonic()
        news = []
        for connection in self._connections:
            seen_at = now - timedelta(seconds=clock - connection.socket.heard_at)
            before = self._renewed.get(connection.charger_id)
            if before is None or seen_at - before >= timedelta(seconds=self._flush_s):
                news.append(Seen(connection.charger_id, connection.epoch, seen_at))
        if not news:
            return
        async with self._engine.begin() as database:
            await leases.note_seen(database, news)
        self._renewed |= {entry.charger_id: entry.at for entry in news}

    async def _fence(self) -> None:
        """Close what another instance has taken over, or has given up for dead: newest wins everywhere."""
        ours = list(self._connections)
        if not ours:
            return
        async with self._engine.connect() as connection:
            leased = await leases.leases_of(connection, self._instance)
        current = frozenset(leased)
        lost = [mine for mine in ours if (mine.charger_id, mine.epoch) not in current]
        # All at once: one that does not answer takes its time to close.
        await asyncio.gather(*(_close(mine) for mine in lost), return_exceptions=True)

    async def _inherit(self) -> None:
        """An instance that died without a word renews nothing: whoever notices tells that its chargers are off."""
        now = self._clock()
        async with self._engine.connect() as connection:
            expired = await leases.expired_leases(connection, now - self._expiry)
        for seen in expired:
            if self._connections.get(seen.charger_id) is None:
                log.warning("lease_expired", charger=seen.charger_id, epoch=seen.epoch)
                self._submit_departure(_gone_since(seen, now))


def _gone_since(seen: leases.Seen, now: datetime) -> Departure:
    """Of a gateway that died: nobody has heard the charger since, and what it did meanwhile is in its queue."""
    return Departure(charger_id=seen.charger_id, epoch=seen.epoch, at=seen.at, noticed_at=now)


async def _close(connection: ChargerConnection) -> None:
    log.info("connection_replaced", charger=connection.charger_id, epoch=connection.epoch)
    await connection.close(REPLACED, "replaced by a newer connection")

"""Signs of life: half-open connections and peers that do not read are found by one sweep over all of them."""

import asyncio
import time
from collections.abc import Iterable

import structlog

from ocpp_gateway.exchange.connection import ChargerConnection

log = structlog.get_logger(__name__)


class Keepalive:
    """Times in seconds. One task for all connections: a task each would cost more memory than the connection."""

    def __init__(
        self,
        connections: Iterable[ChargerConnection],
        *,
        ping_interval_s: float,
        ping_timeout_s: float,
        slow_reader_s: float,
    ) -> None:
        self._connections = connections
        self._ping_interval_s = ping_interval_s
        self._ping_timeout_s = ping_timeout_s
        self._slow_reader_s = slow_reader_s

    async def run(self) -> None:
        """Sweep for ever."""
        pause_s = min(self._ping_interval_s, self._ping_timeout_s, self._slow_reader_s) / 4
        while True:
            began = time.monotonic()
            await asyncio.sleep(pause_s)
            if time.monotonic() - began > 2 * pause_s:
                continue  # we were held up ourselves: first read what has come meanwhile
            for connection in self._connections:
                self.look(connection, time.monotonic())

    def look(self, connection: ChargerConnection, now: float) -> None:
        """Ping who is quiet; end what does not answer a ping, has not read for too long, or does not close."""
        socket = connection.socket
        if socket.is_overdue:
            self._end(connection, "does_not_close")
            return
        if socket.stuck_since is not None:
            if now - socket.stuck_since > self._slow_reader_s:
                self._end(connection, "reads_nothing")
            return
        if socket.is_paused:
            return  # we are not reading: its silence says nothing
        if socket.pinged_at >= socket.heard_at:
            if now - socket.pinged_at > self._ping_timeout_s:
                self._end(connection, "half_open")
        elif now - socket.heard_at > self._ping_interval_s:
            socket.send_ping()

    @staticmethod
    def _end(connection: ChargerConnection, why: str) -> None:
        log.info("connection_dead", charger=connection.charger_id, why=why)
        connection.socket.abort()

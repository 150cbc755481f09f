"""Keeps a charger connected: connect, boot until accepted, report, serve, and again after a loss."""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass

from websockets.exceptions import InvalidStatus, WebSocketException

from simulator.charge_point.changes import Changes
from simulator.charge_point.charger import Charger
from simulator.charge_point.link import Link
from simulator.charge_point.messages import (
    CallRefusedError,
    CallTimeoutError,
    NotConnectedError,
)
from simulator.charge_point.outbox import Outbox

logger = logging.getLogger(__name__)

LONGEST_RECONNECT_DELAY_S = 10.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `heartbeat_s` and `boot_retry_s` override what the CSMS's boot answer says."""

    heartbeat_s: float | None = None
    boot_retry_s: float | None = None
    reconnect_delay_s: float = 0.2


class Lifecycle:
    """Owns the charger's connection. `ready` is true from the accepted boot and the status reports that
    follow it to the loss of the socket."""

    def __init__(
        self,
        link: Link,
        charger: Charger,
        outbox: Outbox,
        changes: Changes,
        pace: Pace,
        *,
        reconnect: bool,
        boot_on_reconnect: bool,
    ) -> None:
        self._link, self._charger, self._outbox, self._changes = link, charger, outbox, changes
        self._pace = pace
        self._reconnect = reconnect
        self._boot_on_reconnect = boot_on_reconnect
        self._boot_reason: str | None = "power_up"
        self._coverage = asyncio.Event()
        self._coverage.set()
        self._supervisor: asyncio.Task[None] | None = None
        self._before_drop = 0
        self.ready = False
        self.connections = 0
        self.last_error: Exception | None = None

    async def start(self) -> None:
        """Begins and returns when the CSMS has accepted the boot.

        Raises:
            Exception: what the first connection failed with, when not to reconnect.
        """
        if self._supervisor is None or self._supervisor.done():
            self._supervisor = asyncio.create_task(self._supervise())
            self._supervisor.add_done_callback(self._supervision_ended)
        supervisor = self._supervisor
        await self._changes.until(lambda: self.ready or supervisor.done())
        if not self.ready and self.last_error is not None:
            raise self.last_error

    def _supervision_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.last_error = error if isinstance(error, Exception) else None
            logger.error("charger %s gave up", self._charger.hardware.identity, exc_info=error)
        self._changes.notify()

    async def stop(self) -> None:
        """Closes cleanly and ends every task."""
        await self._link.close()
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        self._go_offline()

    def lose_coverage(self) -> None:
        """Cuts the connection; no new one until `regain_coverage`."""
        self._coverage.clear()
        self._link.abort()
        self._go_offline()

    async def regain_coverage(self) -> None:
        """Reconnects and returns when accepted again."""
        self._coverage.set()
        await self._changes.until(lambda: self.ready)

    def drop(self, boot_reason: str) -> None:
        """Cuts the connection; the next one begins with a boot."""
        self._boot_reason = boot_reason
        self._before_drop = self.connections
        self._link.abort()
        self._go_offline()

    async def wait_restarted(self) -> None:
        """Returns when accepted after `drop`; at once when out of coverage or not running."""
        supervisor = self._supervisor
        if self._coverage.is_set() and supervisor is not None:
            await self._changes.until(
                lambda: supervisor.done() or (self.ready and self.connections > self._before_drop)
            )

    def _go_offline(self) -> None:
        self.ready = False
        self._charger.set_online(False)

    async def _supervise(self) -> None:
        delay_s = self._pace.reconnect_delay_s
        while True:
            await self._coverage.wait()
            accepted_before = self.connections
            pause_s = await self._connect_once()
            if not self._reconnect:
                return
            if self.connections > accepted_before:
                delay_s = self._pace.reconnect_delay_s
            # Spread by chance, so that a restarted gateway does not meet every charger at once.
            await asyncio.sleep(pause_s or delay_s * random.uniform(0.5, 1.0))
            delay_s = min(delay_s * 2, LONGEST_RECONNECT_DELAY_S)

    async def _connect_once(self) -> float | None:
        """One connection from open to close. Returns the pause the server asked for, if any."""
        try:
            await self._link.open()
        except InvalidStatus as error:
            self._note(error)
            return _retry_after_s(error)
        except (OSError, TimeoutError, WebSocketException, NotConnectedError) as error:
            self._note(error)
            return None
        reader = asyncio.create_task(self._link.serve())
        session = asyncio.create_task(self._session())
        try:
            # The session must not outlive the socket; the socket may outlive a session that failed.
            await asyncio.wait({reader, session}, return_when=asyncio.FIRST_COMPLETED)
            if not reader.done():
                await self._link.close()
            await reader
        finally:
            reader.cancel()
            session.cancel()
            await asyncio.gather(reader, session, return_exceptions=True)
            self._go_offline()
        failure = None if session.cancelled() else session.exception()
        if isinstance(failure, NotConnectedError):
            self._note(failure)
        elif failure is not None:
            raise failure
        return None

    def _note(self, error: Exception) -> None:
        self.last_error = error
        logger.debug("charger %s: %s", self._charger.hardware.identity, error)

    async def _session(self) -> None:
        if self._boot_reason is not None or self._boot_on_reconnect:
            await self._boot(self._boot_reason or "power_up")
            self._charger.forget_reports()
        self._boot_reason = None
        self.connections += 1
        self._charger.set_online(True)
        await self._charger.refresh()
        self.ready = True
        self._changes.notify()
        work = [
            asyncio.create_task(self._outbox.drain()),
            asyncio.create_task(self._beat()),
            asyncio.create_task(self._charger.meter_clock()),
        ]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            outcomes = await asyncio.gather(*work, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _boot(self, reason: str) -> None:
        while True:
            try:
                answer = await self._link.call(*self._charger.boot_call(reason))
            except (CallRefusedError, CallTimeoutError) as error:
                self._note(error)
                answer = {"status": "Rejected", "interval": 0}
            interval_s = float(answer.get("interval") or 0)
            if answer.get("status") == "Accepted":
                self._charger.set_heartbeat(self._pace.heartbeat_s or interval_s)
                return
            await asyncio.sleep(self._pace.boot_retry_s or interval_s or 1.0)

    async def _beat(self) -> None:
        while True:
            if await self._interval_changed(self._charger.heartbeat_s):
                continue
            try:
                await self._link.call("Heartbeat", {})
            except (CallRefusedError, CallTimeoutError) as error:
                self._note(error)

    async def _interval_changed(self, interval_s: float) -> bool:
        """True as soon as the CSMS chose another interval, False when this one has passed."""
        try:
            await self._changes.until(lambda: self._charger.heartbeat_s != interval_s, interval_s)
        except TimeoutError:
            return False
        return True


def _retry_after_s(error: InvalidStatus) -> float | None:
    value = error.response.headers.get("Retry-After", "")
    return float(value) if value.isdecimal() else None

"""The body of a charger without its charging logic: connectors, clock, status reports and holds.

State changes first and is reported afterwards, so that a command arriving while a report is under way
always sees the truth.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from simulator.charge_point.certificate import OwnCertificate
from simulator.charge_point.changes import Changes
from simulator.charge_point.holds import HoldBook
from simulator.charge_point.knobs import Misbehaviour
from simulator.charge_point.link import Link, Reply
from simulator.charge_point.messages import (
    CallRefusedError,
    CallTimeoutError,
    CommandRefusedError,
    NotConnectedError,
    Payload,
)
from simulator.charge_point.outbox import Outbox
from simulator.charge_point.state import ConnectorState, Hold, HoldEnd, LocalList, Token, Verdict
from simulator.charge_point.times import Time, Timer

logger = logging.getLogger(__name__)

TxStartPoint = Literal["Authorized", "EVConnected", "PowerPathClosed"]
Command = Callable[[Payload], Awaitable[Reply]]


@dataclass(slots=True)
class Hardware:
    """What the charger is, and those of its settings a CSMS may read or change."""

    identity: str
    connectors: int
    plugs: int
    power_w: int
    vendor: str
    model: str
    energy_step_wh: int
    connection_timeout_s: float
    transaction_id: Callable[[], str]
    tx_start_point: TxStartPoint = "PowerPathClosed"
    reservations: bool = True
    reserve_any: bool = True
    meter_interval_s: float | None = None


class Station(ABC):
    """Connectors by number; 0 is the charge point as a whole."""

    def __init__(
        self,
        hardware: Hardware,
        link: Link,
        outbox: Outbox,
        changes: Changes,
        knobs: Misbehaviour,
        time: Time,
    ) -> None:
        self.time = time
        self.hardware = hardware
        self.link = link
        self.outbox = outbox
        self.changes = changes
        self.knobs = knobs
        self.connectors = {n: ConnectorState(n) for n in range(hardware.connectors + 1)}
        self.holds = HoldBook(self.connectors)
        self.local_list = LocalList()
        self.profiles: dict[int, Payload] = {}
        self.certificate = OwnCertificate()
        self.roots: dict[str, tuple[str, Payload]] = {}
        self.online = False
        self._timers: dict[str, Timer] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # -- what each version puts on the wire -------------------------------------------------------------
    @abstractmethod
    def commands(self) -> Mapping[str, Command]:
        """CSMS action → what carries it out."""

    @abstractmethod
    def boot_call(self, reason: str) -> tuple[str, Payload]: ...

    @abstractmethod
    def derive_status(self, connector: ConnectorState) -> str: ...

    @abstractmethod
    def status_payloads(self, connector: ConnectorState) -> list[Payload]:
        """One for each plug; none for a connector the version does not report (0 in 2.0.1)."""

    @abstractmethod
    async def authorize(self, token: Token) -> Verdict: ...

    @abstractmethod
    async def hold_ended(self, hold: Hold, why: HoldEnd) -> None:
        """Tells the CSMS, where the version has a message for it."""

    # -- clock, timers, background work -----------------------------------------------------------------
    def timestamp(self) -> str:
        now = self.time.now() + self.knobs.clock_offset
        if self.knobs.naive_timestamps:
            return now.replace(tzinfo=None).isoformat(timespec="microseconds")
        return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def run_later(self, name: str, delay_s: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Runs `work` after a delay; a timer of the same name is replaced."""
        self.cancel_timer(name)
        self._timers[name] = self.time.later(max(delay_s, 0), lambda: self.run_aside(work()))

    def cancel_timer(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()

    @property
    def works(self) -> bool:
        """Background work is under way."""
        return bool(self._tasks)

    def run_aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget_task)

    def _forget_task(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("charger %s failed", self.hardware.identity, exc_info=error)

    def shut_down(self) -> None:
        """Ends timers and background work."""
        for name in list(self._timers):
            self.cancel_timer(name)
        for task in self._tasks:
            task.cancel()
        self.link.drop_commands()

    def change_password(self, password: str) -> bool:
        """For the next connection, which the caller brings about. False: OCPP knows no such password."""
        if not 16 <= len(password) <= 40:
            return False
        self.link.use_password(password)
        return True

    # -- talking ----------------------------------------------------------------------------------------
    async def serve(self, action: str, payload: Payload) -> Reply:
        """Carries out a CSMS command."""
        command = self.commands().get(action)
        if command is None:
            raise CommandRefusedError("NotImplemented", f"{action} is not implemented")
        return await command(payload)

    async def tell(self, action: str, payload: Payload) -> Payload | None:
        """Calls the CSMS with something that is not queued; None when it was not accepted."""
        try:
            return await self.link.call(action, payload)
        except (CallRefusedError, CallTimeoutError, NotConnectedError) as error:
            logger.info("charger %s: %s not taken: %s", self.hardware.identity, action, error)
            return None

    def set_online(self, online: bool) -> None:
        self.online = online
        self.changes.notify()

    def forget_reports(self) -> None:
        """After a boot every status is news again."""
        for connector in self.connectors.values():
            connector.reported = None

    def settle(self) -> None:
        """Derives every status from the state and wakes the waiters."""
        for connector in self.connectors.values():
            connector.status = self.derive_status(connector)
        self.changes.notify()

    async def refresh(self) -> None:
        """Settles and reports each status that differs from the one last reported."""
        self.settle()
        for connector in self.connectors.values():
            if connector.status != connector.reported and self.online:
                await self.report_status(connector)

    async def report_status(self, connector: ConnectorState, *, always: bool = False) -> None:
        silent = connector.status == "Reserved" and self.knobs.reserved_status == "never"
        payloads = self.status_payloads(connector)
        if not payloads or (silent and not always):
            return
        connector.reported = connector.status
        try:
            for payload in payloads:
                await self.link.call("StatusNotification", payload)
        except NotConnectedError:
            connector.reported = None
        except (CallRefusedError, CallTimeoutError) as error:
            logger.info("charger %s: status not taken: %s", self.hardware.identity, error)

    # -- holds ------------------------------------------------------------------------------------------
    async def reserve(self, hold: Hold) -> Reply:
        """ReserveNow: decides, places the hold, and reports Reserved when the knob says."""
        if self.knobs.authorize_inside_reserve_now:
            await self.authorize(hold.token)
        status = self._judge(hold)
        if status != "Accepted":
            return Reply({"status": status})
        self.holds.place(hold)
        delay_s = (hold.expires_at - self.time.now()).total_seconds()
        self.run_later(f"hold {hold.reservation_id}", delay_s, lambda: self._expire(hold))
        if self.knobs.reserved_status == "before_reply":
            await self.refresh()
            return Reply({"status": status})
        self.settle()
        return Reply({"status": status}, after=self.refresh)

    def _judge(self, hold: Hold) -> str:
        allowed = self.hardware.reservations and (hold.connector != 0 or self.hardware.reserve_any)
        return self.holds.judge(hold, self.time.now()) if allowed else "Rejected"

    async def cancel_reservation(self, payload: Payload) -> Reply:
        """CancelReservation, the same in both versions. Rejected: the id is unknown."""
        if self.holds.get(payload["reservationId"]) is None:
            return Reply({"status": "Rejected"})
        self.drop_hold(payload["reservationId"])
        self.settle()
        return Reply({"status": "Accepted"}, after=self.refresh)

    def drop_hold(self, reservation_id: int) -> Hold | None:
        self.cancel_timer(f"hold {reservation_id}")
        return self.holds.remove(reservation_id)

    async def _expire(self, hold: Hold) -> None:
        if self.holds.get(hold.reservation_id) is not hold:
            return
        self.drop_hold(hold.reservation_id)
        if not self.knobs.report_expiry:
            self.settle()
            for connector in self.connectors.values():
                connector.reported = connector.status
            return
        await self.refresh()
        await self.hold_ended(hold, "Expired")

    def take_holds(self, connector: ConnectorState) -> list[Hold]:
        """Removes the holds a connector can no longer honour: its own, and those for any connector when
        none is left to serve them (1.6 §5.13, 2.0.1 H01.FR.16/17)."""
        none_left = not any(c.usable for n, c in self.connectors.items() if n)
        lost = [h for h in self.holds.all() if h.connector == (connector.number or h.connector)]
        if none_left:
            lost = self.holds.all()
        for hold in lost:
            self.drop_hold(hold.reservation_id)
        return lost

    def forget_holds(self) -> None:
        for hold in self.holds.all():
            self.drop_hold(hold.reservation_id)

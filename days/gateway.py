"""The gateway of a day: the real connections, lanes, duties and doubts, over wires in memory and by the day's clock."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncEngine

from days.virtual_time import VirtualTime, Work
from days.wire import Wire
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.doubts import DoubtOptions, Doubts
from ocpp_gateway.duties.left_blocked import BlockedOptions, LeftBlocked
from ocpp_gateway.duties.lingering_cars import LingeringCars, LingeringOptions
from ocpp_gateway.duties.live_chargers import LiveCharger
from ocpp_gateway.duties.quirks import QuirkLog
from ocpp_gateway.duties.refused_transactions import RefusedTransactions
from ocpp_gateway.duties.report_handler import ReportHandler
from ocpp_gateway.exchange.connection import ChargerConnection
from ocpp_gateway.exchange.follow_ups import FollowUps
from ocpp_gateway.exchange.hearing import Hearing
from ocpp_gateway.exchange.leases import LeaseKeeper
from ocpp_gateway.exchange.message_budget import MessageBudget
from ocpp_gateway.exchange.registry import ConnectionRegistry
from ocpp_gateway.exchange.websocket import ChargerSocket
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.wire.charger_actions import CHARGER_ACTIONS
from ocpp_gateway.wire.v2x.version import ocpp21, ocpp201
from ocpp_gateway.wire.v16.version import ocpp16
from simulator.charge_point.dialling import Address

INSTANCE = "day"
_ANY_NUMBER = 10**9
_PATIENCE_S = 20.0
"""Of the wall's: for an answer that comes within this process."""


class DayGateway:
    """`seconds` of doubts and settling as the product's own defaults."""

    def __init__(self, engine: AsyncEngine, time: VirtualTime) -> None:
        self._engine, self._time = engine, time
        self._metrics = GatewayMetrics(CHARGER_ACTIONS)
        self._versions = {version.subprotocol: version for version in (ocpp21(), ocpp201(), ocpp16())}
        capabilities = CapabilityRecords(engine)
        self._reports = ReportHandler(engine, self._metrics, heartbeat_s=86_400)
        self.connections = ConnectionRegistry(engine, self._metrics, capabilities, time.now)
        self._refused = RefusedTransactions(engine, self._metrics, sleep=time.sleep)
        self._leases = LeaseKeeper(
            engine,
            self.connections,
            metrics=self._metrics,
            instance=INSTANCE,
            flush_s=_ANY_NUMBER,
            expiry_s=_ANY_NUMBER,
            clock=time.now,
        )
        self._doubts_options, self._lingers = DoubtOptions(), LingeringOptions()
        self.doubts = Doubts(
            engine,
            self.connections,
            capabilities,
            wake=lambda: None,
            options=self._doubts_options,
            clock=time.now,
        )
        self._lingering = LingeringCars(
            engine, self.connections, capabilities, instance=INSTANCE, clock=time.now
        )
        self._left_blocked = LeftBlocked(engine, instance=INSTANCE, wake=lambda: None, clock=time.now)
        self.quirks = QuirkLog(engine, flush_s=_ANY_NUMBER)
        self._tasks: list[asyncio.Task[None]] = []
        self._wires: dict[str, Wire] = {}
        self._frames = 0
        self._serving: set[asyncio.Task[None]] = set()
        self._looks_at: set[Any] = set()

    async def __aenter__(self) -> "DayGateway":
        lanes = [*self._reports.lanes, *self._leases.lanes, self._refused.lane]
        self._tasks = [asyncio.create_task(cast("Any", lane).run()) for lane in lanes]
        return self

    async def __aexit__(self, *_: object) -> None:
        for wire in self._wires.values():
            wire.cut()
        await asyncio.gather(*self._serving, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- chargers come and go --------------------------------------------------------------------------
    async def connect(self, address: Address) -> Any:
        """As a virtual charge point reaches us. Raises OSError: there is no such charger."""
        subprotocol = f"ocpp{address.version}"
        lease = await self._leases.take(address.identity, subprotocol)
        if lease is None:
            raise OSError(f"no charger {address.identity}")
        wire = Wire(subprotocol)
        connection = ChargerConnection(
            cast("ChargerSocket", wire.gateway),
            charger_id=address.identity,
            lease=lease,
            version=self._versions[subprotocol],
            report_handler=self._reports,
            follow_ups=FollowUps(
                events=lambda: None,
                refused=self._stop_refused,
                booted=self._booted,
                doubted=self.doubts.arrived,
            ),
            metrics=self._metrics,
            budget=MessageBudget(_ANY_NUMBER, _ANY_NUMBER),
            call_timeout_s=_PATIENCE_S,
            hearing=Hearing(self.quirks.note, strict=False),
            clock=self._time.now,
        )
        wire.gateway.attach(connection)
        if (before := self._wires.get(address.identity)) is not None:
            self._frames += before.frames
        self._wires[address.identity] = wire
        task = asyncio.create_task(self._serve(connection))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        return wire.charger

    async def _serve(self, connection: ChargerConnection) -> None:
        replaced = self.connections.add(connection)
        if replaced is not None:
            await replaced.close(1000, "replaced")
        try:
            self._booted(connection)
            await connection.run()
        finally:
            self.connections.remove(connection)
            self._refused.forget(connection)
            self._leases.release(connection.charger_id, connection.epoch, connection.clock_offset)

    def _booted(self, connection: LiveCharger) -> None:
        self._refused.look(connection)
        self.doubts.arrived(connection)

    def _stop_refused(self, connection: LiveCharger, transaction_id: str, unpaid: bool) -> None:
        self._refused.stop(connection, transaction_id, unpaid)

    @property
    def frames(self) -> int:
        """That have crossed the wires."""
        return self._frames + sum(wire.frames for wire in self._wires.values())

    def wire(self, charger_id: str) -> Wire:
        return self._wires[charger_id]

    # --- time ------------------------------------------------------------------------------------------
    def look_soon(self) -> None:
        """Have doubts and lingering cars looked at as its own loops would, some time after something was said."""
        options = self._doubts_options
        for delay_s in (options.every_s, 2 * options.every_s):
            self._look_after(delay_s, self.doubts.look)
        blocked = BlockedOptions()
        self._look_after(blocked.settle_s + blocked.every_s, self._left_blocked.look)
        for delay_s in (self._lingers.quiet_s, self._lingers.again_s):
            self._look_after(delay_s + options.every_s, self._lingering.look)

    def _look_after(self, delay_s: float, look: Work) -> None:
        at = self._time.now().replace(microsecond=0) + timedelta(seconds=delay_s)
        if (at, look) not in self._looks_at:
            self._looks_at.add((at, look))
            self._time.at(at, look)

    @property
    def is_idle(self) -> bool:
        """Nobody's message is being handled."""
        return all(not lane for lane in [*self._reports.lanes, *self._leases.lanes])


async def quiet(engine: AsyncEngine, busy: Callable[[], bool]) -> None:
    """Return once no task of this loop does anything that needs no passing of the day's time."""
    pool = cast("Any", engine.pool)
    calm = 0
    while calm < 8:
        await asyncio.sleep(0)
        if pool.checkedout() or busy():
            calm = 0
            await asyncio.sleep(0.0003)
        else:
            calm += 1

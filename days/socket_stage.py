"""The stage over real sockets: a Temporal server, a worker and a gateway, and minutes that last parts of a second."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    WorkflowExecutionStatus,
)

from activities.money.follow_ups import FollowUpActivities
from activities.money.stripe_gateway import StripeGateway
from contracts import search_attributes
from contracts.money import PaymentEvent
from contracts.names import MessageName
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookRequest
from days.calendar import Calendar
from days.people import Charger
from days.script import ChargerPlan
from days.site import PASSWORD
from days.stage import NotDone
from days.virtual_time import Alarm, Work
from db.engine import create_sessions
from domain.errors import DomainError
from domain.reservation.actions.messages import Message
from domain.reservation.code import workflow_id
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from runtime.embedded.temporal_server import EmbeddedTemporal
from runtime.readiness.findings import kind_of
from runtime.registration import Parts, build_worker
from runtime.relays import debt_relay
from runtime.settings import WorkerSettings
from runtime.temporal import connect
from simulator.charge_point.times import WallTime
from simulator.stripe_api.control_client import StripeApiControl
from simulator.stripe_api.faults import FaultKind
from workflows.client.reservations import ReservationClient
from workflows.client.signals import signal_reservation

MINUTE_S = 0.2
_PATIENCE = timedelta(seconds=20)
_LATE_ANSWERS = 6


class SocketTime(WallTime):
    """The wall's, with alarms that are waited for."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Alarm]] = []
        self._numbers = itertools.count()

    def at(self, when: datetime, work: Work) -> Alarm:
        alarm = Alarm(when, work)
        heapq.heappush(self._due, (when, next(self._numbers), alarm))
        return alarm

    def next_due(self) -> datetime | None:
        return self._due[0][0] if self._due else None

    async def jump(self) -> None:
        when, _, alarm = heapq.heappop(self._due)
        await asyncio.sleep(max((when - self.now()).total_seconds(), 0))
        await alarm.work()


async def _stopped(stop: asyncio.Event, task: asyncio.Task[None]) -> None:
    stop.set()
    await task


class SlowSignals(Interceptor):
    """What one client signals waits while it is paused."""

    def __init__(self) -> None:
        self._until = 0.0

    def pause(self, seconds: float) -> None:
        self._until = max(self._until, asyncio.get_running_loop().time() + seconds)

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Paused(next, self)

    async def passed(self) -> None:
        await asyncio.sleep(max(self._until - asyncio.get_running_loop().time(), 0))


class _Paused(OutboundInterceptor):
    def __init__(self, then: OutboundInterceptor, pause: SlowSignals) -> None:
        super().__init__(then)
        self._pause = pause

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        await self._pause.passed()
        await super().signal_workflow(input)


class SocketStage:
    tolerance = timedelta(seconds=3)
    tasks = 0

    def __init__(
        self,
        engine: AsyncEngine,
        stripe: StripeGateway,
        temporal: Client,
        gateway: Gateway,
        relay: "SlowSignals",
    ) -> None:
        self.calendar = Calendar(
            datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2), timedelta(seconds=MINUTE_S)
        )
        self.time = SocketTime()
        self.frames = 0
        self._temporal, self._gateway, self._relay = temporal, gateway, relay
        self._reservations = ReservationClient(temporal)
        self._follow_ups = FollowUpActivities(create_sessions(engine), stripe)
        self._codes: list[str] = []
        self._chargers: list[Charger] = []
        self._look: Callable[[], None] = lambda: None

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, url: str, engine: AsyncEngine, stripe: StripeGateway
    ) -> "AsyncIterator[SocketStage]":
        async with AsyncExitStack() as stack:
            attributes = {key.name: kind_of(key) for key in search_attributes.ALL}
            server = await stack.enter_async_context(EmbeddedTemporal(search_attributes=attributes))
            temporal = await connect(server.address, server.namespace)
            parts = Parts(sessions=create_sessions(engine), stripe=stripe, temporal=temporal)
            await stack.enter_async_context(build_worker(parts, WorkerSettings()))
            stop = asyncio.Event()
            debts = asyncio.create_task(debt_relay(engine, temporal).run(stop))
            stack.push_async_callback(_stopped, stop, debts)
            options = GatewayOptions(
                instance="day",
                call_timeout_s=5.0,
                flush_s=0.2,
                sweep_s=0.1,
                hold_watch_s=0.2,
                hold_settle_s=0.2,
            )
            relay = SlowSignals()
            slowly = temporal.config()
            slowly["interceptors"] = [relay]
            gateway = await stack.enter_async_context(
                running_gateway(url, client=Client(**slowly), options=options)
            )
            yield cls(engine, stripe, temporal, gateway, relay)

    # --- chargers --------------------------------------------------------------------------------------
    def charger(self, name: str, plan: ChargerPlan) -> Charger:
        return Charger.made(
            name,
            plan,
            time=self.time,
            url=self._gateway.url,
            password=PASSWORD,
            connection_timeout_s=self.calendar.span(0.5).total_seconds(),
            heartbeat_s=5.0,
            on_message=self._count,
        )

    def _count(self, _message: Any) -> None:
        self.frames += 1

    def lose_next_answer(self, charger: Charger) -> None:
        """Nearly that: the connection is cut, whatever is under way."""
        charger.device.cut()

    def pause_relay(self, seconds: float) -> None:
        self._relay.pause(self.calendar.span(seconds / 60).total_seconds())

    async def slow_provider(self, control: StripeApiControl, seconds: float) -> None:
        """Within the time that it is given: the next answers come late."""
        late = self.calendar.span(seconds / 60).total_seconds()
        await control.fail_next(FaultKind.SLOW, times=_LATE_ANSWERS, seconds=late)

    def lose_tasks(self, times: int) -> None:
        """Its worker is a real one, which keeps what it has."""

    async def settle(self, chargers: list[Charger], look: Callable[[], None]) -> None:
        self._chargers, self._look = chargers, look
        await self._settled()

    async def _settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0.01)
            self._look()
            if not any(charger.device.busy for charger in self._chargers):
                return

    # --- reservations ----------------------------------------------------------------------------------
    async def book(self, request: BookRequest) -> BookDecision:
        self._codes.append(request.code)
        return await self._reservations.book(request, patience=_PATIENCE)

    async def act(self, code: str, action: str, message: Message | None) -> None:
        try:
            await self._reservations.act(code, action, message, update_id=None, patience=_PATIENCE)
        except DomainError as refusal:
            raise NotDone(refusal.code) from refusal
        except Exception as error:
            raise NotDone(str(getattr(error, "code", type(error).__name__))) from error
        finally:
            await self._settled()

    async def view(self, code: str) -> ReservationView | None:
        return None if code not in self._codes or await self._is_over(code) else await self._view(code)

    async def _view(self, code: str) -> ReservationView | None:
        return await self._reservations.view(code, patience=_PATIENCE)

    async def paid(self, code: str, event: PaymentEvent) -> None:
        await signal_reservation(self._temporal, code, MessageName.PAYMENT_EVENT, event)

    async def shown(self) -> dict[str, tuple[bool, ReservationView]]:
        shown = {}
        for code in self._codes:
            view = await self._view(code)
            if view is not None:
                shown[code] = (await self._is_over(code), view)
        return shown

    async def _is_over(self, code: str) -> bool:
        handle = self._temporal.get_workflow_handle(workflow_id(code))
        return (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING

    async def tidy_up(self) -> None:
        for _ in range(2):
            await asyncio.sleep(1.0)
            await self._follow_ups.settle_follow_ups(0)

"""The stage in virtual time: workflows, gateway and chargers in this process, by one clock that jumps."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.chargers.commands import charger_activities
from activities.chargers.routing import RoutingActivities
from activities.hearing import HearingActivities
from activities.holds.activities import HoldActivities
from activities.money.debts import DebtActivities
from activities.money.fees import FeeActivities
from activities.money.follow_ups import FollowUpActivities
from activities.money.payments import PaymentActivities
from activities.money.settlement import SettlementActivities
from activities.money.stripe_gateway import StripeGateway
from activities.people.projection import ProjectionActivities
from contracts.hearing import HEAR_OUT
from contracts.money import PaymentEvent
from contracts.names import MessageName
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookRequest
from days.calendar import VIRTUAL
from days.debts import DayDebts
from days.deliveries import Deliveries
from days.gateway import DayGateway, quiet
from days.instances import Instances
from days.payloads import read
from days.people import Charger
from days.script import ChargerPlan
from days.stage import NotDone
from days.temporal import UpdateFailed, Workflows
from days.virtual_time import VirtualTime
from days.workers import Implementations, by_name
from db.engine import create_sessions
from domain.reservation.actions.messages import Message
from domain.reservation.code import workflow_id
from simulator.stripe_api.control_client import StripeApiControl
from workflows.engine.sandbox import runner
from workflows.reservation.workflow import ReservationWorkflow

_LONGEST_SETTLING = 20_000
"""Steps without time passing: more would be a loop."""


class VirtualStage:
    calendar = VIRTUAL
    tolerance = timedelta(seconds=5)

    def __init__(self, engine: AsyncEngine, stripe: StripeGateway, random: Random) -> None:
        self._engine, self._sessions = engine, create_sessions(engine)
        self.time = VirtualTime(VIRTUAL.instant(-5))
        self.gateway = DayGateway(engine, self.time)
        self._follow_ups = FollowUpActivities(self._sessions, stripe)
        self._workflows = Workflows(
            Instances(ReservationWorkflow, runner()), self._activities(stripe), self.time, random
        )
        self._deliveries = Deliveries(engine, self._workflows, self.time)
        self._debts = DayDebts(engine, DebtActivities(self._sessions, stripe), self.time)
        self._chargers: list[Charger] = []
        self._look: Callable[[], None] = lambda: None

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, engine: AsyncEngine, stripe: StripeGateway, random: Random
    ) -> "AsyncIterator[VirtualStage]":
        stage = cls(engine, stripe, random)
        async with stage.gateway:
            yield stage

    def _activities(self, stripe: StripeGateway) -> Implementations:
        hearing = HearingActivities(self._sessions)

        async def hear_out(ask: Any) -> Any:
            await self._deliveries.all(asked_for=True)  # the relay runs on while a deadline waits for it
            return await hearing.hear_out(ask)

        hear_out.__annotations__ = dict(HearingActivities.hear_out.__annotations__)
        of_provider = [
            *PaymentActivities(self._sessions, stripe).all(),
            *FeeActivities(self._sessions, stripe).all(),
            *SettlementActivities(self._sessions, stripe).all(),
        ]
        self._of_provider = frozenset(by_name(of_provider))
        functions = [
            *HoldActivities(self._sessions).all(),
            *RoutingActivities(self._sessions).all(),
            *of_provider,
            *ProjectionActivities(self._sessions, structlog.get_logger()).all(),
            *charger_activities(self.gateway.connections),
        ]
        return {**by_name(functions), HEAR_OUT.name: hear_out}

    # --- counted ---------------------------------------------------------------------------------------
    @property
    def tasks(self) -> int:
        return self._workflows.tasks

    @property
    def frames(self) -> int:
        return self.gateway.frames

    # --- chargers --------------------------------------------------------------------------------------
    def charger(self, name: str, plan: ChargerPlan) -> Charger:
        return Charger.made(name, plan, time=self.time, connect=self.gateway.connect)

    def lose_next_answer(self, charger: Charger) -> None:
        self.gateway.wire(charger.id).lose_next_answer = True

    def pause_relay(self, seconds: float) -> None:
        self._deliveries.pause(seconds)

    async def slow_provider(self, control: StripeApiControl, seconds: float) -> None:
        self._workflows.slow_down(self._of_provider, seconds)

    def lose_tasks(self, times: int) -> None:
        self._workflows.loses = times

    async def settle(self, chargers: list[Charger], look: Callable[[], None]) -> None:
        """As deeds ask for it, too: what is at the plugs is looked at whoever waits."""
        self._chargers, self._look = chargers, look
        await self._settled()

    async def _settled(self) -> None:
        for _ in range(_LONGEST_SETTLING):
            await quiet(self._engine, self._is_busy)
            self._look()
            moved = await self._deliveries.all() or await self._workflows.go_on()
            if not moved and not await self._debts.hear():
                return
            self.gateway.look_soon()
        raise AssertionError("the day does not settle")

    def _is_busy(self) -> bool:
        return not self.gateway.is_idle or any(charger.device.busy for charger in self._chargers)

    # --- reservations ----------------------------------------------------------------------------------
    async def book(self, request: BookRequest) -> BookDecision:
        name = workflow_id(request.code)
        self._workflows.start(name, request)
        asked = self._workflows.ask(name, MessageName.BOOK)
        await self._settled()
        while not asked.done():  # the provider is slow, and whoever books waits
            await self.time.jump()
            await self._settled()
        return read(asked.result(), BookDecision)

    async def act(self, code: str, action: str, message: Message | None) -> None:
        arguments = [] if message is None else [message]
        try:
            asked = self._workflows.ask(workflow_id(code), action, *arguments)
        except LookupError as error:
            raise NotDone("over") from error
        await self._settled()
        if not asked.done():
            raise NotDone("")
        try:
            asked.result()
        except UpdateFailed as refusal:
            raise NotDone(refusal.code or "") from refusal

    async def view(self, code: str) -> ReservationView | None:
        run = self._workflows.runs.get(workflow_id(code))
        if run is None or run.over:
            return None
        return await self._workflows.query(run.workflow_id, MessageName.VIEW, ReservationView)

    async def paid(self, code: str, event: PaymentEvent) -> None:
        self._workflows.signal(workflow_id(code), MessageName.PAYMENT_EVENT, event)

    async def shown(self) -> dict[str, tuple[bool, ReservationView]]:
        shown = {}
        for run in self._workflows.runs.values():
            if run.over and run.result is not None:
                view = read(run.result, ReservationView)
            else:
                view = await self._workflows.query(run.workflow_id, MessageName.VIEW, ReservationView)
            shown[view.code] = (run.over, view)
        return shown

    async def tidy_up(self) -> None:
        for _ in range(3):
            await self.gateway.doubts.look()
            await self._settled()
            await self._follow_ups.settle_follow_ups(0)
            await self._settled()

"""One day, lived: the stack around it, its deeds at their minutes, and between them whatever comes of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.activity import _Definition

from activities.chargers.commands import charger_activities
from activities.chargers.routing import RoutingActivities
from activities.hearing import HearingActivities
from activities.holds.activities import HoldActivities
from activities.money.follow_ups import FollowUpActivities
from activities.money.payments import PaymentActivities
from activities.money.settlement import SettlementActivities
from activities.money.stripe_gateway import StripeGateway
from activities.people.projection import ProjectionActivities
from contracts.hearing import HEAR_OUT
from days.calendar import EVENING, MORNING, NIGHT, instant_of
from days.deeds import Deeds
from days.deliveries import Deliveries
from days.gateway import DayGateway, quiet
from days.people import Charger, Guest
from days.script import Deed, Script
from days.site import build, charger_id, policy_of
from days.temporal import Workflows
from days.truth import Truth
from days.virtual_time import VirtualTime
from db.engine import Sessions, create_engine, create_sessions
from simulator.stripe_api.control_client import StripeApiControl
from simulator.stripe_api.server import RunningStripeApi
from workflows.engine.sandbox import runner
from workflows.reservation.workflow import ReservationWorkflow

_LONGEST_SETTLING = 20_000
"""Steps without time passing: more would be a loop."""


class Day:
    def __init__(
        self, script: Script, engine: AsyncEngine, stripe: StripeGateway, control: StripeApiControl
    ) -> None:
        self.script, self.engine, self.control = script, engine, control
        self.sessions: Sessions = create_sessions(engine)
        self.time = VirtualTime(MORNING - timedelta(minutes=5))
        self.truth = Truth()
        self.gateway = DayGateway(engine, self.time)
        self.follow_ups = FollowUpActivities(self.sessions, stripe)
        self.workflows = Workflows(
            ReservationWorkflow, runner(), self._activities(stripe), self.time, Random(script.seed)
        )
        self.deliveries = Deliveries(engine, self.workflows, self.time)
        self.chargers: dict[str, Charger] = {}
        self.guests = {name: Guest(name, visit) for name, visit in script.visits.items()}
        self.connectors: dict[tuple[str, int], int] = {}
        self.events = 0
        self._deeds = Deeds(self)
        self.policy = policy_of(script)

    @property
    def places(self) -> dict[int, tuple[str, int]]:
        """Connectors by their id."""
        return {id_: place for place, id_ in self.connectors.items()}

    def _activities(self, stripe: StripeGateway) -> dict[str, Callable[..., Any]]:
        hearing = HearingActivities(self.sessions)

        async def hear_out(ask: Any) -> Any:
            await self.deliveries.all()  # the relay runs on while a deadline waits for it
            return await hearing.hear_out(ask)

        hear_out.__annotations__ = dict(HearingActivities.hear_out.__annotations__)
        functions = [
            *HoldActivities(self.sessions).all(),
            *RoutingActivities(self.sessions).all(),
            *PaymentActivities(self.sessions, stripe).all(),
            *SettlementActivities(self.sessions, stripe).all(),
            *ProjectionActivities(self.sessions, structlog.get_logger()).all(),
            *charger_activities(self.gateway.connections),
        ]
        named = {str(_Definition.must_from_callable(function).name): function for function in functions}
        return {**named, HEAR_OUT.name: hear_out}

    # --- the day ---------------------------------------------------------------------------------------
    async def live(self) -> None:
        self.connectors = await build(self.sessions, self.script)
        async with self.gateway:
            await self._install()
            for deed in self.script.deeds:
                self.do_at(deed)
            self.time.at(EVENING, self._deeds.close_the_site)
            while (due := self.time.next_due()) is not None and due < NIGHT:
                await self.time.jump()
                self.events += 1
                await self.settle()
                if due > EVENING and self._all_over:
                    break
            await self._tidy_up()
            for charger in self.chargers.values():
                await charger.device.stop()
            await self.quiet()

    def do_at(self, deed: Deed) -> None:
        async def do() -> None:
            await self._deeds.do(deed)

        self.time.at(instant_of(deed.minute), do)

    @property
    def _all_over(self) -> bool:
        return all(run.over for run in self.workflows.runs.values())

    async def _install(self) -> None:
        for n, plan in enumerate(self.script.chargers, start=1):
            charger = Charger.made(f"c{n}", charger_id(f"c{n}"), plan, self.time, self.gateway.connect)
            self.chargers[charger.name] = charger
            await charger.device.start()
        await self.settle()

    async def _tidy_up(self) -> None:
        """What schedules would do beside the reservations."""
        for _ in range(3):
            await self.gateway.doubts.look()
            await self.settle()
            await self.follow_ups.settle_follow_ups(0)
            await self.settle()

    async def settle(self) -> None:
        """Until nothing is left to be done before time passes."""
        for _ in range(_LONGEST_SETTLING):
            await self.quiet()
            self._look()
            if not await self.deliveries.all() and not await self.workflows.go_on():
                return
            self.gateway.look_soon()
        raise AssertionError("the day does not settle")

    async def quiet(self) -> None:
        await quiet(self.engine, self._is_busy)

    def _is_busy(self) -> bool:
        return not self.gateway.is_idle or any(charger.device.busy for charger in self.chargers.values())

    def _look(self) -> None:
        """At the plugs: what runs there now."""
        now = self.time.now()
        for charger in self.chargers.values():
            charger.look(self.truth, now)

    def tell(self, what: str) -> None:
        self.truth.told.append(f"{self.time.now():%H:%M:%S} {what}")


@asynccontextmanager
async def opened(script: Script, url: str, stripe_api: RunningStripeApi) -> AsyncIterator[Day]:
    """On a migrated, empty database, and a provider that nobody else uses."""
    engine = create_engine(url, pool_size=8)
    stripe = StripeGateway(stripe_api.api_key, stripe_api.base_url)
    try:
        yield Day(script, engine, stripe, stripe_api)
    finally:
        await stripe.aclose()
        await engine.dispose()

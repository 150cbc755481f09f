"""A world for reservations: real server, worker, sandbox and charger activities; fakes with behaviour behind them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker, WorkflowRunner

from activities.chargers.commands import charger_activities
from contracts.reservation import BookDecision, BookRequest
from domain.reservation.code import reservation_code, workflow_id
from domain.terms.payer import BY_CARD, Payer
from tests.factories.policies import make_policy, make_slot_rules, make_terms
from tests.workflows.bank import GOOD_CARD, Bank
from tests.workflows.chargers import Chargers
from tests.workflows.people import People
from tests.workflows.places import SITE
from tests.workflows.plugs import Plugs
from tests.workflows.site import Site
from tests.workflows.swaps import Swaps
from tests.workflows.troubles import Troubles
from tests.workflows.visit import Visit
from workflows.engine.sandbox import runner
from workflows.engine.threads import WorkflowThreads
from workflows.reservation.workflow import ReservationWorkflow

CONNECTORS = 3
ACCOUNT = "account-1"

ANY_INSTANT = make_slot_rules(step=timedelta(0))
"""No grid: slots begin when the test does."""


@dataclass(slots=True)
class World:
    """One test's world. Its queues are its own, so worlds on one server never meet."""

    environment: WorkflowEnvironment
    queue: str
    troubles: Troubles
    site: Site
    bank: Bank
    chargers: Chargers
    people: People
    swaps: Swaps
    task_timeout: timedelta | None = None
    """Of workflow tasks; the server's ten seconds when None."""
    answers: dict[str, BookDecision] = field(default_factory=dict)
    """To bookings, as their senders have got them."""
    _first_booked: asyncio.Future[str] = field(default_factory=asyncio.Future)

    @property
    def client(self) -> Client:
        return self.environment.client

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        environment: WorkflowEnvironment,
        cache: int,
        executor: ThreadPoolExecutor | None = None,
        workflow_runner: WorkflowRunner | None = None,
    ) -> "AsyncIterator[World]":
        """`executor`: what workflow tasks run on; the product's when None. `workflow_runner`: the product's."""
        world = cls.built(environment)
        reservations = Worker(
            environment.client,
            task_queue=world.queue,
            workflows=[ReservationWorkflow],
            activities=world.activities(),
            workflow_runner=workflow_runner or runner(),
            workflow_task_executor=executor or WorkflowThreads(),
            max_cached_workflows=cache,
            workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(2),
            activity_task_poller_behavior=PollerBehaviorSimpleMaximum(1),
            # Without a cache, a task that waits for a local activity can be lost (until its timeout of ten
            # seconds) when another workflow's task is worked on beside it.
            max_concurrent_workflow_tasks=None if cache else 1,
        )
        gateway = Worker(
            environment.client,
            task_queue=world.chargers.queue,
            activities=charger_activities(world.chargers),
            activity_task_poller_behavior=PollerBehaviorSimpleMaximum(1),
        )
        async with gateway, reservations:
            yield world

    @classmethod
    def built(cls, environment: WorkflowEnvironment) -> "World":
        troubles, name = Troubles(), secrets.token_hex(6)
        site = Site(troubles, make_terms(policy=make_policy(slots=ANY_INSTANT)))
        world = cls(
            environment=environment,
            queue=f"reservations-{name}",
            troubles=troubles,
            site=site,
            bank=Bank(troubles, site.settles),
            chargers=Chargers(troubles, f"gateway-{name}"),
            people=People(troubles),
            swaps=Swaps(site),
        )
        world.site.build(CONNECTORS)
        world.site.has_payments = world.bank.intents.__contains__
        return world

    def activities(self) -> list[Any]:
        site, bank = self.site, self.bank
        return [
            site.place_hold,
            site.find_alternatives,
            site.lock_hold,
            site.move_hold,
            self.swaps.swap_holds,
            self.swaps.follow_swap,
            site.hold_replacement,
            site.release_holds,
            Plugs(site).put_back_hold,
            site.give_up_booking,
            site.match_sessions,
            bank.authorise_deposit,
            bank.release_deposit,
            bank.save_card,
            bank.take_fee,
            bank.void_payments,
            bank.settle_reservation,
            self.chargers.resolve_route,
            self.people.publish,
            self.people.announce,
            self.people.hear_out,
        ]

    # --- time ---------------------------------------------------------------------------------------

    async def advance(self, handle: WorkflowHandle[Any, Any], delta: timedelta) -> bool:
        """The one place that knows how time is skipped on this server."""
        return await self.environment.fast_forward(handle, delta)

    async def now(self, handle: WorkflowHandle[Any, Any]) -> datetime:
        return await self.environment.get_current_time(handle)

    # --- booking ------------------------------------------------------------------------------------

    def request(self, *, starts_in: timedelta, length: timedelta, **over: Any) -> BookRequest:
        now = datetime.now(UTC)
        values: dict[str, Any] = {
            "code": reservation_code(ACCOUNT, secrets.token_hex(8)),
            "account": ACCOUNT,
            "driver_id": "driver-1",
            "site_id": SITE,
            "start": now + starts_in,
            "end": now + starts_in + length,
            "book_by": now + timedelta(seconds=30),
            "payment_method": GOOD_CARD,
        }
        return BookRequest(**(values | over))

    async def book(
        self,
        *,
        starts_in: timedelta = timedelta(hours=2),
        length: timedelta = timedelta(hours=1),
        policy: dict[str, Any] | None = None,
        payer: Payer = BY_CARD,
        **over: Any,
    ) -> Visit:
        """Book through the client, exactly as the API does. `policy`: what differs from the factory's."""
        request = self.request(starts_in=starts_in, length=length, **over)
        if policy or payer != BY_CARD:
            rules = make_policy(**({"slots": ANY_INSTANT} | (policy or {})))
            self.site.terms_of[request.code] = replace(self.site.terms, policy=rules, payer=payer)
        decision, handle = await self.send(request)
        return Visit(self, request.code, handle, decision)

    async def first_booked(self) -> str:
        """The code of the first booking, as soon as it is asked for."""
        return await asyncio.shield(self._first_booked)

    async def locked(self, **over: Any) -> Visit:
        """A reservation whose slot begins in five minutes: it is locked at once, without any waiting."""
        visit = await self.book(**({"starts_in": timedelta(minutes=5)} | over))
        await visit.until("LOCKED")
        return visit

    async def send(
        self, request: BookRequest
    ) -> tuple[BookDecision, WorkflowHandle[ReservationWorkflow, Any]]:
        """One Update-with-Start; repeating it is the same booking."""
        if not self._first_booked.done():
            self._first_booked.set_result(request.code)
        start = WithStartWorkflowOperation(
            ReservationWorkflow.run,
            request,
            id=workflow_id(request.code),
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            task_timeout=self.task_timeout,
        )
        book: Any = ReservationWorkflow.book  # the SDK's overloads mistake an update without arguments
        decision: BookDecision = await self.client.execute_update_with_start_workflow(
            book,
            start_workflow_operation=start,
            id=f"book-{request.code}",
            rpc_timeout=timedelta(seconds=40),
        )
        self.answers[request.code] = decision
        return decision, await start.workflow_handle()

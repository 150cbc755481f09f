"""A life of a reservation through every layer: how whatever happens is done, how it ends, and what is true then."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from uuid import uuid4

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.money.books_check import check_books
from activities.money.ledger import balances_of
from activities.money.stripe_gateway import StripeGateway
from contracts.names import RESERVATIONS_QUEUE
from delivery.relay import Relay
from domain.money.accounts import REVENUE, TAX
from domain.money.lines import FEES, LineKind
from domain.reservation.lifecycle import FINAL
from runtime.relays import movements
from simulator.charge_point import VirtualChargePoint
from simulator.stripe_api.faults import FaultKind
from tests.whole_stack.place import Trip
from tests.whole_stack.stack import Stack
from tests.whole_stack.test_terminated import findings, read
from workflows.reconciliation.workflow import ReconciliationWorkflow

Answer = TypeVar("Answer")


class Ending(RuleBasedStateMachine):
    def __init__(self, stack: Stack, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.stack = stack
        self.loop = loop
        self.cleanup = AsyncExitStack()
        self.trip: Trip | None = None
        self.charger: VirtualChargePoint | None = None
        self.slot = ""
        self.currency = "EUR"
        self.is_plugged = False
        self.is_closed = False
        self.crashed = False
        self.ours = False
        self.told = 0
        """So often the charger has told the end once more."""

    # --- how it ends -----------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            self.run(self._end_well())
        finally:
            self.run(self.cleanup.aclose())

    async def _end_well(self) -> None:
        await self.stack.stripe.clear_faults()
        if self.trip is None:
            return
        if not self.is_closed:
            answer = await self.trip.operate("cancel", {"reason": "end of story"})
            self.ours = self.ours or answer.status_code == 200
            await self._close()
        await self._follow_up()
        view = await self.trip.view()
        assert view["state"] in FINAL
        assert (view["needs_attention"], await self.trip.open_holds()) == ("", [])
        await self._books_agree()
        if self.ours or view["ended_by"] not in ("", "driver"):
            bills = await read(self.trip, "bills")
            assert not [line for line in bills[0]["lines"] if line["kind"] in FEES]

    async def _books_agree(self) -> None:
        assert self.trip is not None
        stripe = StripeGateway(self.stack.stripe.api_key, self.stack.stripe.base_url)
        try:
            check = await check_books(self.stack.sessions, stripe, self.trip.code, self.currency)
        finally:
            await stripe.aclose()
        assert check.agrees, check
        assert check.still_authorised.is_zero
        assert [one for one in await findings(self.trip) if not one.repaired] == []
        await self._ledger_has_the_bill()

    async def _ledger_has_the_bill(self) -> None:
        """What the newest bill says is earned, and nothing else."""
        assert self.trip is not None
        async with self.stack.sessions() as session:
            balances = await balances_of(session, self.trip.code)
        bills = await read(self.trip, "bills")
        lines = bills[-1]["lines"] if bills else []
        owed = sum(line["amount_minor"] for line in lines if line["kind"] != LineKind.COMPENSATION)
        earned = [amount for name, amount in balances.items() if name.startswith(REVENUE) or name == TAX]
        assert {amount.currency for amount in balances.values()} <= {self.currency}
        assert -sum(amount.minor for amount in earned) == owed

    # --- how it is done --------------------------------------------------------------------------------

    @property
    def may_come(self) -> bool:
        return self.trip is not None and self.slot == "at once" and not self.is_plugged and not self.is_closed

    def _there(self) -> tuple[Trip, VirtualChargePoint]:
        assert self.trip is not None
        assert self.charger is not None
        return self.trip, self.charger

    async def _close(self) -> None:
        await self._there()[0].closed()
        self.is_closed = True

    async def _takings(self) -> list[dict[str, Any]]:
        """What a card paid, and nobody has disputed or got back."""
        said = await self.stack.stripe.dump()
        back = {one["payment_intent"] for kind in ("disputes", "refunds") for one in said[kind]}
        mine = await self._there()[0].intents()
        return [one for one in mine if one["amount_received"] > 0 and one["id"] not in back]

    async def _worker_anew(self) -> None:
        """Once in a life: a task that was under way then is handed out only after ten seconds."""
        if not self.crashed:
            self.crashed = True
            await self.stack.worker.stop()
            await self.stack.worker.start()

    async def _follow_up(self) -> None:
        """What the provider has said arrives, and is settled."""
        await self.stack.stripe.webhooks_flushed()
        engine: AsyncEngine = self.stack.sessions.kw["bind"]
        stripe = StripeGateway(self.stack.stripe.api_key, self.stack.stripe.base_url)
        try:
            await Relay(engine, movements(engine, stripe)).deliver_all()
        finally:
            await stripe.aclose()
        await self.stack.temporal.execute_workflow(
            ReconciliationWorkflow.run, 3600, id=f"life-{uuid4()}", task_queue=RESERVATIONS_QUEUE
        )

    async def _losing(self, lost: FaultKind | None, act: Callable[[], Awaitable[object]]) -> None:
        """One call to the provider is lost meanwhile, before it acts or after."""
        if lost is not None:
            await self.stack.stripe.fail_next(lost, path="/v1/*", status=503)
        try:
            await act()
        finally:
            await self.stack.stripe.clear_faults()

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=90)

"""Whatever becomes of a reservation and its money, through every layer, while calls are lost and the worker is started
anew: it ends, nothing stays held, and all books agree.

`tests/activities/money/test_any_life.py` makes up more of them, and stranger ones, of the money alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.money.books_check import check_books
from activities.money.stripe_gateway import StripeGateway
from contracts.names import RESERVATIONS_QUEUE
from delivery.relay import Relay
from domain.money.lines import FEES
from domain.reservation.lifecycle import FINAL
from domain.terms.payments import PaymentModel
from runtime.relays import movements
from simulator.charge_point import VirtualChargePoint
from simulator.stripe_api.faults import FaultKind
from tests.whole_stack.answers import bearer, fresh_key
from tests.whole_stack.place import VISA, Trip, new_place
from tests.whole_stack.rules import paid_by
from tests.whole_stack.stack import Stack
from tests.whole_stack.test_terminated import findings, read
from workflows.reconciliation.workflow import ReconciliationWorkflow

Answer = TypeVar("Answer")

LOST = st.sampled_from([None, None, FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER])
BROKE = "pm_card_chargeCustomerFail"
SLOTS = {"at once": (10, 1800), "too short to come": (2, 3), "later": (3600, 600)}
LIVES = 6
MODELS = [model for model in PaymentModel if model is not PaymentModel.MEMBERSHIP]
"""Who is no member cannot book by that one."""


@pytest.mark.timeout(400)
async def test_a_reservation_ends_with_its_money_right_whatever_happens(stack: Stack) -> None:
    """In a thread, so that this loop serves the stack."""
    loop = asyncio.get_running_loop()
    lives: list[WholeLife] = []

    class OnThisStack(WholeLife):
        def __init__(self) -> None:
            super().__init__(stack, loop)
            lives.append(self)

    await asyncio.to_thread(
        run_state_machine_as_test,
        OnThisStack,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=5,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # a life takes seconds: no time for a shorter one
        ),
    )
    assert any(life.is_closed for life in lives)


class WholeLife(RuleBasedStateMachine):
    def __init__(self, stack: Stack, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.stack = stack
        self.loop = loop
        self.cleanup = AsyncExitStack()
        self.trip: Trip | None = None
        self.charger: VirtualChargePoint | None = None
        self.slot = ""
        self.is_plugged = False
        self.is_closed = False
        self.crashed = False
        self.ours = False

    # --- what happens ----------------------------------------------------------------------------------

    @initialize(
        model=st.sampled_from(MODELS), slot=st.sampled_from(sorted(SLOTS)), card=st.sampled_from([VISA, BROKE]),
        lost=LOST, crash=st.booleans(),
    )  # fmt: skip
    def booked(self, model: PaymentModel, slot: str, card: str, lost: FaultKind | None, crash: bool) -> None:
        self.slot = slot
        self.run(self._book(model, card, lost, crash))

    async def _book(self, model: PaymentModel, card: str, lost: FaultKind | None, crash: bool) -> None:
        place = await self.cleanup.enter_async_context(new_place(self.stack, policy=paid_by(model)))
        self.charger = await place.charger("1.6")
        start, lasts = SLOTS[self.slot]
        key = fresh_key()
        await self._losing(lost, lambda: place.book(start, lasts, key=key, payment_method=card))
        answer = await place.book(start, lasts, key=key, payment_method=card)
        assert answer.status_code in (201, 202, 402), answer.text
        if answer.status_code == 201:
            self.trip = Trip(place=place, code=answer.json()["reservation"]["code"])
            if crash:
                await self._worker_anew()

    @precondition(lambda self: self.may_come)
    @rule(wh=st.integers(0, 40_000), lost=LOST)
    def comes_and_charges(self, wh: int, lost: FaultKind | None) -> None:
        self.is_plugged = True
        self.run(self._losing(lost, lambda: self._charge(wh)))

    async def _charge(self, wh: int) -> None:
        trip, charger = self._there()
        await trip.until("LOCKED")
        await charger.plug_in(1)
        assert await charger.swipe(1, trip.place.card())
        await trip.until("CHARGING")
        await charger.charge(1, wh)

    @precondition(lambda self: self.is_plugged and not self.is_closed)
    @rule(crash=st.booleans())
    def the_charger_breaks(self, crash: bool) -> None:
        self.run(self._break(crash))

    async def _break(self, crash: bool) -> None:
        _, charger = self._there()
        await charger.fault(1)
        if crash:
            await self._worker_anew()
        await charger.recover(1)

    @precondition(lambda self: self.is_plugged and not self.is_closed)
    @rule(lost=LOST, crash=st.booleans())
    def leaves(self, lost: FaultKind | None, crash: bool) -> None:
        self.run(self._losing(lost, lambda: self._leave(crash)))

    async def _leave(self, crash: bool) -> None:
        _, charger = self._there()
        await charger.unplug(1)
        if crash:
            await self._worker_anew()
        await self._close()

    @precondition(lambda self: self.trip is not None and not self.is_closed and not self.is_plugged)
    @rule(lost=LOST, by_driver=st.booleans())
    def cancelled(self, lost: FaultKind | None, by_driver: bool) -> None:
        self.run(self._losing(lost, lambda: self._cancel(by_driver)))

    async def _cancel(self, by_driver: bool) -> None:
        trip, _ = self._there()
        answer = await (trip.act("cancel") if by_driver else trip.operate("cancel", {"reason": "works"}))
        assert answer.status_code in (200, 409), answer.text
        self.ours = self.ours or (answer.status_code == 200 and not by_driver)
        await self._close()

    @precondition(lambda self: self.trip is not None and not self.is_closed)
    @rule(kind=st.sampled_from(["no_show", "cancellation", "reservation_fee"]))
    def waived(self, kind: str) -> None:
        answer = self.run(self._there()[0].operate("waive", {"kind": kind, "reason": "the road was closed"}))
        assert answer.status_code in (200, 409, 422), answer.text

    @precondition(
        lambda self: self.trip is not None and self.slot == "too short to come" and not self.is_closed
    )
    @rule(lost=LOST)
    def does_not_come(self, lost: FaultKind | None) -> None:
        self.run(self._losing(lost, self._close))

    @precondition(lambda self: self.is_closed)
    @rule(part=st.sampled_from([None, 1, 150]), lost=LOST)
    def given_back(self, part: int | None, lost: FaultKind | None) -> None:
        self.run(self._losing(lost, lambda: self._give_back(part)))

    async def _give_back(self, part: int | None) -> None:
        trip, _ = self._there()
        headers = bearer(self.stack.issuer.operator("finn", role="finance")) | {
            "Idempotency-Key": fresh_key()
        }
        body = {"amount_minor": part, "cause": "not_working", "reason": "hot cable"}
        url = f"/v1/operations/reservations/{trip.code}/refunds"
        answer = await self.stack.http.post(url, json=body, headers=headers)
        assert answer.status_code in (201, 409, 422), answer.text
        await self._follow_up()

    @precondition(lambda self: self.is_closed)
    @rule(by=st.sampled_from(["a bank, for good", "a bank, for a while", "the dashboard"]))
    def taken_back_by_other_hands(self, by: str) -> None:
        self.run(self._taken_back(by))

    async def _taken_back(self, by: str) -> None:
        stripe = self.stack.stripe
        for intent in (await self._takings())[:1]:
            if by == "the dashboard":
                await stripe.refund_by_hand(intent["id"], 100 if intent["amount_received"] > 100 else None)
            else:
                case = (await stripe.dispute(intent["id"]))["id"]
                await self._follow_up()
                await stripe.decide_dispute(case, won=by == "a bank, for a while")
            await self._follow_up()

    @rule()
    def nothing_happens(self) -> None:
        """Who could not book has nothing else to do."""

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
            check = await check_books(self.stack.sessions, stripe, self.trip.code, "EUR")
        finally:
            await stripe.aclose()
        assert check.agrees, check
        assert check.still_authorised.is_zero
        assert [one for one in await findings(self.trip) if not one.repaired] == []

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

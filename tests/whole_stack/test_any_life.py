"""Whatever becomes of a reservation and its money, through every layer, while calls are lost and the worker is started
anew: it ends, nothing stays held, and all books agree.

`tests/activities/money/test_any_life.py` makes up more of them, and stranger ones, of the money alone.
"""

import asyncio
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from activities.money.stripe_units import to_stripe
from db.tables import ChargingSession
from domain.terms.payments import PaymentModel
from simulator.stripe_api.faults import FaultKind
from tests.whole_stack.answers import bearer, fresh_key
from tests.whole_stack.life import Ending
from tests.whole_stack.place import VISA, Trip, new_place
from tests.whole_stack.rules import in_currency, paid_by, worth
from tests.whole_stack.stack import Stack

Answer = TypeVar("Answer")

LOST = st.sampled_from([None, None, FaultKind.CUT, FaultKind.STATUS, FaultKind.STATUS_AFTER])
BROKE = "pm_card_chargeCustomerFail"
SLOTS = {"at once": (10, 1800), "too short to come": (2, 3), "later": (3600, 600)}
LIVES = 6
CURRENCIES = ["EUR", "EUR", "JPY", "KWD", "ISK"]
"""Two decimals, none, three with a last one of zero, and none that the provider counts with two."""
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


class WholeLife(Ending):
    # --- what happens ----------------------------------------------------------------------------------

    @initialize(
        model=st.sampled_from(MODELS), slot=st.sampled_from(sorted(SLOTS)), card=st.sampled_from([VISA, BROKE]),
        currency=st.sampled_from(CURRENCIES), lost=LOST, crash=st.booleans(),
    )  # fmt: skip
    def booked(
        self, model: PaymentModel, slot: str, card: str, currency: str, lost: FaultKind | None, crash: bool
    ) -> None:
        self.slot, self.currency = slot, currency
        self.run(self._book(model, card, lost, crash))

    async def _book(self, model: PaymentModel, card: str, lost: FaultKind | None, crash: bool) -> None:
        policy = in_currency(paid_by(model), self.currency)
        place = await self.cleanup.enter_async_context(new_place(self.stack, policy=policy))
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

    @precondition(lambda self: self.is_closed and self.is_plugged)
    @rule(wh=st.integers(0, 40_000), lost=LOST)
    def told_late(self, wh: int, lost: FaultKind | None) -> None:
        """The charger tells the end once more, with another register."""
        self.run(self._losing(lost, lambda: self._tell_late(wh)))

    async def _tell_late(self, wh: int) -> None:
        trip, charger = self._there()
        async with self.stack.sessions() as session:
            mine = select(ChargingSession).where(ChargingSession.reservation_code == trip.code)
            row = await session.scalar(mine.order_by(ChargingSession.id))
        if row is not None and row.ended_at is not None:
            self.told += 1
            stop = {
                "transactionId": row.id,
                "meterStop": row.meter_start_wh + wh,
                "timestamp": (row.ended_at + timedelta(milliseconds=self.told)).isoformat(),
            }
            await charger.call("StopTransaction", stop)
        await self._follow_up()

    @precondition(lambda self: self.is_closed)
    @rule(part=st.sampled_from([None, 1, 150]), lost=LOST)
    def given_back(self, part: int | None, lost: FaultKind | None) -> None:
        self.run(self._losing(lost, lambda: self._give_back(part)))

    async def _give_back(self, part: int | None) -> None:
        trip, _ = self._there()
        finn = bearer(self.stack.issuer.operator("finn", role="finance"))
        minor = None if part is None else worth(part, self.currency).minor
        body = {"amount_minor": minor, "cause": "not_working", "reason": "hot cable"}
        url = f"/v1/operations/reservations/{trip.code}/refunds"
        answer = await self.stack.http.post(url, json=body, headers=finn | {"Idempotency-Key": fresh_key()})
        if answer.status_code == 202:  # of currencies in which nobody decides alone
            url = f"/v1/operations/money-requests/{answer.json()['request']['number']}/approve"
            fay = bearer(self.stack.issuer.operator("fay", role="finance"))
            approved = await self.stack.http.post(url, json={"reason": "yes"}, headers=fay)
            assert approved.status_code in (200, 409, 422), approved.text
        else:
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
                some = to_stripe(worth(100, self.currency))
                await stripe.refund_by_hand(intent["id"], some if intent["amount_received"] > some else None)
            else:
                case = (await stripe.dispute(intent["id"]))["id"]
                await self._follow_up()
                await stripe.decide_dispute(case, won=by == "a bank, for a while")
            await self._follow_up()

    @rule()
    def nothing_happens(self) -> None:
        """Who could not book has nothing else to do."""

"""How a life of a reservation's money begins, and how whatever happens in it is done."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
)
from temporalio.exceptions import ApplicationError

from contracts.money import Authorisation
from db.queries.debts import debt_of
from domain.money.amount import Money
from domain.reservation.lifecycle import DepositState, State
from domain.settlement.agreed import agreed_amount
from domain.terms.accepted import Terms
from domain.terms.payer import PayerKind
from domain.terms.payments import PaymentModel
from tests.activities.money.life_chances import (
    CARDS,
    CURRENCIES,
    ENDS,
    PAYERS,
    TROUBLE,
    Trouble,
    terms_in,
)
from tests.activities.money.money_desk import NOW, SLOT, MoneyDesk
from tests.factories import make_terms

Answer = TypeVar("Answer")
ATTEMPTS = 8
NUMBERS = count(1)


class Begun(RuleBasedStateMachine):
    """With a booking."""

    def __init__(self, desk: MoneyDesk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.desk = desk
        self.loop = loop
        self.code = f"LIFE-{next(NUMBERS)}"
        self.now: datetime = NOW
        self.steps = 0
        self.gone = False
        """Its workflow is."""
        self.shown = False
        self.legs = 0
        self.card: str | None = None
        self.waived: list[str] = []
        self.terms: Terms = make_terms()
        self.end: tuple[State, dict[str, Any]] = ENDS[0]
        self.intent: str | None = None
        self.unpaid = False
        self.fee: Money | None = None
        """That was taken at booking."""
        self.paid_unseen = False
        """By hand, and nobody has looked since."""

    @initialize(
        currency=st.sampled_from(CURRENCIES),
        deposit=st.sampled_from([0, 1000, 5000]),
        model=st.sampled_from(PaymentModel),
        payer=st.sampled_from(PAYERS),
        card=CARDS,
        trouble=TROUBLE,
    )
    def booked(
        self,
        currency: str,
        deposit: int,
        model: PaymentModel,
        payer: PayerKind,
        card: str | None,
        trouble: list[Trouble],
    ) -> None:
        self.terms = terms_in(currency, deposit=deposit, model=model, payer=payer)
        self.card = card
        asked = agreed_amount(self.terms, SLOT)
        if not asked.is_zero:
            answer = self._ask_for(asked, trouble)
            self.intent = answer.payment_intent_id
            self.unpaid = answer.status is DepositState.ACTION_REQUIRED
            self.fee = asked if answer.status is DepositState.TAKEN else None

    def _ask_for(self, asked: Money, trouble: list[Trouble]) -> Authorisation:
        takes_fee = self.terms.policy.payments.model.takes_fee_at_booking
        ask = self.desk.take_fee if takes_fee else self.desk.authorise
        return self.insist(
            lambda: ask(code=self.code, card=self.card, amount=asked.minor, currency=asked.currency), trouble
        )

    # --- how it is done --------------------------------------------------------------------------------

    @property
    def debt_is_open(self) -> bool:
        async def is_open() -> bool:
            async with self.desk.sessions() as session:
                debt = await debt_of(session, self.code)
                return debt is not None and debt.state == "open"

        return self.run(is_open())

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)

    def insist(self, work: Callable[[], Awaitable[Answer]], trouble: list[Trouble]) -> Answer:
        """As Temporal does: again until it is done. Each of the first attempts meets its trouble."""

        async def attempt(fault: Trouble | None) -> Answer:
            if fault is not None:
                kind, method, path = fault
                await self.desk.api.fail_next(kind, method=method, path=path)
            try:
                return await work()
            finally:
                await self.desk.api.clear_faults()

        for number in range(ATTEMPTS):
            try:
                return self.run(attempt(trouble[number] if number < len(trouble) else None))
            except ApplicationError as failure:
                if failure.non_retryable:
                    raise
        raise AssertionError("never done")

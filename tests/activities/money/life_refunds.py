"""Refunds that fail in a life of a reservation's money, at once, days later or twice; and what is owed then."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from temporalio.exceptions import ApplicationError

from activities.money.refund_decisions import NotSettled, RefundDisputed
from api.desk.principal import Principal
from api.desk.returns import ReturnOrder, Returns
from db.tables import Debt
from domain.money.amount import Money
from domain.money.authority import Authority, Role
from domain.money.bill import Receipt
from domain.money.returns import ReturnWay
from domain.terms.payer import PayerKind
from domain.terms.payments import PaymentModel
from tests.activities.money.life_begun import Answer
from tests.activities.money.life_chances import CURRENCIES, ENDS, TROUBLE, Trouble
from tests.activities.money.life_terminated import Terminated
from tests.activities.money.money_desk import MoneyDesk

FINN = Principal(subject="finn", scopes=frozenset({"operator"}), role=Role.FINANCE)
ANYTHING = Authority(alone={Role.FINANCE: dict.fromkeys(CURRENCIES, 1_000_000_000)})
WHY = st.sampled_from(["declined", "lost_or_stolen_card"])
"""May pass; for good."""


class Paid(Terminated):
    """A life that begins with a bill that a card has paid."""

    @initialize(currency=st.sampled_from(CURRENCIES), deposit=st.sampled_from([0, 5000]), trouble=TROUBLE)
    def booked(self, currency: str, deposit: int, trouble: list[Trouble]) -> None:
        super().booked(currency, deposit, PaymentModel.DEPOSIT, PayerKind.CARD, "pm_card_visa", trouble)
        self.charged(10_000)
        self.settled(ENDS[0], False, trouble)


class RefundsFail(Terminated):
    def __init__(self, desk: MoneyDesk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(desk, loop)
        self.returns = Returns(desk.sessions, ANYTHING, lambda: datetime.now(UTC))
        self.failed: set[str] = set()
        self.fails_at_once = ""
        """Why banks send back what an attempt gave back that was lost."""

    @precondition(lambda self: self.steps and not self.paid_unseen)
    @rule(why=WHY, times=st.integers(1, 2), told=st.booleans(), trouble=TROUBLE)
    def a_refund_fails(self, why: str, times: int, told: bool, trouble: list[Trouble]) -> None:
        """The newest; one that is made for it where none is. `told`: by the provider's event; otherwise whatever comes
        next meets it.
        """
        self.gives_back(2, [])
        for _ in range(times):
            if self.run(self._send_back(why)):
                if not told:
                    self.meets_what_is_unseen(trouble)
                self.look(trouble)

    @rule(why=WHY)
    def banks_answer_at_once(self, why: str) -> None:
        self.fails_at_once = "" if self.fails_at_once else why

    @precondition(lambda self: self.failed or self.disputes)
    @rule(half=st.booleans(), way=st.sampled_from(ReturnWay))
    def given_another_way(self, half: bool, way: ReturnWay) -> None:
        try:
            owed = self.run(self.returns.of(FINN, self.code)).owed.minor
        except (NotSettled, RefundDisputed):
            return
        if owed:
            self.returns_given += 1  # the same reference stands for one sum
            order = ReturnOrder(
                way=way,
                reference=f"{self.code}:{self.returns_given}",
                minor=owed // 2 or None if half else None,
                reason="the card is closed",
            )
            self.run(self.returns.give(FINN, self.code, order))
            if self.steps:
                self.gives_back(2, [])  # nothing of it once more

    def insist(self, work: Callable[[], Awaitable[Answer]], trouble: list[Trouble]) -> Answer:
        before = len(self.failed)

        async def with_banks() -> Answer:
            try:
                return await work()
            except ApplicationError:
                if self.fails_at_once:
                    await self._send_back(self.fails_at_once)
                raise

        try:
            return super().insist(with_banks, trouble)
        finally:  # also of what was refused
            if len(self.failed) > before:
                self.look([])

    async def _send_back(self, why: str) -> bool:
        """The newest refund that stands, of whoever has made it. Is there any?"""
        mine = {row.payment_intent_id for row in (await self.desk.rows(self.code)).values()}
        refunds: list[dict[str, Any]] = (await self.desk.api.dump())["refunds"]
        for one in reversed(refunds):
            if one["payment_intent"] in mine and one["status"] != "failed":
                await self.desk.api.fail_refund(one["id"], why)
                self.failed.add(one["id"])
                return True
        return False

    def _check_what_is_owed(self, receipt: Receipt, debt: Debt | None, balances: Mapping[str, Money]) -> None:
        if not self.failed:
            barred = self.barred()
            assert -receipt.outstanding.minor <= barred
            assert receipt.returned is None or barred
        super()._check_what_is_owed(receipt, debt, balances)

    # --- of whoever knows how ---------------------------------------------------------------------------

    def barred(self) -> int:
        """What is ours of payments of which the provider refunds nothing any more."""
        raise NotImplementedError

    def gives_back(self, part: int | None, trouble: list[Trouble], *, by_line: bool = False) -> None:
        raise NotImplementedError

    def meets_what_is_unseen(self, trouble: list[Trouble]) -> None:
        raise NotImplementedError

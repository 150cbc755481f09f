"""Disputes in a life of a reservation's money: of all or of a part, won, lost, partly won, claimed."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from activities.failures import PaymentStillMoving
from activities.money.payment_intents import IntentState
from activities.money.stripe_units import to_stripe
from api.desk.disputes import Disputes
from db.queries.disputes import dispute_of
from db.tables import Debt, Dispute
from domain.errors import DisputeNotClaimable
from domain.money.accounts import CLEARING, DISPUTE_CLAIMS
from domain.money.amount import Money
from domain.money.bill import Receipt
from domain.money.currencies import currency_of
from tests.activities.money.life_chances import TROUBLE, Trouble
from tests.activities.money.life_refunds import ANYTHING, FINN, RefundsFail
from tests.activities.money.money_desk import MoneyDesk
from tests.activities.money.provider_says import ProviderSays

PART = st.sampled_from([1, 1, 2, 5])
"""Of what a bank disputes: the whole, a half, a fifth of what is left of the payment."""
BACK = st.sampled_from([0, 0, 2, 3, 7])
"""Of what is lost, what comes back: nothing, a half, a third, a seventh."""


class Disputed(RefundsFail):
    def __init__(self, desk: MoneyDesk, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(desk, loop)
        self.says = ProviderSays(desk)
        self.cases = 0
        self.claims = 0
        self.unrefundable: set[str] = set()
        """Disputes after which the provider refunds nothing of what the bank has left."""

    @precondition(
        lambda self: self.fee is not None and not self.steps and not self.gone and not self.disputes
    )
    @rule(inquiry=st.booleans(), part=PART)
    def disputed_before_it_is_over(self, inquiry: bool, part: int) -> None:
        self.is_disputed(inquiry, part)

    @precondition(lambda self: self.steps and not self.paid_unseen)
    @rule(inquiry=st.booleans(), part=PART)
    def disputed(self, inquiry: bool, part: int) -> None:
        self.show()
        self.is_disputed(inquiry, part)

    def is_disputed(self, inquiry: bool, part: int) -> None:
        for intent in self.run(self._takings()):
            self.cases += 1
            some = to_stripe(_part(intent.net, part))
            case = self.run(self.desk.api.dispute(intent.id, inquiry=inquiry, amount=some))["id"]
            self.disputes[case] = "asked" if inquiry else "open"
            self.run(self.says.hear(of=case))
            return

    @precondition(lambda self: bool({"open", "asked"} & set(self.disputes.values())))
    @rule(won=st.booleans(), back=BACK, refundable=st.booleans(), trouble=TROUBLE)
    def decided(self, won: bool, back: int, refundable: bool, trouble: list[Trouble]) -> None:
        """`back`: how much of what is lost comes back. `refundable`: so is what the bank has left of the payment."""
        case = next(case for case, state in self.disputes.items() if state in ("open", "asked"))
        asked = self.disputes[case] == "asked"
        self.decides(case, won=won, back=0 if asked or won else back, refundable=refundable)
        self.disputes[case] = "won" if won or asked else "lost"
        self.run(self.says.hear(of=case))
        self._follow_up(trouble)

    @precondition(lambda self: "lost" in self.disputes.values() and not self.paid_unseen)
    @rule()
    def claimed(self) -> None:
        """What was lost is owed again."""
        case = next(case for case, state in self.disputes.items() if state == "lost")
        claims = Disputes(self.desk.sessions, ANYTHING, lambda: datetime.now(UTC))
        try:
            claim = self.run(claims.claim(FINN, case, "delivered"))
        except (DisputeNotClaimable, PaymentStillMoving):
            return
        assert isinstance(claim, Dispute)
        assert claim.claimed_minor > 0
        self.disputes[case] = "claimed"
        self.claims += 1

    def decides(self, case: str, *, won: bool, back: int = 0, refundable: bool = False) -> None:
        self.unrefundable = self.unrefundable - {case} if won or refundable else self.unrefundable | {case}
        self.run(
            self.desk.api.decide_dispute(
                case, won=won, returned=self._some(case, back), rest_refundable=refundable
            )
        )

    def _some(self, case: str, of: int) -> int:
        """Of what the bank has, in the provider's units; nothing where no part of it moves."""
        row = self.run(self._case(case))
        taken = Money(row.taken_minor, row.currency)
        some = _part(taken, of) if of else Money(0, row.currency)
        return to_stripe(some) if some < taken else 0

    def barred(self) -> int:
        lost = [row for row in map(self.run, map(self._case, self.unrefundable)) if row.state == "lost"]
        by_intent: dict[str, int] = {}
        for row in lost:
            assert row.payment_intent_id is not None
            left = by_intent.get(row.payment_intent_id)
            if left is None:
                left = self.run(self.desk.stripe.retrieve(row.payment_intent_id)).net.minor
            by_intent[row.payment_intent_id] = left - row.taken_minor
        return sum(by_intent.values())

    async def _case(self, dispute: str) -> Dispute:
        async with self.desk.sessions() as session:
            row = await dispute_of(session, dispute)
        assert row is not None
        return row

    @precondition(lambda self: bool({"claimed", "lost"} & set(self.disputes.values())))
    @rule(trouble=TROUBLE)
    def a_part_comes_back_after_all(self, trouble: list[Trouble]) -> None:
        case = next(case for case, state in self.disputes.items() if state in ("claimed", "lost"))
        if not self._some(case, 3):
            return
        self.decides(case, won=False, back=3)
        self.run(self.says.hear(of=case))
        self._follow_up(trouble)

    @precondition(lambda self: "claimed" in self.disputes.values())
    @rule(trouble=TROUBLE)
    def won_after_all(self, trouble: list[Trouble]) -> None:
        """The payer withdraws what was lost, and is owed what they have paid again."""
        case = next(case for case, state in self.disputes.items() if state == "claimed")
        self.decides(case, won=True)
        self.disputes[case] = "won"
        self.run(self.says.hear(of=case))
        self._follow_up(trouble)

    def _check_what_is_owed(self, receipt: Receipt, debt: Debt | None, balances: Mapping[str, Money]) -> None:
        """Of what a bank has nothing can be given back; what it gave back for good is owed to nobody."""
        states = set(self.disputes.values())
        if "open" not in states:
            claimed = -balances.get(DISPUTE_CLAIMS, Money(0, self.terms.policy.currency))
            if not claimed.is_zero:
                assert {"claimed", "lost"} & states
                balances = {**balances, CLEARING: balances[CLEARING] - claimed}
            super()._check_what_is_owed(receipt, debt, balances)
            return
        paid, credited = receipt.payments.captured, receipt.credit_spent
        owed = debt.outstanding_minor + debt.written_off_minor if debt else 0
        assert (paid + credited).minor + owed >= receipt.bill.charge.minor

    async def _takings(self) -> list[IntentState]:
        """What a card has paid, and nobody disputes or has got back."""
        rows = await self.desk.rows(self.code)
        found = [
            await self.desk.stripe.retrieve(row.payment_intent_id)
            for row in rows.values()
            if row.payment_intent_id
        ]
        disputed = {one["payment_intent"] for one in (await self.desk.api.dump())["disputes"]}
        return [one for one in found if one.net.minor > 0 and one.id not in disputed]

    # --- of whoever knows how ---------------------------------------------------------------------------

    def show(self) -> None:
        raise NotImplementedError

    def _follow_up(self, trouble: list[Trouble]) -> None:
        raise NotImplementedError


def _part(amount: Money, of: int) -> Money:
    """In the currency's steps, and at least one."""
    step = currency_of(amount.currency).step
    return Money(max(step, amount.minor // of // step * step), amount.currency)

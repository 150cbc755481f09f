"""The settlement activity: decide the bill once, collect, post the ledger, write the receipt.

A step's receipt is stored in the transaction that posts it; a repeated step returns it unchanged. A further
step (`settle-2`: an operator has resolved a settlement that failed) prices the whole story again and moves only the
difference; from then on the earlier one moves nothing. What a charger reports after its reservation was settled and
closed is a further step that no workflow asks for (`follow_ups`).
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import failures_translated
from activities.holds.fence import pass_fence
from activities.money.charge import Charge, Collected
from activities.money.collection import Collection
from activities.money.credit_records import credits_after, settled_books
from activities.money.debt_records import Outcome, debt_after
from activities.money.dispute_losses import without_settled
from activities.money.ledger import Posting, post_under_lock
from activities.money.payment_making import PaymentMaking
from activities.money.payment_records import PaymentRecords, totals_of
from activities.money.payment_rows import payments_of, write_down
from activities.money.pricing import bill_once
from activities.money.settlement_records import Decided, decided_under_lock, keep_receipt, receipt_of
from activities.money.stripe_gateway import StripeGateway
from contracts.declaration import implements
from contracts.money import SETTLE_RESERVATION, SettleReservation
from db.queries import follow_ups
from db.queries.debts import debt_of
from db.queries.money.credits import spent_on
from db.queries.money.quotes import give_back
from db.queries.money.returns import returned_on
from db.queries.releasing import release
from db.tables import Debt, Payment
from domain.facts.ledger import Settlement
from domain.money.amount import Money, zero
from domain.money.bill import Bill, Receipt
from domain.settlement.debts import DebtState
from domain.settlement.quote import is_left_to_the_next


class SettlementActivities:
    """Money at the end of a reservation."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._collection = Collection(
            PaymentRecords(sessions, stripe), PaymentMaking(sessions, stripe), stripe
        )

    def all(self) -> list[Callable[..., Any]]:
        return [self.settle_reservation]

    @implements(SETTLE_RESERVATION)
    @failures_translated
    async def settle_reservation(self, ask: SettleReservation) -> Receipt:
        """The receipt of this step: settled now, or as it was settled before.

        Raises ApplicationError `superseded` when a later step has been decided. What it gives back is free as soon as
        the bill is decided, before any money moves.
        """
        async with self._sessions.begin() as session:
            if ask.giving_back is not None:
                await pass_fence(session, ask.code, ask.version)
                await release(session, ask.code, ask.giving_back, ask.now)
            if is_left_to_the_next(ask.progress):
                await give_back(session, ask.code)
            decided = await decided_under_lock(session, ask.code)
            receipt = await receipt_of(session, decided.of(ask.step))
            if receipt is not None:
                return receipt
            bill = await bill_once(session, ask, decided)
            rows = await payments_of(session, ask.code)
            debt = await debt_of(session, ask.code) if any(r.step != ask.step for r in decided.rows) else None
            receipt = Receipt(
                bill=bill,
                payments=totals_of([], bill.charge.currency),
                credits=await spent_on(session, ask.code),
                account=ask.account,
                returned=await returned_on(session, ask.code),
            )
            due = zero(bill.charge.currency) if ask.account else bill.charge - receipt.credit_spent
            due += receipt.returned or zero(due.currency)
            if due.is_zero and not rows:
                return await _posted(
                    session, ask, receipt, decided, Collected(payments=receipt.payments, taken={})
                )
        charge = Charge(
            code=ask.code,
            step=ask.step,
            amount=due,
            payment_method=ask.payment_method,
            customer=ask.customer,
            now=ask.now,
            written_off=_written_off(due, debt),
            returned=receipt.returned,
            # What was owed already is tried when it is due, whatever is added; who had it back by their bank, never.
            takes=(debt is None or debt.state != DebtState.OPEN)
            and not any(row.claimed_minor for row in rows),
        )
        collected = await self._collection.collect(charge, rows)
        return await self._post(ask, bill, due, collected, rows)

    async def _post(
        self, ask: SettleReservation, bill: Bill, due: Money, collected: Collected, before: Sequence[Payment]
    ) -> Receipt:
        async with self._sessions.begin() as session:
            decided = await decided_under_lock(session, ask.code)
            decided.require_standing(ask.step)
            for record in collected.unwritten:
                if record.intent is not None:
                    await write_down(session, ask.code, record.step, record.intent, ask.now)
            posted = await receipt_of(session, decided.of(ask.step))
            if posted is not None:
                return posted
            collected = await without_settled(session, ask.code, due, collected, before)
            spent = await spent_on(session, ask.code)
            receipt = Receipt(
                bill=bill,
                payments=collected.payments,
                credits=spent,
                account=ask.account,
                returned=await returned_on(session, ask.code),
            )
            if collected.given_back_unseen:
                await follow_ups.notice(session, ask.code, ask.now)
            return await _posted(session, ask, receipt, decided, collected)


def _written_off(due: Money, debt: Debt | None) -> Money | None:
    if debt is None:
        return None
    return min(due, Money(debt.written_off_minor, debt.currency))


async def _posted(
    session: AsyncSession, ask: SettleReservation, receipt: Receipt, decided: Decided, collected: Collected
) -> Receipt:
    """The receipt, in the ledger and kept, and what it leaves as a debt. Under the lock of the reservation's money."""
    forgone = zero(receipt.bill.charge.currency)
    if receipt.outstanding.minor > 0 or any(row.step != ask.step for row in decided.rows):
        left = Outcome(
            ask=ask,
            outstanding=receipt.outstanding,
            now=ask.now,
            declined=collected.declined,
            for_good=collected.for_good,
            claimed=bool(collected.claimed),
        )
        forgone = await debt_after(session, left)
    if not ask.account:
        await credits_after(session, ask, receipt.bill)
    posting = Posting(
        code=ask.code,
        step=ask.step,
        driver_id=ask.driver_id,
        fleet_id=ask.account or None,
        cause=str(ask.progress.ended_by or "driver"),
        fact=Settlement(state=ask.progress.state),
        target=await settled_books(
            session,
            ask.code,
            receipt.bill,
            taken=collected.taken,
            claimed=collected.claimed,
            written_off=forgone,
            on_account=bool(ask.account),
        ),
        now=ask.now,
    )
    await post_under_lock(session, posting)
    await keep_receipt(session, ask.code, ask.step, receipt.payments, ask.now)
    return receipt

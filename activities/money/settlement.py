"""The settlement activity: decide the bill that should stand, collect, post the ledger, write the receipt.

A step's receipt is stored in the transaction that posts it; asked again, it is returned unchanged. When the bill that
should stand has become another one, a further step (`settle-2`) prices the whole story again and moves only the
difference. Energy that a charger reports after its reservation was closed is not priced: nothing asks any more.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import failures_translated
from activities.money.collection import Charge, Collection
from activities.money.ledger import Posting, lock_ledger, post
from activities.money.payment_records import PaymentRecords
from activities.money.pricing import bill_to_stand
from activities.money.settlement_records import keep_receipt, receipt_of
from activities.money.stripe_gateway import StripeGateway
from contracts.declaration import implements
from contracts.money import SETTLE_RESERVATION, SettleReservation
from domain.facts.ledger import Settlement
from domain.money import accounts
from domain.money.bill import Receipt


class SettlementActivities:
    """Money at the end of a reservation."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._collection = Collection(PaymentRecords(sessions, stripe), stripe)

    def all(self) -> list[Callable[..., Any]]:
        return [self.settle_reservation]

    @implements(SETTLE_RESERVATION)
    @failures_translated
    async def settle_reservation(self, ask: SettleReservation) -> Receipt:
        """The receipt of what stands: settled now, or as it was settled before."""
        async with self._sessions.begin() as session:
            decided = await bill_to_stand(session, ask)
            receipt = await receipt_of(session, ask.code, decided.step)
        if receipt is not None:
            return receipt
        payments = await self._collection.collect(
            Charge(
                code=ask.code,
                step=decided.step,
                amount=decided.bill.charge,
                payment_method=ask.payment_method,
                customer=ask.customer,
                now=ask.now,
            )
        )
        return await self._post(ask, decided.step, Receipt(bill=decided.bill, payments=payments))

    async def _post(self, ask: SettleReservation, step: str, receipt: Receipt) -> Receipt:
        async with self._sessions.begin() as session:
            await lock_ledger(session, ask.code)
            posted = await receipt_of(session, ask.code, step)
            if posted is not None:
                return posted
            posting = Posting(
                key=f"{ask.code}:{step}",
                code=ask.code,
                cause=str(ask.progress.ended_by or "driver"),
                fact=Settlement(state=ask.progress.state),
                target=accounts.settled(receipt.bill.lines, taken=receipt.payments.captured),
                now=ask.now,
            )
            await post(session, posting)
            await keep_receipt(session, ask.code, step, receipt.payments, ask.now)
        return receipt

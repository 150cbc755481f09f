"""The settlement activity: price once, collect, post the ledger, write the receipt.

A step's receipt is stored in the transaction that posts it; a repeated step returns it unchanged. A further
step (`settle-2`) prices the whole story again and moves only the difference. Energy that a charger reports after
its reservation was settled is not priced: no step follows by itself.
"""

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from temporalio import activity

from activities.failures import failures_translated
from activities.money.collection import Charge, Collected, Collection
from activities.money.ledger import Posting, lock_ledger, post, settled_target
from activities.money.payment_records import PaymentRecords
from activities.money.pricing import Price, price_once
from activities.money.stripe_gateway import StripeGateway
from contracts.money import Receipt, SettleReservation
from db.tables import AuditEntry
from domain.money.amount import Money

_RECEIPT = TypeAdapter(Receipt)


class SettlementActivities:
    """Money at the end of a reservation."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._collection = Collection(PaymentRecords(sessions, stripe), stripe)

    def all(self) -> list[Callable[..., Any]]:
        return [self.settle_reservation]

    @activity.defn
    @failures_translated
    async def settle_reservation(self, ask: SettleReservation) -> Receipt:
        """The receipt of this step: settled now, or as it was settled before."""
        async with self._sessions.begin() as session:
            receipt = await _receipt_of(session, ask)
            if receipt is not None:
                return receipt
            price = await price_once(session, ask)
        collected = await self._collection.collect(
            Charge(
                code=ask.code,
                step=ask.step,
                amount=Money(price.charge_minor, ask.terms.policy.currency),
                payment_method=ask.payment_method,
                customer=ask.customer,
                now=ask.now,
            )
        )
        return await self._post(ask, price, collected)

    async def _post(self, ask: SettleReservation, price: Price, collected: Collected) -> Receipt:
        receipt = _receipt(ask, price, collected)
        async with self._sessions.begin() as session:
            await lock_ledger(session, ask.code)
            posted = await _receipt_of(session, ask)
            if posted is not None:
                return posted
            posting = Posting(
                key=f"{ask.code}:{ask.step}",
                code=ask.code,
                currency=ask.terms.policy.currency,
                cause=str(ask.progress.ended_by or "driver"),
                text=f"Settlement, {ask.progress.state}",
                target=settled_target(price.lines, taken=collected.paid),
                now=ask.now,
            )
            await post(session, posting)
            await session.execute(
                insert(AuditEntry).values(
                    key=_receipt_key(ask),
                    at=ask.now,
                    actor="system",
                    action="settlement_posted",
                    subject=ask.code,
                    detail=_RECEIPT.dump_python(receipt, mode="json"),
                )
            )
        return receipt


def _receipt(ask: SettleReservation, price: Price, collected: Collected) -> Receipt:
    currency = ask.terms.policy.currency
    return Receipt(
        lines=price.lines,
        charge=Money(price.charge_minor, currency),
        captured=Money(collected.paid, currency),
        released=Money(collected.released, currency),
        refunded=Money(collected.refunded, currency),
        credit=Money(price.credit_minor, currency),
        outstanding=Money(price.charge_minor - collected.paid, currency),
        energy_wh=price.energy_wh,
    )


def _receipt_key(ask: SettleReservation) -> str:
    return f"{ask.code}:{ask.step}:receipt"


async def _receipt_of(session: AsyncSession, ask: SettleReservation) -> Receipt | None:
    detail = await session.scalar(select(AuditEntry.detail).where(AuditEntry.key == _receipt_key(ask)))
    return None if detail is None else _RECEIPT.validate_python(detail)

"""What a bank gave back for good, of what was to go back to its payer anyway: the loss has settled it.

A bill that falls while a bank has its payment, or after it was lost, leaves more paid than is due, and nothing of that
can be refunded: the payer has it. So it counts as paid no more. It is reckoned anew with each posting, as long as
nobody claims what was lost (`dispute_claims`): a bill that rises again is paid by it as it was before.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.collection import Collected
from db.tables import Dispute, Payment
from domain.money.accounts import Taken
from domain.money.amount import Money, total, zero
from domain.money.movements import CaseState


async def lost_by_intent(session: AsyncSession, code: str, *, unclaimed: bool = False) -> Taken:
    """What banks gave back for good of the reservation's payments. `unclaimed`: and nobody asks for again."""
    lost = select(Dispute.payment_intent_id, Dispute.currency, func.sum(Dispute.taken_minor)).where(
        Dispute.reservation_code == code, Dispute.state == CaseState.LOST, Dispute.taken_minor > 0
    )
    if unclaimed:
        lost = lost.where(Dispute.claimed_at.is_(None))
    found = await session.execute(lost.group_by(Dispute.payment_intent_id, Dispute.currency))
    return {intent: Money(int(minor), currency) for intent, currency, minor in found if intent is not None}


async def without_settled(
    session: AsyncSession, code: str, due: Money, collected: Collected, before: Sequence[Payment]
) -> Collected:
    """`collected` without what losses have settled of it, which is written down. Under the lock of the money.

    `due`: what is to have been paid; `before`: the payments as they were when it was collected.
    """
    over = max(zero(due.currency), collected.payments.captured - due)
    if over.is_zero and not any(row.settled_minor for row in before):
        return collected
    rows = await _locked(session, code)
    lost = await lost_by_intent(session, code, unclaimed=True)
    settled: dict[str, Money] = {}
    for row in rows:
        part = min(over, _unsettled(row, lost) + Money(row.settled_minor, row.currency))
        row.settled_minor = part.minor
        over -= part
        if part.minor and row.payment_intent_id is not None:
            settled[row.payment_intent_id] = part
    await session.flush()
    captured = collected.payments.captured - total(list(settled.values()), due.currency)
    claimed = dict(collected.claimed)
    for intent, part in settled.items():
        claimed[intent] = claimed.get(intent, zero(part.currency)) + part
    return replace(collected, payments=replace(collected.payments, captured=captured), claimed=claimed)


async def could_settle(session: AsyncSession, code: str) -> bool:
    """Has a bank given back for good what counts as paid, and is claimed by nobody? Under the lock of the money."""
    lost = await lost_by_intent(session, code, unclaimed=True)
    return bool(lost) and any(_unsettled(row, lost).minor > 0 for row in await _locked(session, code))


def _unsettled(row: Payment, lost: Taken) -> Money:
    nothing = zero(row.currency)
    of_it = lost.get(row.payment_intent_id or "", nothing)
    if of_it.currency != row.currency:
        return nothing
    left = min(of_it.minor - row.settled_minor, row.paid_minor)
    return Money(max(0, left), row.currency)


async def _locked(session: AsyncSession, code: str) -> Sequence[Payment]:
    """As `count_claims` locks them, when a dispute changes meanwhile."""
    mine = select(Payment).where(Payment.reservation_code == code).order_by(Payment.id)
    rows = await session.scalars(mine.with_for_update().execution_options(populate_existing=True))
    return rows.all()

"""What a bank gave back for good, of what was to go back to its payer anyway: the loss has settled it.

A bill that falls while a bank has its payment, or after it was lost, leaves more paid than is due, and nothing of that
can be refunded: the payer has it. So it counts as paid no more. It is reckoned anew with each posting, as long as
nobody claims what was lost (`dispute_claims`): a bill that rises again is paid by it as it was before.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.charge import Collected
from activities.money.ledger import books_of
from db.queries.disputes import is_with_the_bank, lost_by_intent
from db.queries.money.returns import returned_of
from db.tables import Payment, Settlement
from domain.money.accounts import Taken, claimed_of, taken_of
from domain.money.amount import Money, total, zero


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


async def unsettled(session: AsyncSession, code: str, currency: str) -> Money:
    """What a bank gave back for good that counts as paid, and is claimed by nobody. Under the lock of the money."""
    lost = await lost_by_intent(session, code, unclaimed=True)
    if not lost:
        return zero(currency)
    return total([_unsettled(row, lost) for row in await _locked(session, code)], currency)


async def is_unsettled(session: AsyncSession, code: str) -> bool:
    """Is there anything of that?"""
    lost = await lost_by_intent(session, code, unclaimed=True)
    return bool(lost) and any(_unsettled(row, lost).minor > 0 for row in await _locked(session, code))


async def could_settle(session: AsyncSession, code: str) -> bool:
    """May banks still change how much of the reservation's money is the driver's: one has some and has not decided, or
    has given back for good what the books still have as paid? Under the lock of the money.

    Where that is all in the books nothing is barred by it, claimed or not.
    """
    if await is_with_the_bank(session, code):
        return True
    if await session.scalar(select(exists().where(Settlement.reservation_code == code))):
        return await is_unsettled(session, code)
    books = await books_of(session, code)
    return await lost_of_void(session, code, taken_of(books)) != claimed_of(books)


async def lost_of_void(session: AsyncSession, code: str, taken: Taken) -> Taken:
    """What banks gave back for good of what was `taken` of a booking that is undone, and nobody gave back another way;
    by intent, nothing absent. Under the lock of the money.
    """
    returned = await returned_of(session, code)
    found: dict[str, Money] = {}
    owed = sum(amount.minor for amount in taken.values()) - sum(amount.minor for amount in returned.values())
    for intent, minor in (await lost_by_intent(session, code)).items():
        if intent in taken and taken[intent].currency == minor.currency:
            part = min(taken[intent].minor, minor.minor, max(0, owed))
            found[intent], owed = Money(part, minor.currency), owed - part
    return {intent: amount for intent, amount in found.items() if not amount.is_zero}


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

"""The books of a reservation that is undone: nothing is earned, and its driver is owed what has not gone back to them.

What a bank gave back itself, as a dispute was lost, is owed no more: what was lost by it is nothing that we had earned.
Where the driver had it from us as well, another way, it is lost: there is no bill by which it could be claimed.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.credit_records import voided_books
from activities.money.dispute_losses import lost_of_void
from activities.money.dispute_records import whose
from activities.money.ledger import Posting, account_posted, books_of, keys_posted, lock_ledger, post
from db.queries.money.returns import returned_of
from db.tables import Hold, LedgerTransaction, ReservationRow
from domain.facts.fact import code_of
from domain.facts.ledger import PaymentsVoided, RefundReturned
from domain.money.accounts import Taken, joined, settled

_GIVEN_BACK = (code_of(PaymentsVoided), code_of(RefundReturned))
"""Of a void that had nothing to post only a refund of it that failed tells."""


async def undone_because(session: AsyncSession, code: str) -> str | None:
    """Why everything of a reservation that is over was given back; None: it was not, or something was settled."""
    row = await session.get(ReservationRow, code, populate_existing=True)
    if row is not None and row.closed_at is None:
        return None
    if await keys_posted(session, code, f"{code}:settle") > 0:
        return None
    cause: str | None = await session.scalar(
        select(LedgerTransaction.cause)
        .where(LedgerTransaction.reservation_code == code, LedgerTransaction.code.in_(_GIVEN_BACK))
        .order_by(LedgerTransaction.id.desc())
        .limit(1)
    )
    return cause


async def driver_of(session: AsyncSession, code: str) -> str | None:
    """Of a booking that came to nothing there may be no more than its hold."""
    known = (await whose(session, code)).driver_id
    if known is not None:
        return known
    held: str | None = await session.scalar(
        select(Hold.driver_id).where(Hold.reservation_code == code).limit(1)
    )
    return held


async def post_void(session: AsyncSession, code: str, reason: str, taken: Taken, now: datetime) -> bool:
    """Did the books change? `taken`: what the provider still has of it, owed to the driver until it has gone back."""
    await lock_ledger(session, code)
    present = await books_of(session, code)
    left = settled(
        (),
        taken=taken,
        claimed=await lost_of_void(session, code, taken),
        returned=await returned_of(session, code),
    )
    target = joined(await voided_books(session, code, present, now), left)
    if target == present:
        return False
    earlier = await keys_posted(session, code, f"{code}:void")
    posting = Posting(
        code=code,
        step=f"void-{earlier + 1}",
        driver_id=await driver_of(session, code),
        cause=reason,
        fleet_id=await account_posted(session, code),
        fact=PaymentsVoided(reason=reason),
        target=target,
        now=now,
    )
    return await post(session, posting)

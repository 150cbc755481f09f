"""The double-entry ledger: a reservation's balances, and posting what brings them to a target, once per key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from activities.failures import LedgerUnbalanced
from db.tables import LedgerEntry, LedgerTransaction
from domain.facts.ledger import LedgerFact
from domain.money.accounts import Balances, difference, is_balanced
from domain.money.amount import Money


async def balances_of(session: AsyncSession, code: str) -> Balances:
    """What the ledger says about a reservation; empty when nothing is posted, or all of it was reversed."""
    rows = await session.execute(
        select(LedgerEntry.account, LedgerEntry.currency, func.sum(LedgerEntry.amount_minor))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerTransaction.reservation_code == code)
        .group_by(LedgerEntry.account, LedgerEntry.currency)
        .order_by(LedgerEntry.account)
    )
    return {account: Money(int(minor), currency) for account, currency, minor in rows if minor}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One transaction that brings a reservation's accounts to `target`; `key` is posted once, ever."""

    key: str
    code: str
    cause: str
    fact: LedgerFact
    target: Balances
    now: datetime


async def post(session: AsyncSession, posting: Posting) -> bool:
    """Post the difference between the accounts now and their target, in the caller's transaction.

    False when the key was posted before. Serialised per reservation. Raises LedgerUnbalanced.
    """
    await lock_ledger(session, posting.code)
    return await post_under_lock(session, posting)


async def post_under_lock(session: AsyncSession, posting: Posting) -> bool:
    """As `post`, for who holds the lock of the reservation's money."""
    if not is_balanced(posting.target):
        raise LedgerUnbalanced(f"{posting.key} does not sum to zero: {dict(posting.target)}")
    changes = difference(posting.target, await balances_of(session, posting.code))
    transaction_id = await session.scalar(
        insert(LedgerTransaction)
        .values(
            key=posting.key,
            reservation_code=posting.code,
            cause=posting.cause,
            code=posting.fact.code,
            parameters=posting.fact.parameters(),
            posted_at=posting.now,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(LedgerTransaction.id)
    )
    if transaction_id is None:
        return False
    session.add_all(
        LedgerEntry(
            transaction_id=transaction_id,
            account=account,
            currency=change.currency,
            amount_minor=change.minor,
        )
        for account, change in changes.items()
    )
    await session.flush()
    return True


async def lock_ledger(session: AsyncSession, code: str) -> None:
    """One poster at a time per reservation, until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"ledger:{code}", 0))))


async def keys_posted(session: AsyncSession, code: str, prefix: str) -> int:
    """How many transactions of the reservation have a key that starts so."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(LedgerTransaction)
            .where(LedgerTransaction.reservation_code == code, LedgerTransaction.key.startswith(prefix))
        )
        or 0
    )

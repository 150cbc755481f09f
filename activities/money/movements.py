"""Posts what the provider moves by itself: the difference between the books of its object and what they should be."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.failures import LedgerUnbalanced
from activities.money.ledger import Posting, read_books, write
from db.tables import LedgerEntry, LedgerTransaction
from domain.money.accounts import Books, difference, is_balanced


async def movement_books(session: AsyncSession, provider_object: str, currency: str) -> Books:
    """What the ledger says of one dispute or payout in that currency."""
    mine = LedgerEntry.provider_object == provider_object
    return await read_books(session, mine & (LedgerEntry.currency == currency))


async def currencies_moved(session: AsyncSession, provider_object: str) -> set[str]:
    """In which the ledger says anything of it."""
    mine = select(LedgerEntry.currency).where(LedgerEntry.provider_object == provider_object)
    return set(await session.scalars(mine.distinct()))


async def post_movement(session: AsyncSession, posting: Posting, currency: str) -> bool:
    """Under the lock of `posting.provider_object` (`lock_ledger`); False where the ledger says so already.

    Its steps are numbered: the provider may go back on what it said. Raises LedgerUnbalanced.
    """
    if not is_balanced(posting.target):
        raise LedgerUnbalanced(f"{posting.key} does not sum to zero: {dict(posting.target)}")
    present = await movement_books(session, posting.provider_object, currency)
    changes = difference(posting.target, present)
    return bool(changes) and await write(session, posting, changes)


async def next_step(session: AsyncSession, provider_object: str) -> str:
    """Of a movement that is posted next. Under the same lock."""
    mine = LedgerTransaction.key.startswith(f"{provider_object}:", autoescape=True)
    posted = await session.scalar(select(func.count()).select_from(LedgerTransaction).where(mine))
    return f"movement-{(posted or 0) + 1}"

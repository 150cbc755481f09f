"""The double-entry ledger: a reservation's balances, and posting what brings them to a target, once per step."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from activities.failures import LedgerUnbalanced
from db.tables import LedgerEntry, LedgerTransaction
from domain.facts.ledger import LedgerFact
from domain.money.accounts import (
    FLEET,
    Balances,
    Books,
    Stand,
    by_account,
    difference,
    is_balanced,
    settlements_own,
)
from domain.money.amount import Money

_BEFORE = aliased(LedgerTransaction)
_STAND = (
    LedgerEntry.account,
    LedgerEntry.cause,
    LedgerEntry.line,
    LedgerEntry.position,
    LedgerEntry.provider_object,
)


async def balances_of(session: AsyncSession, code: str) -> Balances:
    """As `books_of`, by account alone."""
    return by_account(await books_of(session, code))


async def books_of(session: AsyncSession, code: str) -> Books:
    """What the ledger says about a reservation; empty when nothing is posted, or all of it was reversed.

    Without what the provider moved by itself (`activities.money.movements`), and what became of its credits by
    themselves (`activities.money.credit_ledger`).
    """
    mine = (LedgerTransaction.reservation_code == code) & LedgerTransaction.step.not_like("credit-%")
    return settlements_own(await read_books(session, mine))


async def read_books(session: AsyncSession, which: ColumnElement[bool]) -> Books:
    """The sums of those entries, in one currency."""
    rows = await session.execute(
        select(*_STAND, LedgerEntry.currency, func.sum(LedgerEntry.amount_minor))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(which)
        .group_by(*_STAND, LedgerEntry.currency)
        .order_by(*_STAND)
    )
    return {
        Stand(account=account, cause=cause, line=line, position=position, provider_object=of): Money(
            int(minor), currency
        )
        for account, cause, line, position, of, currency, minor in rows
        if minor
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One transaction that brings a reservation's books to `target`; code and step are posted once, ever.

    `driver_id`, `fleet_id` None: whose what was posted of the reservation before is, else whose its projection says it
    is (by a trigger): of a booking that comes to nothing there may never be one.
    `provider_object`: of a movement of the provider's own, which is posted once by that and the step, whether or not we
    know whose it is.
    """

    code: str
    step: str
    cause: str
    fact: LedgerFact
    target: Books
    now: datetime
    driver_id: str | None = None
    fleet_id: str | None = None
    provider_object: str = ""

    @property
    def key(self) -> str:
        return f"{self.provider_object or self.code}:{self.step}"


async def post(session: AsyncSession, posting: Posting) -> bool:
    """Post the difference between the books now and their target, in the caller's transaction.

    False when the step was posted before. Serialised per reservation. Raises LedgerUnbalanced.
    """
    await lock_ledger(session, posting.code)
    return await post_under_lock(session, posting)


async def post_under_lock(session: AsyncSession, posting: Posting) -> bool:
    """As `post`, for who holds the lock of the reservation's money."""
    if not is_balanced(posting.target):
        raise LedgerUnbalanced(f"{posting.key} does not sum to zero: {dict(posting.target)}")
    return await write(session, posting, difference(posting.target, await books_of(session, posting.code)))


async def write(session: AsyncSession, posting: Posting, changes: Books) -> bool:
    """The changes as one transaction, unless there is one of this key."""
    transaction_id = await session.scalar(
        insert(LedgerTransaction)
        .values(
            key=posting.key,
            reservation_code=posting.code,
            step=posting.step,
            driver_id=posting.driver_id or _as_before(_BEFORE.driver_id, posting.code),
            fleet_id=posting.fleet_id or _as_before(_BEFORE.fleet_id, posting.code),
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
            account=stand.account,
            cause=stand.cause,
            line=stand.line,
            position=stand.position,
            provider_object=stand.provider_object,
            currency=change.currency,
            amount_minor=change.minor,
        )
        for stand, change in changes.items()
    )
    await session.flush()
    return True


def _as_before(whose: InstrumentedAttribute[str | None], code: str) -> ScalarSelect[str | None] | None:
    if not code:
        return None
    mine = (_BEFORE.reservation_code == code) & whose.is_not(None)
    return select(whose).where(mine).order_by(_BEFORE.id.desc()).limit(1).scalar_subquery()


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


async def account_posted(session: AsyncSession, code: str) -> str | None:
    """The invoice account onto which the reservation's bill was posted; None: onto none."""
    found: str | None = await session.scalar(
        select(LedgerTransaction.fleet_id)
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .where(LedgerTransaction.reservation_code == code, LedgerEntry.account == FLEET)
        .limit(1)
    )
    return found

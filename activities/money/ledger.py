"""The double-entry ledger: posting once per key, balances, and the comparison with payments and Stripe.

Accounts of one reservation: driver_receivable (what the driver still owes), stripe_clearing (what Stripe took
for us), revenue:<line kind>, tax_payable, driver_credit (what we owe on account) and compensation_expense.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from activities.failures import LedgerUnbalanced
from activities.money.payment_records import PaymentRecords
from activities.money.stripe_gateway import StripeGateway
from db.tables import LedgerEntry, LedgerTransaction, Payment
from domain.money.lines import LineItem, LineKind

RECEIVABLE = "driver_receivable"
CLEARING = "stripe_clearing"
CREDIT = "driver_credit"
TAX = "tax_payable"
COMPENSATION = "compensation_expense"
REVENUE = "revenue:"
ON_ACCOUNT = frozenset({CREDIT, COMPENSATION})
"""What stays owed to the driver when a reservation's payments are voided."""

Balances = Mapping[str, int]
"""Account → minor units; debit positive. Accounts at zero are absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSummary:
    """Balances of one reservation by account in minor units of `currency`; debit positive, no zeros."""

    code: str
    currency: str
    balances: dict[str, int]

    @property
    def is_balanced(self) -> bool:
        return sum(self.balances.values()) == 0

    @property
    def taken(self) -> int:
        """Captured and not refunded."""
        return self.balances.get(CLEARING, 0)

    @property
    def owed_by_driver(self) -> int:
        return self.balances.get(RECEIVABLE, 0)

    @property
    def owed_to_driver(self) -> int:
        return -self.balances.get(CREDIT, 0)

    @property
    def revenue(self) -> int:
        """Net of tax, all line kinds."""
        return -sum(minor for account, minor in self.balances.items() if account.startswith(REVENUE))


async def money_of(session: AsyncSession, code: str) -> LedgerSummary:
    """What the ledger says about a reservation. Nothing posted: no balances and no currency."""
    rows = await session.execute(
        select(LedgerEntry.account, LedgerEntry.currency, func.sum(LedgerEntry.amount_minor))
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerTransaction.reservation_code == code)
        .group_by(LedgerEntry.account, LedgerEntry.currency)
        .order_by(LedgerEntry.account)
    )
    sums = [(account, currency, int(minor)) for account, currency, minor in rows]
    return LedgerSummary(
        code=code,
        currency=sums[0][1] if sums else "",
        balances={account: minor for account, _, minor in sums if minor},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One transaction that brings a reservation's accounts to `target`; `key` is posted once, ever."""

    key: str
    code: str
    currency: str
    cause: str
    text: str
    target: Balances
    now: datetime


async def post(session: AsyncSession, posting: Posting) -> bool:
    """Post the difference between the accounts now and their target, in the caller's transaction.

    False when the key was posted before. Serialised per reservation. Raises LedgerUnbalanced.
    """
    await lock_ledger(session, posting.code)
    if sum(posting.target.values()) != 0:
        raise LedgerUnbalanced(f"{posting.key} does not sum to zero: {dict(posting.target)}")
    present = (await money_of(session, posting.code)).balances
    changes = {
        account: posting.target.get(account, 0) - present.get(account, 0)
        for account in sorted(present.keys() | posting.target.keys())
    }
    transaction_id = await session.scalar(
        insert(LedgerTransaction)
        .values(
            key=posting.key,
            reservation_code=posting.code,
            cause=posting.cause,
            text=posting.text,
            posted_at=posting.now,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(LedgerTransaction.id)
    )
    if transaction_id is None:
        return False
    session.add_all(
        LedgerEntry(
            transaction_id=transaction_id, account=account, currency=posting.currency, amount_minor=minor
        )
        for account, minor in changes.items()
        if minor
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


def settled_target(lines: tuple[LineItem, ...], *, taken: int) -> Balances:
    """The accounts of a settled reservation: the lines earned, `taken` of them paid, the rest receivable."""
    target: dict[str, int] = {}

    def move(debit: str, credit: str, minor: int) -> None:
        target[debit] = target.get(debit, 0) + minor
        target[credit] = target.get(credit, 0) - minor

    for line in lines:
        match line.kind:
            case LineKind.COMPENSATION:
                move(COMPENSATION, CREDIT, -line.amount.minor)
            case LineKind.TAX:
                move(RECEIVABLE, TAX, line.amount.minor)
            case kind:
                move(RECEIVABLE, f"{REVENUE}{kind}", line.amount.minor)
    move(CLEARING, RECEIVABLE, taken)
    return {account: minor for account, minor in target.items() if minor}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyCheck:
    """What each book says was taken from the driver and not given back, in minor units (promise 4)."""

    code: str
    ledger: int
    payments: int
    stripe: int
    still_authorised: int
    balanced: bool

    @property
    def agrees(self) -> bool:
        return self.balanced and self.ledger == self.payments == self.stripe


async def reconcile(
    sessions: async_sessionmaker[AsyncSession], stripe: StripeGateway, code: str
) -> MoneyCheck:
    """Compare the ledger, our payments rows and Stripe's own objects for one reservation. Changes nothing."""
    records = await PaymentRecords(sessions, stripe).all_of(code)
    async with sessions() as session:
        money = await money_of(session, code)
        taken = await session.scalar(
            select(func.coalesce(func.sum(Payment.captured_minor - Payment.refunded_minor), 0)).where(
                Payment.reservation_code == code
            )
        )
    return MoneyCheck(
        code=code,
        ledger=money.taken,
        payments=int(taken or 0),
        stripe=sum(record.net for record in records),
        still_authorised=sum(record.intent.capturable for record in records if record.intent),
        balanced=money.is_balanced,
    )

"""What is owed to a driver as a refund of ours failed, given another way: by bank transfer, or as a credit.

Booked at once, on top of what stands; each later settlement keeps it, so that no step pays it again.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.credit_records import lock_credits
from activities.money.debt_records import wake_debts
from activities.money.dispute_losses import could_settle
from activities.money.failed_refunds import still_owed
from activities.money.ledger import Posting, books_of, lock_ledger, post_under_lock
from activities.money.payment_rows import payments_of
from activities.money.refund_decisions import NotSettled, RefundDisputed
from activities.money.settlement_records import ask_of, decided_under_lock
from activities.money.undone_refunds import is_under_way
from activities.money.void_posting import driver_of, undone_because
from db.notifications import record_notice
from db.queries.money.returns import return_of
from db.tables import Credit, ReservationRow, Return, Settlement
from domain.facts.ledger import ReturnedOtherwise
from domain.facts.money_notices import RefundCredited, RefundTransferred
from domain.facts.notices import NoticeFact
from domain.facts.refused_money import OwedLess, ReturnReferenceKnown, SettledFirst, WithTheBank
from domain.money.accounts import RECEIVABLE, RETURNED_FROM, Books, Stand, without_zeros
from domain.money.amount import Money
from domain.money.credits import CreditOrigin
from domain.money.returns import MoreThanOwed, ReturnBookedOtherwise, ReturnWay


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReturn:
    """`reference`: the bank's of the transfer, or the operator's own. `minor`: of the bill's currency; None: all that
    is owed.

    `request`: that a second person has approved.
    """

    code: str
    way: ReturnWay
    reference: str
    minor: int | None
    reason: str
    by: str
    request: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """To the driver of a reservation that is settled, or undone, under the lock of its money.

    `after_settlement`: the number of the newest; 0: there is none.
    """

    after_settlement: int
    amount: Money
    driver_id: str


async def known_return(session: AsyncSession, new: NewReturn) -> Return | None:
    """What was given under the reference before, whatever has become of the reservation's money since.

    Under the lock of that, which the caller's transaction keeps. Raises ReturnBookedOtherwise: for something else.
    """
    await lock_ledger(session, new.code)
    known = await return_of(session, new.reference)
    if known is None:
        return None
    if (known.reservation_code, known.way) != (new.code, new.way):
        raise _booked_otherwise(new)
    require_same_sum(new, known.amount_minor)
    return known


def require_same_sum(new: NewReturn, known_minor: int) -> None:
    """As is known under its reference. Raises ReturnBookedOtherwise."""
    if new.minor not in (None, known_minor):
        raise _booked_otherwise(new)


def _booked_otherwise(new: NewReturn) -> ReturnBookedOtherwise:
    return ReturnBookedOtherwise(ReturnReferenceKnown(reference=new.reference))


async def owed_to_driver(session: AsyncSession, code: str) -> Owed:
    """Under the lock of the reservation's money, which the caller's transaction keeps.

    Raises NotSettled, also while a settlement is under way, and RefundDisputed.
    """
    decided = await decided_under_lock(session, code)
    last = decided.rows[-1] if decided.rows else None
    found = await _undone(session, code) if last is None else await _settled(session, last)
    if found is None:
        raise NotSettled(SettledFirst(reservation=code))
    if await could_settle(session, code):
        raise RefundDisputed(WithTheBank(reservation=code))
    driver, currency = found
    amount = await still_owed(session, code, currency)
    return Owed(after_settlement=last.id if last else 0, amount=amount, driver_id=driver)


async def _settled(session: AsyncSession, last: Settlement) -> tuple[str, str] | None:
    """Driver and currency."""
    mine = ReservationRow.code == last.reservation_code
    closed = await session.scalar(select(ReservationRow.closed_at).where(mine))
    ask = None if last.posted_at is None or closed is None else ask_of(last)
    return None if ask is None else (ask.driver_id, last.currency)


async def _undone(session: AsyncSession, code: str) -> tuple[str, str] | None:
    """Driver and currency of what is over, and came to nothing; None also while some of it may be on its way."""
    if await undone_because(session, code) is None:
        return None
    driver, payments = await driver_of(session, code), await payments_of(session, code)
    if driver is None or not payments or await is_under_way(session, code, payments[0].currency):
        return None
    return driver, payments[0].currency


def amount_of(new: NewReturn, owed: Owed) -> Money:
    """Raises MoreThanOwed."""
    amount = owed.amount if new.minor is None else replace(owed.amount, minor=new.minor)
    if amount > owed.amount or amount.minor <= 0:
        raise MoreThanOwed(OwedLess(reservation=new.code, most=owed.amount))
    return amount


async def give_another_way(session: AsyncSession, new: NewReturn, owed: Owed, now: datetime) -> Return:
    """Written, booked and told. Under the lock of the money. Raises MoreThanOwed, ReturnBookedOtherwise."""
    amount = amount_of(new, owed)
    credit = await _credit(session, new, owed, amount, now) if new.way is ReturnWay.CREDIT else None
    number = await session.scalar(
        insert(Return)
        .values(
            reference=new.reference,
            reservation_code=new.code,
            way=new.way,
            currency=amount.currency,
            amount_minor=amount.minor,
            credit_id=credit,
            reason=new.reason,
            decided_by=new.by,
            request_id=new.request,
            after_settlement=owed.after_settlement,
            at=now,
        )
        .on_conflict_do_nothing(index_elements=["reference"])
        .returning(Return.id)
    )
    row = None if number is None else await session.get(Return, number)
    if row is None:  # of another reservation, in this very moment
        raise _booked_otherwise(new)
    posting = Posting(
        code=new.code,
        step=f"returned-{row.id}",
        driver_id=owed.driver_id,
        cause="operator",
        fact=ReturnedOtherwise(reference=new.reference),
        target=_after(await books_of(session, new.code), new.way, amount),
        now=now,
    )
    await post_under_lock(session, posting)
    await record_notice(
        session,
        _notice(new, amount),
        key=f"return:{row.id}",
        driver_id=owed.driver_id,
        reservation_code=new.code,
        at=now,
    )
    return row


async def _credit(session: AsyncSession, new: NewReturn, owed: Owed, amount: Money, now: datetime) -> int:
    """It is the driver's money, never expires, and pays what they owe elsewhere. Its books are the return's."""
    await lock_credits(session, owed.driver_id)
    row = Credit(
        key=f"return:{new.reference}",
        driver_id=owed.driver_id,
        currency=amount.currency,
        granted_minor=amount.minor,
        origin=CreditOrigin.RETURNED,
        reservation_code=new.code,
        reason=new.reason,
        granted_by=new.by,
        granted_at=now,
    )
    session.add(row)
    await session.flush()
    await wake_debts(session, row, "returned", now)
    return row.id


def _after(present: Books, way: ReturnWay, amount: Money) -> Books:
    books = dict(present)
    for account, part in ((RECEIVABLE, amount), (RETURNED_FROM[way], -amount)):
        stand = Stand(account=account)
        books[stand] = books.get(stand, replace(amount, minor=0)) + part
    return without_zeros(books)


def _notice(new: NewReturn, amount: Money) -> NoticeFact:
    if new.way is ReturnWay.CREDIT:
        return RefundCredited(amount=amount)
    return RefundTransferred(amount=amount, reference=new.reference)

"""Deciding a refund after the settlement: how much of what, within what was taken and not given back yet."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.adjustment_records import adjustments_in, rows_of
from activities.money.dispute_losses import unsettled
from activities.money.failed_refunds import still_owed
from activities.money.settlement_records import Decided, ask_of, bill_of, decided_under_lock, receipt_of
from db.queries.disputes import is_with_the_bank
from db.queries.money.credits import spent_on
from db.queries.money.returns import returned_in_all
from db.tables import ReservationRow
from domain.errors import Explained
from domain.facts.refused_money import (
    NoSuchLine,
    NotMovable,
    OwedBefore,
    SettledFirst,
    TakenLess,
    WithTheBank,
)
from domain.money.amount import Money, total
from domain.money.bill import Bill, Receipt
from domain.money.currencies import currency_of
from domain.money.lines import LineItem, LineKind
from domain.money.refunds import RefundSource
from domain.settlement.adjustments import Adjustment, adjusted, cost_of, may_be_given_back, unadjusted
from domain.terms.tariff import Tariff


class NotSettled(Explained):
    """Nothing is given back before the settlement is done and the reservation closed."""

    code = "refund_not_settled"


class RefundDisputed(Explained):
    """A bank has taken the money, or has given it back to the driver already."""

    code = "refund_disputed"


class RefundStillOwed(Explained):
    """What was to be given back before has not reached the driver: another refund would pay that, too."""

    code = "refund_still_owed"


class RefundTooLarge(Explained):
    """More would be given back than was taken."""

    code = "refund_too_large"


class LineNotRefundable(Explained):
    """There is no such line on the bill, or none that costs anything."""

    code = "refund_line_unknown"


class AmountNotMovable(Explained):
    """The provider moves no such amount of this currency."""

    code = "refund_amount_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`minor` None: all there is of it. `position` None: of the whole bill; else of that line, counted from one."""

    minor: int | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """`amount` with tax. `alone`: what was given back of the reservation before without a second person."""

    amount: Money
    line: LineKind | None
    alone: Money
    driver_id: str
    decided: Decided


async def decide_refund(session: AsyncSession, code: str, wanted: Wanted) -> Refund:
    """Under the lock of the reservation's money, which the caller's transaction keeps.

    Raises NotSettled, RefundDisputed, RefundStillOwed, LineNotRefundable, AmountNotMovable, RefundTooLarge.
    """
    decided = await decided_under_lock(session, code)
    if await is_with_the_bank(session, code):
        raise RefundDisputed(WithTheBank(reservation=code))
    stood = await _stands(session, code, decided)
    owed = await still_owed(session, code, stood.bill.charge.currency)
    if owed.minor > 0:
        raise RefundStillOwed(OwedBefore(reservation=code, amount=owed))
    tariff, before = stood.tariff, adjustments_in(await rows_of(session, code))
    base = unadjusted(stood.bill, tariff)
    line, now = _line(stood.bill, wanted.position), adjusted(base, before, tariff)
    kind = None if line is None else line.kind
    amount = _amount(now, line, wanted, tariff)
    left = now.charge - adjusted(base, [*before, Adjustment(amount=amount, line=kind)], tariff).charge
    pending = max(Money(0, amount.currency), stood.receipt.bill.charge - now.charge)
    spent = total([one.amount for one in await spent_on(session, code)], amount.currency)
    captured = await _captured(session, code, stood.receipt)
    paid = stood.receipt.bill.charge if stood.receipt.account else captured + spent
    most = min(now.charge, paid - pending)
    if wanted.minor is None and line is None:
        amount = most  # of what is still owed nothing can be given back
    if amount > min(most, left) or amount.minor <= 0:
        raise RefundTooLarge(TakenLess(amount=amount, most=max(Money(0, amount.currency), min(most, left))))
    alone = [
        Money(row.amount_minor, row.currency)
        for row in await rows_of(session, code)
        if row.source == RefundSource.OPERATOR and row.request_id is None
    ]
    return Refund(
        amount=amount,
        line=kind,
        alone=total(alone, amount.currency),
        driver_id=stood.driver_id,
        decided=decided,
    )


async def _captured(session: AsyncSession, code: str, receipt: Receipt) -> Money:
    """What was taken, and not given back yet otherwise. Raises RefundDisputed: banks gave all of it back."""
    taken = receipt.payments.captured
    captured = taken - await returned_in_all(session, code, taken.currency)
    lost = await unsettled(session, code, taken.currency)
    if not lost.is_zero and captured <= lost:
        raise RefundDisputed(WithTheBank(reservation=code))
    return captured


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """`bill`: as decided last. `receipt`: as posted last."""

    bill: Bill
    receipt: Receipt
    tariff: Tariff
    driver_id: str


async def _stands(session: AsyncSession, code: str, decided: Decided) -> _Standing:
    posted = [row for row in decided.rows if row.posted_at is not None]
    closed = await session.scalar(select(ReservationRow.closed_at).where(ReservationRow.code == code))
    if posted and closed is not None:
        last = decided.rows[-1]
        ask, bill = ask_of(last), await bill_of(session, last)
        receipt = await receipt_of(session, posted[-1])
        if ask is not None and bill is not None and receipt is not None:
            return _Standing(bill=bill, receipt=receipt, tariff=ask.terms.tariff, driver_id=ask.driver_id)
    raise NotSettled(SettledFirst(reservation=code))


def _line(bill: Bill, position: int | None) -> LineItem | None:
    if position is None:
        return None
    found = bill.lines[position - 1] if 0 < position <= len(bill.lines) else None
    if found is None or not may_be_given_back(found):
        raise LineNotRefundable(NoSuchLine(position=position))
    return found


def _amount(now: Bill, line: LineItem | None, wanted: Wanted, tariff: Tariff) -> Money:
    currency = now.charge.currency
    if wanted.minor is not None:
        amount = Money(wanted.minor, currency)
        if currency_of(currency).nearest(wanted.minor) != wanted.minor:
            raise AmountNotMovable(NotMovable(amount=amount))
        return amount
    return now.charge if line is None else min(cost_of(line, tariff), now.charge)

"""What a lost dispute took back is claimed of the driver: a debt of theirs, paid by hand only.

Who claims it is a person, once a dispute. What counts as paid falls by it (`Payment.paid_minor`), so that no later
settlement, refund or payment gives anything back for it; a bank that leaves us the money after all ends the claim.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.failures import PaymentStillMoving
from activities.money.adjustment_records import is_one_unsettled
from activities.money.credit_records import settled_books
from activities.money.debt_posting import require_no_card_tried
from activities.money.debt_records import Outcome, debt_after, tell_of_opening
from activities.money.ledger import Posting, books_of, post_under_lock
from activities.money.payment_rows import payments_of
from activities.money.settlement_records import Decided, ask_of, bill_of, decided_under_lock
from contracts.money import SettleReservation
from db.notifications import record_notice
from db.queries.debts import debt_of
from db.queries.disputes import lost_by_intent
from db.queries.money.credits import spent_on
from db.queries.money.returns import returned_in_all
from db.tables import Dispute, Payment
from domain.errors import DisputeNotClaimable
from domain.facts.ledger import DisputeClaimed
from domain.facts.money_notices import ClaimDropped
from domain.facts.refused_money import NothingToClaim
from domain.money.accounts import Books, claimed_of, taken_of
from domain.money.amount import Money, total, zero
from domain.money.bill import Bill
from domain.money.movements import CaseState
from domain.settlement.debts import DebtState


async def claim(session: AsyncSession, row: Dispute, *, by: str, now: datetime) -> Money:
    """How much is claimed: what was lost, but for what was to go back anyway.

    The caller commits, and holds the locks of the reservation's money and of the dispute.

    Raises DisputeNotClaimable where it is not lost, or leaves nothing of the bill to be paid; PaymentStillMoving while
    the bill is settled anew or a card is being tried.
    """
    refusal = require_claimable(row)
    payment = await _payment_of(session, row)
    if payment is None or row.currency != payment.currency:
        raise refusal
    settled = min(row.taken_minor, payment.settled_minor)
    uncounted = Money(min(row.taken_minor - settled, payment.paid_minor), row.currency)
    decided = await decided_under_lock(session, payment.reservation_code)
    ask, bill = await _stands(session, decided)
    rows = await payments_of(session, decided.code)
    require_no_card_tried(decided.code, rows)
    books = await books_of(session, decided.code)
    if ask is None or bill is None or ask.account:
        raise refusal
    paid_before = await _paid(session, decided.code, books, uncounted.currency)
    amount = min(uncounted, bill.charge - paid_before + uncounted)
    if amount.minor <= 0:
        raise refusal
    row.claimed_minor, row.claimed_at, row.claimed_by = amount.minor, now, by
    row.settled_minor = settled + uncounted.minor - amount.minor
    row.changes, row.changed_at = row.changes + 1, now
    payment.claimed_minor += settled + uncounted.minor
    payment.settled_minor -= settled
    if (captured := decided.rows[-1].captured_minor) is not None:
        decided.rows[-1].captured_minor = captured - uncounted.minor
    await session.flush()
    await _owe(session, ask, bill, bill.charge - paid_before + uncounted, _with(books, payment), row, now)
    return amount


def require_claimable(row: Dispute) -> DisputeNotClaimable:
    """Of the dispute itself; what to raise for the rest."""
    refusal = DisputeNotClaimable(NothingToClaim(dispute=row.dispute_id))
    if row.state != CaseState.LOST or not row.reservation_code or row.taken_minor <= 0:
        raise refusal
    return refusal


async def _payment_of(session: AsyncSession, row: Dispute) -> Payment | None:
    """Locked: its claims are counted by one at a time."""
    if row.payment_intent_id is None:
        return None
    mine = select(Payment).where(Payment.payment_intent_id == row.payment_intent_id)
    found: Payment | None = await session.scalar(
        mine.with_for_update().execution_options(populate_existing=True)
    )
    return found


async def _stands(session: AsyncSession, decided: Decided) -> tuple[SettleReservation | None, Bill | None]:
    if not decided.rows:
        return None, None
    last = decided.rows[-1]
    if last.posted_at is None or await is_one_unsettled(session, decided.code, decided):
        raise PaymentStillMoving(f"{decided.code} is being settled anew")
    return ask_of(last), await bill_of(session, last)


async def _paid(session: AsyncSession, code: str, books: Books, currency: str) -> Money:
    """By what is posted, with credits, and without what the driver got back another way."""
    claimed = total(list(claimed_of(books).values()), currency)
    spent = total([one.amount for one in await spent_on(session, code)], currency)
    returned = await returned_in_all(session, code, currency)
    return total(list(taken_of(books).values()), currency) - claimed - returned + spent


def _with(books: Books, payment: Payment) -> tuple[Books, Mapping[str, Money]]:
    intent = payment.payment_intent_id or ""
    counted = payment.claimed_minor + payment.settled_minor
    return books, {**claimed_of(books), intent: Money(counted, payment.currency)}


async def _owe(
    session: AsyncSession,
    ask: SettleReservation,
    bill: Bill,
    outstanding: Money,
    stands: tuple[Books, Mapping[str, Money]],
    row: Dispute,
    now: datetime,
) -> None:
    before = await debt_of(session, ask.code)
    was_open = before is not None and before.state == DebtState.OPEN
    forgone = await debt_after(session, Outcome(ask=ask, outstanding=outstanding, now=now, claimed=True))
    debt = await debt_of(session, ask.code)
    if was_open and debt is not None:
        await tell_of_opening(session, debt, now)
    books, claimed = stands
    target = await settled_books(
        session, ask.code, bill, taken=taken_of(books), claimed=claimed, written_off=forgone
    )
    posting = Posting(
        code=ask.code,
        step=f"claim-{row.dispute_id}",
        driver_id=ask.driver_id,
        cause="operator",
        fact=DisputeClaimed(dispute=row.dispute_id),
        target=target,
        now=now,
    )
    await post_under_lock(session, posting)


async def count_claims(session: AsyncSession, row: Dispute, now: datetime) -> None:
    """A claim stands while its dispute is lost, and so does what the loss has settled: to be called when that changes,
    under the lock of the dispute.

    A settlement follows (`claims_are_settled`), which gives back what was paid twice.
    """
    given_up = _no_more_than_lost(row)
    await session.flush()
    payment = await _payment_of(session, row)
    if payment is None:
        return
    lost = await lost_by_intent(session, payment.reservation_code, unclaimed=True)
    left = lost.get(row.payment_intent_id or "", zero(payment.currency))
    payment.settled_minor = min(payment.settled_minor, left.minor)
    claimed = select(func.coalesce(func.sum(Dispute.claimed_minor + Dispute.settled_minor), 0)).where(
        Dispute.payment_intent_id == row.payment_intent_id, Dispute.state == CaseState.LOST
    )
    before, payment.claimed_minor = payment.claimed_minor, int(await session.scalar(claimed) or 0)
    # What the loss itself had settled was never asked for.
    dropped = given_up or min(before - payment.claimed_minor, row.claimed_minor)
    if dropped > 0 and row.driver_id is not None:
        await record_notice(
            session,
            ClaimDropped(claimed=Money(dropped, payment.currency)),
            key=f"{row.dispute_id}:claim-dropped:{row.changes}",
            driver_id=row.driver_id,
            reservation_code=payment.reservation_code,
            at=now,
        )


def _no_more_than_lost(row: Dispute) -> int:
    """A part of what was lost has come back after all: how much less is claimed for that."""
    if row.state != CaseState.LOST or row.claimed_at is None:
        return 0
    row.settled_minor = min(row.settled_minor, row.taken_minor)
    given_up = max(0, row.claimed_minor + row.settled_minor - row.taken_minor)
    row.claimed_minor -= given_up
    return given_up


async def claims_are_settled(session: AsyncSession, code: str) -> bool:
    """Does the ledger have the claims that stand, and what losses have settled? Under the lock of the money."""
    if not await session.scalar(select(exists().where(Dispute.reservation_code == code))):
        return True
    stand = {
        row.payment_intent_id: Money(row.claimed_minor + row.settled_minor, row.currency)
        for row in await payments_of(session, code)
        if row.claimed_minor + row.settled_minor
    }
    return stand == claimed_of(await books_of(session, code))

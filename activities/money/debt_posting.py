"""A debt in the ledger: what a reservation's money looks like, and posting what was paid since its settlement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from activities.failures import PaymentStillMoving
from activities.money.adjustment_records import is_one_unsettled
from activities.money.charge import Collected
from activities.money.credit_records import settled_books
from activities.money.debt_records import Outcome, attempted, debt_after
from activities.money.dispute_losses import without_settled
from activities.money.ledger import Posting, books_of, keys_posted, post_under_lock
from activities.money.payment_rows import payments_of, write_down
from activities.money.payment_steps import BY_HAND, INTENDED
from activities.money.settlement_records import ask_of, bill_of, decided_under_lock
from contracts.money import SettleReservation
from db.queries.debts import debt_of
from db.queries.money.credits import spent_on
from db.queries.money.returns import returned_in_all
from db.tables import Debt, Driver, Payment, Settlement
from domain.facts.ledger import DebtCollected, LedgerFact
from domain.money import accounts
from domain.money.amount import Money, total
from domain.money.bill import Bill

_BEING_TRIED = frozenset({INTENDED, "processing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A reservation that owes or owed something, as it was under the lock of its money.

    `step`: the settlement that stands. `next_posting`: names what is posted next, and what is given back for it.
    """

    ask: SettleReservation
    step: str
    bill: Bill
    credit_spent: Money
    returned: Money
    debt: Debt
    rows: Sequence[Payment]
    customer: str | None
    next_posting: str
    changes: int

    @property
    def code(self) -> str:
        return self.ask.code

    @property
    def charge(self) -> Money:
        """Of the bill, what no credit has paid, and what the driver got back another way."""
        return self.bill.charge - self.credit_spent + self.returned

    @property
    def owed(self) -> Money:
        """What the driver is to have paid in all: the charge without what was written off."""
        return self.charge - Money(self.debt.written_off_minor, self.debt.currency)


async def look_at(session: AsyncSession, code: str) -> Look | None:
    """None: nothing was ever owed. Raises PaymentStillMoving while a later settlement is under way, or to come for what
    was given back.
    """
    decided = await decided_under_lock(session, code)
    debt = await debt_of(session, code)
    if debt is None or not decided.rows:
        return None
    last = decided.rows[-1]
    ask, bill = ask_of(last), await bill_of(session, last)
    if last.posted_at is None:
        raise PaymentStillMoving(f"{code} is being settled anew")
    if await is_one_unsettled(session, code, decided):
        raise PaymentStillMoving(f"what was given back of {code} is to be settled first")
    if ask is None or bill is None:
        return None
    spent = await spent_on(session, code)
    return Look(
        ask=ask,
        step=last.step,
        bill=bill,
        credit_spent=total([one.amount for one in spent], bill.charge.currency),
        returned=await returned_in_all(session, code, bill.charge.currency),
        debt=debt,
        rows=await payments_of(session, code),
        customer=await _customer(session, debt.driver_id) or ask.customer,
        next_posting=await _next_posting(session, code),
        changes=debt.changes,
    )


def require_no_card_tried(code: str, rows: Sequence[Payment]) -> None:
    """Raises PaymentStillMoving: what comes of it changes what is owed."""
    if any(row.status in _BEING_TRIED and not row.step.startswith(BY_HAND) for row in rows):
        raise PaymentStillMoving(f"a card is being tried for {code}")


async def _customer(session: AsyncSession, driver_id: str) -> str | None:
    driver = await session.get(Driver, driver_id)
    return driver.stripe_customer if driver is not None else None


async def _next_posting(session: AsyncSession, code: str) -> str:
    return f"debt-posting-{await keys_posted(session, code, f'{code}:debt-posting-') + 1}"


async def post_debt(
    session: AsyncSession,
    look: Look,
    collected: Collected,
    now: datetime,
    *,
    attempt: int | None = None,
    by_credit: bool = False,
) -> None:
    """What payments have come to, in the ledger, beside the settlement that stands, and in the debt. `by_credit`: it is
    credits that have paid since, and the caller tells the driver.

    Raises ApplicationError `superseded` when another settlement stands by now, or something newer was posted.
    """
    await require_unchanged(session, look)
    for record in collected.unwritten:
        if record.intent is not None:
            await write_down(session, look.code, record.step, record.intent, now)
    collected = await without_settled(session, look.code, look.charge, collected, look.rows)
    payments = collected.payments
    outstanding = look.charge - payments.captured
    left = Outcome(
        ask=look.ask,
        outstanding=outstanding,
        now=now,
        for_good=collected.for_good,
        collected=True,
        by_credit=by_credit,
        claimed=bool(collected.claimed),
    )
    forgone = await debt_after(session, left)
    debt = await debt_of(session, look.code) if attempt is not None else None
    if debt is not None and attempt is not None:
        await attempted(session, debt, replace(left, declined=collected.declined), attempt)
    await session.execute(
        update(Settlement)
        .where(Settlement.reservation_code == look.code, Settlement.step == look.step)
        .values(
            captured_minor=payments.captured.minor,
            released_minor=payments.released.minor,
            refunded_minor=payments.refunded.minor,
        )
    )
    target = await settled_books(
        session,
        look.code,
        look.bill,
        taken=collected.taken,
        claimed=collected.claimed,
        written_off=forgone,
    )
    await post_change(session, look, target, DebtCollected(), now, cause="driver")


async def require_unchanged(session: AsyncSession, look: Look) -> None:
    """Under the lock of the reservation's money: what was looked at is what there is, so that nothing older is posted
    over something newer, and nothing taken that was forgiven. Raises ApplicationError `superseded` otherwise.
    """
    decided = await decided_under_lock(session, look.code)
    decided.require_standing(look.step)
    debt = await debt_of(session, look.code)
    as_it_was = debt is not None and debt.changes == look.changes
    as_it_was &= await returned_in_all(session, look.code, look.returned.currency) == look.returned
    if not as_it_was or await _next_posting(session, look.code) != look.next_posting:
        raise decided.superseded(look.step)


async def post_change(
    session: AsyncSession,
    look: Look,
    target: accounts.Books,
    fact: LedgerFact,
    now: datetime,
    *,
    cause: str,
) -> None:
    """Under the lock of the reservation's money; nothing where the ledger says so already."""
    if not accounts.difference(target, await books_of(session, look.code)):
        return
    posting = Posting(
        code=look.code,
        step=await _next_posting(session, look.code),
        driver_id=look.ask.driver_id,
        cause=cause,
        fact=fact,
        target=target,
        now=now,
    )
    await post_under_lock(session, posting)

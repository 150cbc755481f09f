"""Money that a person decides not to ask for any more: out of the receivables, into the bad debts."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.credit_records import settled_books
from activities.money.debt_posting import look_at, post_change, require_no_card_tried
from activities.money.debt_records import changed, tell_driver, tell_workflow
from activities.money.ledger import books_of
from db.tables import Debt
from domain.errors import DebtClosed, UnknownDebt
from domain.facts import ledger, money_notices
from domain.facts.refused_money import NoSuchDebt, NothingOwed
from domain.money import accounts
from domain.money.amount import Money
from domain.settlement.debts import DebtState


async def write_off(
    session: AsyncSession, code: str, *, by: str, reason: str, now: datetime
) -> tuple[Debt, Money]:
    """The debt and how much was written off; the caller commits. The workflow closes what the driver could pay by.

    Raises UnknownDebt, DebtClosed, PaymentStillMoving while the bill is settled anew or a card is being tried.
    """
    look = await look_at(session, code)
    if look is None:
        raise UnknownDebt(NoSuchDebt(reservation=code))
    debt = look.debt
    if debt.state != DebtState.OPEN:
        raise DebtClosed(NothingOwed(reservation=code))
    require_no_card_tried(code, look.rows)
    amount = Money(debt.outstanding_minor, debt.currency)
    debt.written_off_minor, debt.outstanding_minor = debt.written_off_minor + amount.minor, 0
    debt.state, debt.closed_at = DebtState.WRITTEN_OFF, now
    changed(debt, now)
    debt.waits_for, debt.next_at = "", None
    debt.decided_by, debt.decision_reason = by, reason
    await session.flush()
    books = await books_of(session, code)
    target = await settled_books(
        session,
        code,
        look.bill,
        taken=accounts.taken_of(books),
        claimed=accounts.claimed_of(books),
        written_off=Money(debt.written_off_minor, debt.currency),
    )
    await post_change(session, look, target, ledger.DebtWrittenOff(), now, cause="operator")
    await tell_workflow(session, debt, now)
    await tell_driver(session, debt, money_notices.DebtWrittenOff(amount=amount), now)
    return debt, amount

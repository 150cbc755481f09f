"""A debt that the driver's credits pay: as soon as there are both, before a card is tried for it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.charge import Collected
from activities.money.credit_records import lock_credits, use_credits
from activities.money.debt_posting import Look, post_debt, require_unchanged
from activities.money.debt_records import tell_driver
from db.queries.debts import debt_of
from db.queries.money.credits import open_credits, step_of_debt
from domain.facts.money_notices import DebtPaidByCredit
from domain.money.amount import Money, total
from domain.money.credits import drawn, to_spend
from domain.settlement.debts import DebtState


async def pay_by_credits(session: AsyncSession, look: Look, collected: Collected, now: datetime) -> bool:
    """Did they pay anything of what is missing? `collected`: what payments have come to so far.

    Raises ApplicationError `superseded` as `post_debt`.
    """
    driver, currency = look.debt.driver_id, look.charge.currency
    missing = look.owed - collected.payments.captured
    if look.debt.state != DebtState.OPEN:
        return False
    if not await open_credits(session, driver, currency, at=now, not_of=look.code):
        return False
    await require_unchanged(session, look)
    await lock_credits(session, driver)
    found = await open_credits(session, driver, currency, at=now, not_of=look.code)
    amount = to_spend(missing, total([one.left for one in found], currency))
    if amount.is_zero:
        return False
    step = step_of_debt(look.step, look.next_posting)
    await use_credits(session, look.code, step, drawn(amount, found), now)
    paid = replace(look, credit_spent=look.credit_spent + amount)
    await post_debt(session, paid, collected, now, by_credit=True)
    debt = await debt_of(session, look.code)
    if debt is not None:
        left = Money(debt.outstanding_minor, currency)
        await tell_driver(session, debt, DebtPaidByCredit(paid=amount, left=left), now)
    return True

"""A payment that was made for something which was given up meanwhile, and that a bank took before it could go back.

It is its payer's, so it is in the books at once: of a booking that came to nothing as any void that waits for a bank
(`void_posting`), of one that was settled as something paid beyond the bill, by a step that follows. From there it goes
the way of all that a bank has: back once we win (`undone_refunds`, `follow_ups`), by the bank if we lose.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.ledger import books_of
from activities.money.payment_intents import IntentState
from activities.money.payment_rows import keep_withdrawn, payments_of
from activities.money.payment_steps import GIVEN_UP
from activities.money.settlement_records import decided_under_lock
from activities.money.void_posting import post_void
from domain.money.accounts import taken_of


async def keep_given_up(
    session: AsyncSession, code: str, step: str, intent: IntentState, now: datetime
) -> None:
    """`intent`: after all was done to give it back. What is left of it a bank has."""
    decided = await decided_under_lock(session, code)
    waits = await keep_withdrawn(session, code, step, intent, now)
    if waits and decided.standing is None:
        taken = {**taken_of(await books_of(session, code)), intent.id: intent.net}
        await post_void(session, code, GIVEN_UP, taken, now)


async def is_unposted(session: AsyncSession, code: str) -> bool:
    """Is there such money that the books do not have? Under the lock of the money."""
    late = {
        row.payment_intent_id
        for row in await payments_of(session, code)
        if row.void_reason and row.captured_minor > row.refunded_minor
    }
    return bool(late) and not late <= {*taken_of(await books_of(session, code))}

"""The rows of payments: read, and brought to what Stripe said, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.payment_intents import IntentState
from activities.money.payment_steps import CANCELED, DECLINED, GIVEN_UP, SUCCEEDED, UNPAID
from db.queries import follow_ups
from db.tables import Payment
from domain.money.amount import Money

UNLESS_THERE = insert(Payment).on_conflict_do_nothing(index_elements=["reservation_code", "step"])
_ROW = select(Payment).where(
    Payment.reservation_code == bindparam("code"), Payment.step == bindparam("of_step")
)
_ROW_LOCKED = _ROW.with_for_update()


async def payments_of(session: AsyncSession, code: str) -> Sequence[Payment]:
    """Every row of the reservation, oldest first. Empty: nothing was ever asked for."""
    rows = select(Payment).where(Payment.reservation_code == code).order_by(Payment.id)
    return (await session.scalars(rows)).all()


async def write_down(session: AsyncSession, code: str, step: str, intent: IntentState, now: datetime) -> bool:
    """What Stripe said. False: the step was voided meanwhile, so the intent must not live on.

    What is written already is newer where it is further: nothing that was captured or closed opens again, and nothing
    was given back less. What was given back falls where a refund has failed, which `DashboardRefunds` reads of the
    refunds themselves: of an older answer and of a failed refund an intent says the same.
    """
    row = await row_of(session, code, step, lock=True)
    if row.status == SUCCEEDED and intent.status not in (SUCCEEDED, CANCELED):
        return True
    voided = row.status == CANCELED and intent.status != CANCELED
    row.payment_intent_id = intent.id
    row.captured_minor = intent.received.minor
    row.refunded_minor = max(row.refunded_minor, intent.refunded.minor)
    row.lapses_at = intent.capture_before
    row.updated_at = now
    if row.status != DECLINED or intent.status not in (*UNPAID, CANCELED):
        row.status = intent.status
    return not voided


async def net_of(session: AsyncSession, code: str, step: str) -> Money:
    """What of the step was taken and not given back, by all that was heard so far."""
    row = await row_of(session, code, step)
    return Money(row.captured_minor - row.refunded_minor, row.currency)


async def is_withdrawn(session: AsyncSession, code: str, step: str, intent: IntentState) -> bool:
    """Was the step voided before its intent was known, or while a bank had its money? The intent is noted: whoever
    voids it, or has to, finds it then.
    """
    row = await row_of(session, code, step, lock=True)
    row.payment_intent_id = row.payment_intent_id or intent.id
    return bool(row.void_reason) or (row.status == CANCELED and intent.status != CANCELED)


async def keep_void(session: AsyncSession, code: str, step: str, reason: str) -> None:
    """A bank has it: it is given back, if ever that leaves it to us (`undone_refunds`)."""
    row = await row_of(session, code, step, lock=True)
    row.void_reason = row.void_reason or reason


async def keep_withdrawn(
    session: AsyncSession, code: str, step: str, intent: IntentState, now: datetime
) -> bool:
    """What Stripe said of a payment that was made for something given up meanwhile, once it was given back.

    True: a bank has it, so it could not be. It waits for that, and is to be posted.
    """
    await write_down(session, code, step, intent, now)
    if intent.net.minor <= 0:
        return False
    await keep_void(session, code, step, GIVEN_UP)
    await follow_ups.notice(session, code, now)
    return True


async def row_of(session: AsyncSession, code: str, step: str, *, lock: bool = False) -> Payment:
    query = _ROW_LOCKED if lock else _ROW
    return (await session.execute(query, {"code": code, "of_step": step})).scalar_one()

"""Our record of each dispute: as the provider says it is, and whose payment it is of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.stripe_disputes import DisputeState
from db.tables import Dispute, LedgerTransaction, Payment, ReservationRow
from domain.money.amount import total
from domain.money.movements import CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Of a disputed payment; empty, as far as we do not know it."""

    code: str = ""
    driver_id: str | None = None
    fleet_id: str | None = None
    site_id: str = ""


async def paid_for(session: AsyncSession, intent_id: str | None) -> str:
    """The reservation whose payment it was; empty where no row of ours has it."""
    if intent_id is None:
        return ""
    code = await session.scalar(
        select(Payment.reservation_code).where(Payment.payment_intent_id == intent_id)
    )
    return code or ""


async def has_payments(session: AsyncSession, code: str) -> bool:
    """Is it a reservation of ours? Another system may share the provider's account."""
    found = await session.scalar(select(Payment.id).where(Payment.reservation_code == code).limit(1))
    return found is not None


async def whose(session: AsyncSession, code: str) -> Whose:
    if not code:
        return Whose()
    row = await session.get(ReservationRow, code)
    if row is not None:
        return Whose(code=code, driver_id=row.driver_id, fleet_id=row.fleet_id, site_id=row.site_id)
    posted = await session.scalar(
        select(func.max(LedgerTransaction.driver_id)).where(LedgerTransaction.reservation_code == code)
    )
    return Whose(code=code, driver_id=posted)


def write_dispute(row: Dispute | None, state: DisputeState, of: Whose, now: datetime) -> Dispute | None:
    """The row as it is to be kept; None where it says all that already."""
    values = {
        "charge_id": state.charge_id,
        "payment_intent_id": state.payment_intent_id,
        "reservation_code": of.code,
        "driver_id": of.driver_id,
        "fleet_id": of.fleet_id,
        "site_id": of.site_id,
        "currency": state.amount.currency,
        "amount_minor": state.amount.minor,
        "taken_minor": -_sum(state, "amount"),
        "fee_minor": _sum(state, "fee"),
        "fee_currency": state.movements[0].fee.currency if state.movements else state.amount.currency,
        "reason": state.reason,
        "status": state.status,
        "state": state.case,
        "due_by": state.due_by,
        "opened_at": state.opened_at,
    }
    decided = row is None or row.state != state.case
    if row is None:
        row = Dispute(dispute_id=state.id, changes=0, **values)
    elif all(getattr(row, name) == value for name, value in values.items()):
        return None
    for name, value in values.items():
        setattr(row, name, value)
    if decided:
        row.closed_at = None if state.case == CaseState.OPEN else now
    row.changes += 1
    row.changed_at = now
    return row


def _sum(state: DisputeState, part: str) -> int:
    amounts = [getattr(one, part) for one in state.movements]
    return total(amounts, amounts[0].currency).minor if amounts else 0

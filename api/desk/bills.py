"""Bills of a reservation as they were decided: what followed its workflow, and what each rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.settlement_records import (
    FOLLOW_UP,
    REFUND,
    evidence_kept,
    receipt_of,
    settlements_of,
)
from contracts.publication import ReservationView, TimelineEntry
from db.queries.debts import debt_of
from db.tables import Settlement
from domain.facts.stay import SettledAfterRefund, SettledAnew
from domain.money.amount import Money
from domain.money.bill import Receipt
from domain.reservation.lifecycle import DepositState
from domain.settlement.evidence import LegEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledBill:
    """One step. `receipt` None: its money has not moved as far as it could."""

    step: str
    outcome: str
    priced_at: datetime
    energy_wh: int
    receipt: Receipt | None
    evidence: Sequence[LegEvidence]


async def bills_of(session: AsyncSession, code: str) -> list[SettledBill]:
    """Oldest first; the last one stands."""
    return [
        SettledBill(
            step=row.step,
            outcome=row.outcome,
            priced_at=row.priced_at,
            energy_wh=row.energy_wh,
            receipt=await receipt_of(session, row),
            evidence=evidence_kept(row),
        )
        for row in await settlements_of(session, code)
    ]


async def with_follow_ups(session: AsyncSession, view: ReservationView) -> ReservationView:
    """The last publication of a workflow that has closed, and what became of its bill and its debt since."""
    rows = await settlements_of(session, view.code)
    for row in rows:
        receipt = await receipt_of(session, row) if row.step.startswith((FOLLOW_UP, REFUND)) else None
        if receipt is None:
            continue
        why = SettledAfterRefund if row.step.startswith(REFUND) else SettledAnew
        fact = why(charged=receipt.bill.charge)
        told = TimelineEntry(at=row.priced_at, code=fact.code, parameters=fact.parameters())
        captured = DepositState.CAPTURED.value if receipt.payments.captured.minor else view.payment_status
        view = replace(
            view,
            receipt=receipt,
            timeline=(*view.timeline, told),
            payment_status=captured if view.payment_status else "",
        )
    return await _as_paid(session, view, rows)


async def _as_paid(
    session: AsyncSession, view: ReservationView, rows: Sequence[Settlement]
) -> ReservationView:
    """What was outstanding may have been paid or written off since, and what was given back may have failed."""
    if view.receipt is None or not rows:
        return view
    debt = await debt_of(session, view.code)
    # A refund of the standing settlement may have failed, whose money is ours again.
    has_come_back = rows[-1].captured_minor != view.receipt.payments.captured.minor
    receipt = await receipt_of(session, rows[-1]) if debt is not None or has_come_back else None
    if receipt is None:
        return view
    forgone = Money(debt.written_off_minor, debt.currency) if debt is not None else None
    return replace(view, receipt=replace(receipt, written_off=forgone if forgone and forgone.minor else None))

"""Our record of each settlement step: the bill decided before money moves, and the receipt once it is posted.

The newest step stands. Whoever still works at an earlier one (a process that stood still meanwhile) is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from activities.money.credit_records import spend_for
from activities.money.ledger import lock_ledger
from contracts.declaration import SUPERSEDED
from contracts.money import SettleReservation
from db.queries.money.credits import spent_on
from db.queries.money.returns import returned_on
from db.tables import Settlement, SettlementLine
from domain.causes import Cause
from domain.money.amount import Money
from domain.money.bill import Bill, PaymentTotals, Receipt
from domain.money.lines import ConnectorName, Limit, LineItem, LineKind, Quantity, Unit
from domain.settlement.evidence import LegEvidence
from domain.settlement.surroundings import Surroundings

_ASK = TypeAdapter(SettleReservation)
_EVIDENCE = TypeAdapter(tuple[LegEvidence, ...])
_LEGS = "legs"
FOLLOW_UP = "follow-up-"
"""Begins the names of steps that no workflow asked for, and charger told of."""
REFUND = "refund-"
"""Begins the names of those that a person decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The newest step, and how busy it was when the first was priced."""

    step: str
    priced_at: datetime
    around: Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """All steps of a reservation that were decided, oldest first."""

    code: str
    rows: Sequence[Settlement]

    @property
    def standing(self) -> Standing | None:
        """None: nothing was decided yet."""
        if not self.rows:
            return None
        row = self.rows[-1]
        around = Surroundings(somebody_waits=row.somebody_waits, occupancy_percent=row.occupancy_percent)
        return Standing(step=row.step, priced_at=row.priced_at, around=around)

    @property
    def is_followed_up(self) -> bool:
        """Is the newest step one that no workflow asked for?"""
        return bool(self.rows) and self.rows[-1].step.startswith((FOLLOW_UP, REFUND))

    def next_of(self, kind: str) -> str:
        """The name of a further step: `follow-up-2`, `refund-1`."""
        return f"{kind}{sum(row.step.startswith(kind) for row in self.rows) + 1}"

    def of(self, step: str) -> Settlement | None:
        return next((row for row in self.rows if row.step == step), None)

    def require_standing(self, step: str) -> None:
        """Raises ApplicationError `superseded` when a later step was decided."""
        if self.standing is not None and self.standing.step != step:
            raise self.superseded(step)

    def superseded(self, step: str) -> ApplicationError:
        return ApplicationError(f"{self.code} was settled after {step}", type=SUPERSEDED, non_retryable=True)


async def decided_under_lock(session: AsyncSession, code: str) -> Decided:
    """Under the lock of the reservation's money, which the caller's transaction keeps."""
    await lock_ledger(session, code)
    return Decided(code=code, rows=await settlements_of(session, code))


async def settlements_of(session: AsyncSession, code: str) -> Sequence[Settlement]:
    """Every step that was decided, oldest first."""
    rows = await session.scalars(
        select(Settlement).where(Settlement.reservation_code == code).order_by(Settlement.id)
    )
    return rows.all()


async def require_standing(session: AsyncSession, code: str, step: str) -> None:
    """As `Decided.require_standing`, of what is decided now."""
    (await decided_under_lock(session, code)).require_standing(step)


async def bill_of(session: AsyncSession, row: Settlement | None) -> Bill | None:
    """What the step of `row` decided; None when it has not yet."""
    return None if row is None else await _bill(session, row)


async def receipt_of(session: AsyncSession, row: Settlement | None) -> Receipt | None:
    """What the step of `row` came to; None until it is posted."""
    if row is None or row.captured_minor is None or row.released_minor is None or row.refunded_minor is None:
        return None
    payments = PaymentTotals(
        captured=Money(row.captured_minor, row.currency),
        released=Money(row.released_minor, row.currency),
        refunded=Money(row.refunded_minor, row.currency),
    )
    spent = await spent_on(session, row.reservation_code, up_to=row.id)
    ask = ask_of(row)
    return Receipt(
        bill=await _bill(session, row),
        payments=payments,
        credits=spent,
        account=ask.account if ask is not None else "",
        returned=await returned_on(session, row.reservation_code, up_to=row.id),
    )


def ask_of(row: Settlement) -> SettleReservation | None:
    """What was asked for the step of `row`; None where it was not kept (settled by an earlier version)."""
    return _ASK.validate_python(row.ask) if row.ask else None


def evidence_kept(row: Settlement) -> tuple[LegEvidence, ...]:
    """What the energy of the step of `row` rests on; empty where it was not kept."""
    return _EVIDENCE.validate_python(row.evidence.get(_LEGS, ()))


async def keep_bill(
    session: AsyncSession,
    ask: SettleReservation,
    bill: Bill,
    around: Surroundings,
    evidence: tuple[LegEvidence, ...],
) -> None:
    """Under the lock of the reservation's money: a step is decided once, with what credits pay of it."""
    row = Settlement(
        reservation_code=ask.code,
        step=ask.step,
        outcome=ask.progress.state.value,
        currency=bill.charge.currency,
        charge_minor=bill.charge.minor,
        credit_minor=bill.credit.minor,
        energy_wh=bill.energy_wh,
        somebody_waits=around.somebody_waits,
        occupancy_percent=around.occupancy_percent,
        priced_at=ask.now,
        evidence={_LEGS: _EVIDENCE.dump_python(evidence, mode="json")},
        ask=_ASK.dump_python(ask, mode="json"),
    )
    session.add(row)
    await session.flush()
    session.add_all(_line_row(row.id, position, line) for position, line in enumerate(bill.lines, 1))
    await session.flush()
    if not ask.account:
        await spend_for(session, ask, bill)


async def keep_receipt(
    session: AsyncSession, code: str, step: str, payments: PaymentTotals, now: datetime
) -> None:
    """Beside the bill, which was kept before money moved."""
    await session.execute(
        update(Settlement)
        .where(Settlement.reservation_code == code, Settlement.step == step)
        .values(
            captured_minor=payments.captured.minor,
            released_minor=payments.released.minor,
            refunded_minor=payments.refunded.minor,
            posted_at=now,
        )
    )


async def _bill(session: AsyncSession, row: Settlement) -> Bill:
    lines = await session.scalars(
        select(SettlementLine).where(SettlementLine.settlement_id == row.id).order_by(SettlementLine.position)
    )
    return Bill(
        lines=tuple(_line(line, row.currency) for line in lines),
        charge=Money(row.charge_minor, row.currency),
        credit=Money(row.credit_minor, row.currency),
        energy_wh=row.energy_wh,
    )


def _line_row(settlement_id: int, position: int, line: LineItem) -> SettlementLine:
    quantity, price, at = line.quantity, line.unit_price, line.connector
    return SettlementLine(
        settlement_id=settlement_id,
        position=position,
        kind=line.kind.value,
        cause=line.cause.value,
        amount_minor=line.amount.minor,
        quantity=quantity.count if quantity else None,
        unit=quantity.unit.value if quantity else None,
        unit_price_minor=price.minor if price else None,
        charger_id=at.charger_id if at else None,
        connector_number=at.number if at else None,
        bay=at.bay if at else None,
        rate_basis_points=line.rate_basis_points,
        limited_by=line.limited_by.value if line.limited_by else None,
    )


def _line(row: SettlementLine, currency: str) -> LineItem:
    return LineItem(
        kind=LineKind(row.kind),
        cause=Cause(row.cause),
        amount=Money(row.amount_minor, currency),
        quantity=_quantity(row),
        unit_price=None if row.unit_price_minor is None else Money(row.unit_price_minor, currency),
        connector=_connector(row),
        rate_basis_points=row.rate_basis_points,
        limited_by=None if row.limited_by is None else Limit(row.limited_by),
    )


def _quantity(row: SettlementLine) -> Quantity | None:
    return None if row.quantity is None or row.unit is None else Quantity(row.quantity, Unit(row.unit))


def _connector(row: SettlementLine) -> ConnectorName | None:
    if row.charger_id is None or row.connector_number is None:
        return None
    return ConnectorName(charger_id=row.charger_id, number=row.connector_number, bay=row.bay)

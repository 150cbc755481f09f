"""Our record of money given back after the settlement: added under the lock of the reservation's money, for good.

Nothing moves here: a settlement of its own follows (`follow_ups`), which has it like every later one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from activities.money.settlement_records import Decided
from db.queries import follow_ups
from db.tables import AdjustmentRow
from domain.money.amount import Money
from domain.money.bill import Bill
from domain.money.lines import LineKind
from domain.money.refunds import RefundCause, RefundSource
from domain.settlement.adjustments import Adjustment, adjusted
from domain.terms.tariff import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdjustment:
    """`key`: the same at each retry. `position` with a `line`. `request`: that a second person has approved.

    `cause` None: in the dashboard, for whatever reason. `owed`: given back beside `amount`, and owed before: the bill
    stays.
    """

    code: str
    key: str
    source: RefundSource
    amount: Money
    cause: RefundCause | None
    reason: str
    by: str
    line: LineKind | None = None
    position: int | None = None
    request: int | None = None
    provider_object: str = ""
    owed: Money | None = None


async def rows_of(session: AsyncSession, code: str) -> Sequence[AdjustmentRow]:
    """Oldest first."""
    rows = await session.scalars(
        select(AdjustmentRow).where(AdjustmentRow.reservation_code == code).order_by(AdjustmentRow.number)
    )
    return rows.all()


async def by_key(session: AsyncSession, key: str) -> AdjustmentRow | None:
    found: AdjustmentRow | None = await session.scalar(select(AdjustmentRow).where(AdjustmentRow.key == key))
    return found


def adjustments_in(rows: Sequence[AdjustmentRow]) -> list[Adjustment]:
    """What was refunded in the dashboard counts as far as it has not failed."""
    failed = {row.provider_object: row.amount_minor for row in rows if row.amount_minor < 0}
    given = ((row, row.amount_minor + failed.get(row.provider_object, 0)) for row in rows)
    return [
        Adjustment(amount=Money(minor, row.currency), line=None if row.line is None else LineKind(row.line))
        for row, minor in given
        if minor > 0
    ]


async def with_adjustments(session: AsyncSession, code: str, bill: Bill, tariff: Tariff) -> Bill:
    """The bill less all that was given back so far."""
    return adjusted(bill, adjustments_in(await rows_of(session, code)), tariff)


async def add(
    session: AsyncSession, new: NewAdjustment, decided: Decided, now: datetime
) -> AdjustmentRow | None:
    """The row; None: it is there already. Its settlement is asked for. Under the lock of the money."""
    earlier = select(func.coalesce(func.max(AdjustmentRow.number), 0)).where(
        AdjustmentRow.reservation_code == new.code
    )
    number = await session.scalar(
        insert(AdjustmentRow)
        .values(
            reservation_code=new.code,
            number=earlier.scalar_subquery() + 1,
            key=new.key,
            source=new.source,
            currency=new.amount.currency,
            amount_minor=new.amount.minor,
            owed_minor=0 if new.owed is None else new.owed.minor,
            line=new.line,
            position=new.position,
            cause=new.cause or "",
            reason=new.reason,
            decided_by=new.by,
            request_id=new.request,
            provider_object=new.provider_object,
            after_settlement=decided.rows[-1].id if decided.rows else 0,
            at=now,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(AdjustmentRow.id)
    )
    if number is None:
        return None
    await follow_ups.notice(session, new.code, now)
    return await session.get(AdjustmentRow, number)


async def is_one_unsettled(session: AsyncSession, code: str, decided: Decided) -> bool:
    """Was something given back that no settlement has taken into account yet?"""
    last = decided.rows[-1].id if decided.rows else 0
    return any(row.after_settlement >= last for row in await rows_of(session, code))


def settled_with(row: AdjustmentRow, decided: Decided) -> bool:
    """Is it in a settlement that is posted?"""
    return any(one.id > row.after_settlement and one.posted_at is not None for one in decided.rows)

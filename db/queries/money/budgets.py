"""What fleets may spend in a month, and what they have: by the ledger, and by what is booked and not billed yet.

A month has the reservations whose slot begins in it, on the clock of their site.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.tables import (
    BillingNote,
    Budget,
    CostCenter,
    FleetDriver,
    Hold,
    InvoiceAccount,
    LedgerEntry,
    LedgerTransaction,
    Pool,
    ReservationRow,
    Site,
)
from domain.money.accounts import FLEET
from domain.money.amount import Money
from domain.money.bookkeeping import Month
from domain.terms.budgets import WHOLE_FLEET, BudgetUse

_BESIDE = timedelta(days=1)
"""So far a site's clock is from any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a reservation has come to on its fleet's account, or is expected to."""

    code: str
    driver_id: str
    site_id: str
    start: datetime
    end: datetime
    cost_center: str
    spent: Money
    promised: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CenterSum:
    """Of all reservations of a month that go on one cost center; `cost_center` empty: on none."""

    cost_center: str
    count: int
    spent: Money
    promised: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotal:
    """Of all reservations of a month that go on a fleet's account."""

    month: Month
    count: int
    spent: Money
    promised: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedOn:
    """`noted`: the cost center that was named with the booking; `usual`: that of its driver. Empty: none."""

    noted: str
    usual: str
    has_budgets: bool


async def booked_on(session: AsyncSession, fleet_id: str, driver_id: str, code: str) -> BookedOn | None:
    """The fleet's invoice account is locked with it, as by `db.queries.lock_order.lock_accounts`; None: it has none."""
    noted = select(BillingNote.cost_center).where(BillingNote.reservation_code == code).scalar_subquery()
    usual = (
        select(FleetDriver.cost_center)
        .join(
            CostCenter,
            and_(CostCenter.fleet_id == FleetDriver.fleet_id, CostCenter.code == FleetDriver.cost_center),
        )
        .where(FleetDriver.driver_id == driver_id, FleetDriver.fleet_id == fleet_id)
        .where(CostCenter.ended_at.is_(None))
        .scalar_subquery()
    )
    budgets = select(Budget.fleet_id).where(Budget.fleet_id == fleet_id).exists()
    mine = (
        select(noted, usual, budgets).select_from(InvoiceAccount).where(InvoiceAccount.fleet_id == fleet_id)
    )
    locked = mine.with_for_update(key_share=True, of=InvoiceAccount)
    row = (await session.execute(locked)).one_or_none()
    return None if row is None else BookedOn(noted=row[0] or "", usual=row[1] or "", has_budgets=row[2])


async def uses_of(
    session: AsyncSession, fleet_id: str, month: Month, *, but: str = ""
) -> Sequence[BudgetUse]:
    """Of each budget, the whole fleet's first. `but`: code of a reservation that does not count."""
    budgets = await session.scalars(
        select(Budget).where(Budget.fleet_id == fleet_id).order_by(Budget.cost_center)
    )
    sums = await _sums(session, fleet_id, month, but=but)
    used = {center: (spent, promised) for center, _, spent, promised in sums}
    return [_use(budget, used) for budget in budgets]


async def sums_of(session: AsyncSession, fleet_id: str, month: Month) -> Sequence[CenterSum]:
    """By cost center; however many reservations there are. None without an invoice account."""
    account = await session.get(InvoiceAccount, fleet_id)
    if account is None:
        return []
    return [
        CenterSum(
            cost_center=center,
            count=count,
            spent=Money(spent, account.currency),
            promised=Money(promised, account.currency),
        )
        for center, count, spent, promised in await _sums(session, fleet_id, month)
    ]


async def _sums(
    session: AsyncSession, fleet_id: str, month: Month, *, but: str = ""
) -> list[tuple[str, int, int, int]]:
    """Cost center, reservations, spent, promised."""
    charges = _charges()
    sums = select(
        charges.c.cost_center, func.count(), func.sum(charges.c.spent), func.sum(charges.c.promised)
    )
    of_month = sums.where(charges.c.code != but).group_by(charges.c.cost_center)
    rows = await session.execute(of_month, _about(fleet_id, month))
    return [(center, count, int(spent), int(promised)) for center, count, spent, promised in rows]


async def months_of(session: AsyncSession, fleet_id: str, months: Sequence[Month]) -> Sequence[MonthTotal]:
    """Of each of the months, which follow one another, in their order. None without an invoice account."""
    account = await session.get(InvoiceAccount, fleet_id)
    if account is None:
        return []
    charges = _charges()
    month = func.to_char(func.timezone(Site.zone, charges.c.start), "YYYY-MM")
    sums = (
        select(month, func.count(), func.sum(charges.c.spent), func.sum(charges.c.promised))
        .join(Site, Site.id == charges.c.site_id)
        .group_by(month)
    )
    rows = await session.execute(sums, _about(fleet_id, months[0], months[-1]))
    found = {written: (count, int(spent), int(promised)) for written, count, spent, promised in rows}
    return [
        MonthTotal(
            month=one,
            count=count,
            spent=Money(spent, account.currency),
            promised=Money(promised, account.currency),
        )
        for one in months
        for count, spent, promised in [found.get(str(one), (0, 0, 0))]
    ]


async def charges_of(
    session: AsyncSession,
    fleet_id: str,
    month: Month,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> Sequence[Charge]:
    """Up to `limit`, in the order of their slots, and codes. `after`: slot's start and code of the last one before."""
    charges, account = _charges(), InvoiceAccount
    currency = select(account.currency).where(account.fleet_id == bindparam("fleet")).scalar_subquery()
    found = select(currency.label("currency"), charges)
    if after is not None:
        found = found.where(tuple_(charges.c.start, charges.c.code) > after)
    rows = await session.execute(
        found.order_by(charges.c.start, charges.c.code).limit(limit), _about(fleet_id, month)
    )
    return [_charge(**row) for row in rows.mappings()]


def _charge(currency: str, spent: int, promised: int, **about: Any) -> Charge:
    return Charge(spent=Money(int(spent), currency), promised=Money(int(promised), currency), **about)


def _use(budget: Budget, used: Mapping[str, tuple[int, int]]) -> BudgetUse:
    if budget.cost_center == WHOLE_FLEET:
        spent, promised = (sum(one[n] for one in used.values()) for n in (0, 1))
    else:
        spent, promised = used.get(budget.cost_center, (0, 0))
    return BudgetUse(
        cost_center=budget.cost_center,
        limit=Money(budget.limit_minor, budget.currency),
        hard=budget.hard,
        spent=Money(spent, budget.currency),
        promised=Money(promised, budget.currency),
    )


def _about(fleet_id: str, month: Month, until: Month | None = None) -> dict[str, Any]:
    """Of that month, or of all from it to another one."""
    first, last = month.first, (until or month).last + timedelta(days=1)
    return {
        "fleet": fleet_id,
        "first": datetime.combine(first, time()),
        "following": datetime.combine(last, time()),
        "from": _instant(first) - _BESIDE,
        "to": _instant(last) + _BESIDE,
    }


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _in_month(start: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
    local = func.timezone(Site.zone, start)
    near = and_(start >= bindparam("from"), start < bindparam("to"))
    plain = DateTime(timezone=False)
    return and_(near, local >= bindparam("first", type_=plain), local < bindparam("following", type_=plain))


def _charges() -> Subquery:
    """One row a reservation. What is billed is not promised any more."""
    row, posted, entry = ReservationRow, LedgerTransaction, LedgerEntry
    spent = (
        select(
            row.code,
            row.driver_id,
            row.site_id,
            row.slot_start.label("start"),
            row.slot_end.label("end"),
            func.sum(entry.amount_minor).label("spent"),
            literal(0).label("promised"),
            literal(True).label("billed"),
        )
        .join(Site, Site.id == row.site_id)
        .join(posted, posted.reservation_code == row.code)
        .join(entry, entry.transaction_id == posted.id)
        .where(row.fleet_id == bindparam("fleet"), posted.fleet_id == bindparam("fleet"))
        .where(entry.account == FLEET, _in_month(row.slot_start))
        .group_by(row.code, Site.id)
    )
    promised = (
        select(
            Hold.reservation_code,
            func.max(Hold.driver_id),
            func.max(Pool.site_id),
            func.max(Hold.slot_start),
            func.max(Hold.slot_end),
            literal(0),
            func.max(Hold.account_minor),
            literal(False),
        )
        .join(Pool, Pool.id == Hold.pool_id)
        .join(Site, Site.id == Pool.site_id)
        .where(Hold.account_fleet == bindparam("fleet"), Hold.released_at.is_(None))
        .where(_in_month(Hold.slot_start))
        .group_by(Hold.reservation_code)
    )
    both = union_all(spent, promised).subquery()
    billed = func.bool_or(both.c.billed)
    return (
        select(
            both.c.code,
            func.max(both.c.driver_id).label("driver_id"),
            func.max(both.c.site_id).label("site_id"),
            func.max(both.c.start).label("start"),
            func.max(both.c.end).label("end"),
            func.coalesce(func.max(BillingNote.cost_center), "").label("cost_center"),
            func.sum(both.c.spent).label("spent"),
            case((billed, 0), else_=func.sum(both.c.promised)).label("promised"),
        )
        .outerjoin(BillingNote, BillingNote.reservation_code == both.c.code)
        .group_by(both.c.code)
        .subquery()
    )

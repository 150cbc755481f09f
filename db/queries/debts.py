"""What drivers owe: by reservation, by driver for a new booking, and pages for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, any_, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.queries.people import drivers_of_one
from db.tables import Debt

_OPEN_OF = select(
    Debt.reservation_code, Debt.outstanding_minor, Debt.currency, Debt.opened_at, Debt.reason
).where(Debt.driver_id == any_(drivers_of_one(bindparam("driver", type_=Text))), Debt.state == "open")


def owes_anything(drivers: ColumnElement[Any]) -> ColumnElement[bool]:
    """For a statement that asks more of them: most owe nothing, and are asked no further."""
    return exists().where(Debt.driver_id == any_(drivers), Debt.state == "open")


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtFilter:
    """`since`: opened then or later. `only_…`: what the caller may see, either of them."""

    driver_id: str | None = None
    fleet_id: str | None = None
    site_id: str | None = None
    state: str | None = None
    waits_for: str | None = None
    since: datetime | None = None
    only_driver_id: str | None = None
    only_fleet_id: str | None = None


async def debt_of(session: AsyncSession, code: str) -> Debt | None:
    """Of one reservation. Who changes it holds the lock of the reservation's money."""
    found: Debt | None = await session.scalar(
        select(Debt).where(Debt.reservation_code == code).execution_options(populate_existing=True)
    )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDebt:
    reservation: str
    outstanding_minor: int
    currency: str
    opened_at: datetime
    reason: str


async def open_debts_of(session: AsyncSession, driver_id: str) -> list[OpenDebt]:
    """Of the person that the driver is."""
    connection = await session.connection()
    rows = await connection.execute(_OPEN_OF, {"driver": driver_id})
    return [
        OpenDebt(
            reservation=row.reservation_code,
            outstanding_minor=row.outstanding_minor,
            currency=row.currency,
            opened_at=row.opened_at,
            reason=row.reason,
        )
        for row in rows
    ]


async def page(
    session: AsyncSession, wanted: DebtFilter, after: RowPosition | None, limit: int
) -> Sequence[Debt]:
    """Up to `limit` + 1, the latest opened first."""
    statement = newest_first(select(Debt), Debt.opened_at, Debt.id, after, limit)
    for column in ("driver_id", "fleet_id", "site_id", "state", "waits_for"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(getattr(Debt, column) == value)
    if wanted.since is not None:
        statement = statement.where(Debt.opened_at >= wanted.since)
    mine = []
    if wanted.only_driver_id is not None:
        mine.append(Debt.driver_id == wanted.only_driver_id)
    if wanted.only_fleet_id is not None:
        mine.append(Debt.fleet_id == wanted.only_fleet_id)
    if mine:
        statement = statement.where(or_(*mine))
    return (await session.scalars(statement)).all()

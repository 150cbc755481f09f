"""Credits: what a driver can spend, what paid a reservation's bill, and pages for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Credit, CreditUse, Driver, Settlement
from domain.money.amount import Money
from domain.money.credits import CreditOrigin, CreditSpent, OpenCredit

_LEFT = Credit.granted_minor - Credit.spent_minor - Credit.expired_minor
IS_OPEN = Credit.granted_minor > Credit.spent_minor + Credit.expired_minor


_BESIDE = "/"


def step_of_debt(settlement: str, posting: str) -> str:
    """Of what paid a debt, beside the settlement that stood then."""
    return f"{settlement}{_BESIDE}{posting}"


async def open_credits(
    session: AsyncSession, driver_id: str, currency: str, *, at: datetime, not_of: str
) -> list[OpenCredit]:
    """What the driver can spend then on the bill of `not_of`, which its own credits do not pay.

    Who spends holds the lock of the driver's credits.
    """
    rows = await session.execute(
        select(Credit.id, _LEFT, Credit.expires_at, Credit.granted_at).where(
            Credit.driver_id == driver_id,
            Credit.currency == currency,
            Credit.reservation_code != not_of,
            IS_OPEN,
            or_(Credit.expires_at.is_(None), Credit.expires_at > at),
        )
    )
    return [
        OpenCredit(id=id, left=Money(left, currency), expires_at=expires_at, granted_at=granted_at)
        for id, left, expires_at, granted_at in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a reservation has spent of a credit, and not given back."""

    credit: Credit
    amount: Money

    @property
    def spent(self) -> CreditSpent:
        return CreditSpent(
            credit=self.credit.id,
            amount=self.amount,
            origin=CreditOrigin(self.credit.origin),
            reservation=self.credit.reservation_code,
            cause=self.credit.cause,
        )

    @property
    def revivable(self) -> OpenCredit:
        one = self.credit
        return OpenCredit(id=one.id, left=self.amount, expires_at=one.expires_at, granted_at=one.granted_at)


async def uses_of(session: AsyncSession, code: str, *, up_to: int | None = None) -> list[Use]:
    """By credit, those of nothing absent. `up_to`: as they stood after the settlement of that number."""
    amount = func.sum(CreditUse.amount_minor)
    statement = (
        select(CreditUse.credit_id, amount)
        .where(CreditUse.reservation_code == code)
        .group_by(CreditUse.credit_id)
        .having(amount != 0)
        .order_by(CreditUse.credit_id)
    )
    if up_to is not None:
        step = func.split_part(CreditUse.step, _BESIDE, 1)
        of = (Settlement.reservation_code == CreditUse.reservation_code) & (Settlement.step == step)
        # What no settlement decided gave back what was never posted.
        statement = statement.outerjoin(Settlement, of).where(
            or_(Settlement.id.is_(None), Settlement.id <= up_to)
        )
    rows = [(id, int(minor)) for id, minor in await session.execute(statement)]
    if not rows:
        return []
    credits = await _by_id(session, [id for id, _ in rows])
    return [Use(credit=credits[id], amount=Money(minor, credits[id].currency)) for id, minor in rows]


async def credit_of_key(session: AsyncSession, key: str) -> Credit | None:
    found: Credit | None = await session.scalar(select(Credit).where(Credit.key == key))
    return found


async def spent_on(session: AsyncSession, code: str, *, up_to: int | None = None) -> tuple[CreditSpent, ...]:
    """As `uses_of`, for a receipt."""
    return tuple(use.spent for use in await uses_of(session, code, up_to=up_to))


async def given_for(session: AsyncSession, code: str) -> Sequence[Credit]:
    """What bills of the reservation have given; not what operators granted for it, or gave back so."""
    by_people = (CreditOrigin.GRANT, CreditOrigin.RETURNED)
    rows = select(Credit).where(Credit.reservation_code == code, Credit.origin.not_in(by_people))
    return (await session.scalars(rows.execution_options(populate_existing=True))).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditFilter:
    """`open`: with something left, or with nothing. `only_…`: what the caller may see, either of them."""

    driver_id: str | None = None
    origin: str | None = None
    reservation_code: str | None = None
    open: bool | None = None
    only_driver_id: str | None = None
    only_fleet_id: str | None = None


async def page(
    session: AsyncSession, wanted: CreditFilter, after: RowPosition | None, limit: int
) -> Sequence[Credit]:
    """Up to `limit` + 1, what was given last first."""
    statement = newest_first(select(Credit), Credit.granted_at, Credit.id, after, limit)
    for column in ("driver_id", "origin", "reservation_code"):
        value = getattr(wanted, column)
        if value is not None:
            statement = statement.where(getattr(Credit, column) == value)
    if wanted.open is not None:
        statement = statement.where(IS_OPEN if wanted.open else ~IS_OPEN)
    mine = []
    if wanted.only_driver_id is not None:
        mine.append(Credit.driver_id == wanted.only_driver_id)
    if wanted.only_fleet_id is not None:
        ours = select(Driver.id).where(Driver.fleet_id == wanted.only_fleet_id)
        mine.append(Credit.driver_id.in_(ours))
    if mine:
        statement = statement.where(or_(*mine))
    return (await session.scalars(statement)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A reservation's bill took so much of a credit; `at`: the last time that it changed."""

    credit_id: int
    reservation: str
    amount_minor: int
    at: datetime


async def paid_by(session: AsyncSession, credits: Sequence[int]) -> list[Paid]:
    """What these credits pay, the first use first; what was given back is absent."""
    amount = func.sum(CreditUse.amount_minor)
    rows = await session.execute(
        select(CreditUse.credit_id, CreditUse.reservation_code, amount, func.max(CreditUse.at))
        .where(CreditUse.credit_id.in_(credits))
        .group_by(CreditUse.credit_id, CreditUse.reservation_code)
        .having(amount != 0)
        .order_by(func.min(CreditUse.id))
    )
    return [
        Paid(credit_id=credit, reservation=code, amount_minor=int(minor), at=at)
        for credit, code, minor, at in rows
    ]


async def _by_id(session: AsyncSession, ids: Sequence[int]) -> dict[int, Credit]:
    found = await session.scalars(
        select(Credit).where(Credit.id.in_(ids)).execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}

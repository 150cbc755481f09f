"""What was given back of a reservation another way than by a refund."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import Return
from domain.money.amount import Money, total
from domain.money.returns import ReturnWay


async def returned_of(
    session: AsyncSession, code: str, *, up_to: int | None = None
) -> Mapping[ReturnWay, Money]:
    """By way, nothing absent. `up_to`: as the receipt of the settlement of that number knows it."""
    sums = select(Return.way, Return.currency, func.sum(Return.amount_minor)).where(
        Return.reservation_code == code
    )
    if up_to is not None:
        sums = sums.where(Return.after_settlement <= up_to)
    rows = await session.execute(sums.group_by(Return.way, Return.currency).order_by(Return.way))
    return {ReturnWay(way): Money(int(minor), currency) for way, currency, minor in rows}


async def returned_in_all(session: AsyncSession, code: str, currency: str) -> Money:
    return total(list((await returned_of(session, code)).values()), currency)


async def returned_on(session: AsyncSession, code: str, *, up_to: int | None = None) -> Money | None:
    """As `returned_of` by all ways, for a receipt; None: nothing."""
    found = list((await returned_of(session, code, up_to=up_to)).values())
    return total(found, found[0].currency) if found else None


async def returns_of(session: AsyncSession, code: str) -> Sequence[Return]:
    """Oldest first."""
    rows = select(Return).where(Return.reservation_code == code).order_by(Return.id)
    return (await session.scalars(rows)).all()


async def return_of(session: AsyncSession, reference: str) -> Return | None:
    found: Return | None = await session.scalar(select(Return).where(Return.reference == reference))
    return found

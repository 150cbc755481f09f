"""Memberships: one, and pages of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipFilter:
    """`at`: only those that are valid then. `site_id`: that are valid there."""

    driver_id: str | None = None
    site_id: str | None = None
    at: datetime | None = None


async def membership_under_lock(session: AsyncSession, number: int) -> Membership | None:
    found: Membership | None = await session.scalar(
        select(Membership).where(Membership.id == number).with_for_update()
    )
    return found


async def membership_of_key(session: AsyncSession, key: str) -> Membership | None:
    found: Membership | None = await session.scalar(select(Membership).where(Membership.key == key))
    return found


async def page(
    session: AsyncSession, wanted: MembershipFilter, after: RowPosition | None, limit: int
) -> Sequence[Membership]:
    """Up to `limit` + 1, what was given last first."""
    statement = newest_first(select(Membership), Membership.given_at, Membership.id, after, limit)
    if wanted.driver_id is not None:
        statement = statement.where(Membership.driver_id == wanted.driver_id)
    if wanted.site_id is not None:
        there = or_(Membership.site_id.is_(None), Membership.site_id == wanted.site_id)
        statement = statement.where(there)
    if wanted.at is not None:
        lasts = or_(Membership.valid_until.is_(None), Membership.valid_until > wanted.at)
        statement = statement.where(Membership.valid_from <= wanted.at, lasts)
    return (await session.scalars(statement)).all()

"""Memberships: one, and pages of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.newest_first import RowPosition, newest_first
from db.tables import Membership, PolicyVersion
from domain.terms.policy import Policy
from domain.terms.tiered import policy_for, tier_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipFilter:
    """`at`: only those that are valid then. `site_id`: that are valid there. `of_sites`: that are of one site; `reach`:
    of one of these (None: of any).
    """

    driver_id: str | None = None
    site_id: str | None = None
    at: datetime | None = None
    of_sites: bool = False
    reach: Sequence[str] | None = None


async def membership_under_lock(session: AsyncSession, number: int) -> Membership | None:
    found: Membership | None = await session.scalar(
        select(Membership).where(Membership.id == number).with_for_update()
    )
    return found


async def membership_of_key(session: AsyncSession, key: str) -> Membership | None:
    found: Membership | None = await session.scalar(select(Membership).where(Membership.key == key))
    return found


async def is_a_tier(session: AsyncSession, site_id: str | None, tier: str) -> bool:
    """Has any version of a policy that is for that site, or for any (None), or by default, such a tier?"""
    named = PolicyVersion.document.contains({"tiers": [{"name": tier}]})
    there = (
        true() if site_id is None else or_(PolicyVersion.site_id == site_id, PolicyVersion.site_id.is_(None))
    )
    found: bool | None = await session.scalar(select(exists().where(named, there)))
    return bool(found)


async def horizons_of(
    session: AsyncSession, policy: Policy, driver_id: str, site_id: str, starts: Iterable[datetime]
) -> dict[datetime, timedelta]:
    """How far ahead a driver may book slots that start then, by the tier that they have then."""
    if not policy.tiers:
        return dict.fromkeys(starts, policy.slots.horizon)
    there = or_(Membership.site_id.is_(None), Membership.site_id == site_id)
    mine = select(Membership).where(Membership.driver_id == driver_id, there, Membership.tier != "")
    rows = (await session.scalars(mine)).all()

    def horizon(at: datetime) -> timedelta:
        lasting = {row.tier for row in rows if row.valid_from <= at and _lasts(row, at)}
        return policy_for(policy, tier_of(policy, lasting)).slots.horizon

    return {at: horizon(at) for at in starts}


def _lasts(row: Membership, at: datetime) -> bool:
    return row.valid_until is None or at < row.valid_until


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
    if wanted.of_sites:
        statement = statement.where(Membership.site_id.is_not(None))
    if wanted.reach is not None:
        statement = statement.where(Membership.site_id.in_(wanted.reach))
    if wanted.at is not None:
        lasts = or_(Membership.valid_until.is_(None), Membership.valid_until > wanted.at)
        statement = statement.where(Membership.valid_from <= wanted.at, lasts)
    return (await session.scalars(statement)).all()

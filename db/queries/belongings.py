"""Until when a driver is in which groups and tiers: for who asks about many times at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import GroupMember, Membership
from domain.settlement.price_list import Belonging, Belongings


async def belongings_of(session: AsyncSession, driver_id: str, site_id: str, since: datetime) -> Belongings:
    """Those that last beyond `since`; of memberships those that count at the site."""
    group, member = GroupMember, Membership
    groups = select(literal("group"), group.group_id, group.since, group.until).where(
        group.driver_id == driver_id, _lasts(group.until, since)
    )
    there = or_(member.site_id.is_(None), member.site_id == site_id)
    tiers = select(literal("tier"), member.tier, member.valid_from, member.valid_until).where(
        member.driver_id == driver_id, member.tier != "", there, _lasts(member.valid_until, since)
    )
    rows: Any = (await session.execute(union_all(groups, tiers))).all()
    return Belongings(
        groups=tuple(Belonging(*row) for kind, *row in rows if kind == "group"),
        tiers=tuple(Belonging(*row) for kind, *row in rows if kind == "tier"),
    )


def _lasts(until: Any, since: datetime) -> Any:
    return or_(until.is_(None), until > since)

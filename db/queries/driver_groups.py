"""Groups of drivers: all of them, and who is in one."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables import DriverGroup, GroupMember
from domain.errors import DriverGroupTaken, UnknownDriverGroup
from domain.facts.refused_people import GroupIsAnothers, NoSuchDriverGroup

MOST_GROUPS = 1_000


async def all_groups(session: AsyncSession, reach: Sequence[str] | None) -> Sequence[DriverGroup]:
    """By id, those of the sites in `reach` and the installation's; None: all."""
    found = select(DriverGroup).order_by(DriverGroup.id).limit(MOST_GROUPS)
    if reach is not None:
        found = found.where(or_(DriverGroup.site_id.is_(None), DriverGroup.site_id.in_(reach)))
    return (await session.scalars(found)).all()


async def ids_of_groups(session: AsyncSession, site_id: str) -> frozenset[str]:
    """Those that a site's rules may name: its own, and the installation's."""
    theirs = or_(DriverGroup.site_id.is_(None), DriverGroup.site_id == site_id)
    return frozenset(await session.scalars(select(DriverGroup.id).where(theirs)))


async def group_of(session: AsyncSession, group_id: str) -> DriverGroup:
    """Raises UnknownDriverGroup."""
    group = await session.get(DriverGroup, group_id)
    if group is None:
        raise UnknownDriverGroup(NoSuchDriverGroup(group_id=group_id))
    return group


async def make_or_lock(
    session: AsyncSession, group_id: str, name: str, site_id: str | None, now: datetime
) -> tuple[DriverGroup, bool]:
    """Who writes it meanwhile waits; and whether it is new. Raises DriverGroupTaken: it is another site's."""
    made = insert(DriverGroup).values(id=group_id, name=name, site_id=site_id, made_at=now)
    is_new = await session.scalar(made.on_conflict_do_nothing().returning(DriverGroup.id)) is not None
    row = await session.get_one(DriverGroup, group_id, with_for_update=True)
    if row.site_id != site_id:
        raise DriverGroupTaken(GroupIsAnothers(group_id=group_id))
    return row, is_new


async def members(session: AsyncSession, group_id: str, after: str, limit: int) -> Sequence[GroupMember]:
    """Up to `limit` + 1 by driver, also those who are none any more."""
    row = GroupMember
    page = select(row).where(row.group_id == group_id, row.driver_id > after).order_by(row.driver_id)
    return (await session.scalars(page.limit(limit + 1))).all()


async def member_under_lock(session: AsyncSession, group_id: str, driver_id: str) -> GroupMember | None:
    """None: they never were in it. Whoever puts the same one in at the same moment waits."""
    key = func.hashtextextended(f"group-member:{group_id}:{driver_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    mine = (GroupMember.group_id == group_id, GroupMember.driver_id == driver_id)
    found: GroupMember | None = await session.scalar(select(GroupMember).where(*mine).with_for_update())
    return found


async def groups_of_driver(
    session: AsyncSession, driver_id: str, at: datetime
) -> Sequence[tuple[DriverGroup, GroupMember]]:
    """By id, those that the driver is in then."""
    lasts = or_(GroupMember.until.is_(None), GroupMember.until > at)
    mine = (GroupMember.driver_id == driver_id, GroupMember.since <= at, lasts)
    rows = await session.execute(
        select(DriverGroup, GroupMember)
        .join(GroupMember, GroupMember.group_id == DriverGroup.id)
        .where(*mine)
        .order_by(DriverGroup.id)
    )
    return [(row[0], row[1]) for row in rows]


async def groups_of_drivers(
    session: AsyncSession, driver_ids: Collection[str], at: datetime
) -> dict[str, frozenset[str]]:
    """Driver id → ids of groups."""
    lasts = or_(GroupMember.until.is_(None), GroupMember.until > at)
    mine = (GroupMember.driver_id.in_(driver_ids), GroupMember.since <= at, lasts)
    rows = await session.execute(select(GroupMember.driver_id, GroupMember.group_id).where(*mine))
    found: dict[str, frozenset[str]] = {}
    for driver_id, group_id in rows:
        found[driver_id] = found.get(driver_id, frozenset()) | {group_id}
    return found

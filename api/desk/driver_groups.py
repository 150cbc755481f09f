"""Groups of drivers: made by operators, who say who is in them; seen by the driver.

A group is a site's, kept by its owner, or the installation's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries import driver_groups as groups
from db.queries.place.sites import site_of
from db.tables import DriverGroup, GroupMember
from domain.errors import UnknownDriverGroup, UnknownGroupMember
from domain.facts.audit_rules import GroupJoined, GroupLeft, GroupNamed
from domain.facts.refused_people import NeverInGroup, NoSuchDriverGroup
from domain.terms.site_roles import READ, RULE, SiteRole

JOINED = Sequence[tuple[DriverGroup, GroupMember]]


def require_owner(principal: Principal, site_id: str | None) -> None:
    """Of the site, or, where there is none, of the installation. Raises ScopeMissing, SiteForbidden."""
    if site_id is None:
        principal.require("operator")
    else:
        principal.require_site(site_id, *RULE)


async def reached_group(
    session: AsyncSession, principal: Principal, group_id: str, roles: tuple[SiteRole, ...]
) -> DriverGroup:
    """Of others' sites there is none. Raises ScopeMissing, SiteForbidden, UnknownDriverGroup."""
    principal.require_operator()
    group = await groups.group_of(session, group_id)
    if group.site_id is None:
        principal.require("operator")
    elif not principal.sees_site(group.site_id):
        raise UnknownDriverGroup(NoSuchDriverGroup(group_id=group_id))
    else:
        principal.require_site(group.site_id, *roles)
    return group


def edition_of_group(row: DriverGroup) -> str:
    return edition_of(row.name, row.site_id)


def edition_of_member(row: GroupMember) -> str:
    return edition_of(row.since, row.until, row.joined_by)


class DriverGroups:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def all(self, principal: Principal) -> Sequence[DriverGroup]:
        """By id; who is confined sees those that rules of their sites may name. Raises ScopeMissing."""
        principal.require_operator()
        if principal.is_confined and not principal.sites:
            return []
        async with self._sessions() as session:
            return await groups.all_groups(session, principal.reach)

    async def one(self, principal: Principal, group_id: str) -> DriverGroup:
        """Raises ScopeMissing, UnknownDriverGroup."""
        principal.require_operator()
        async with self._sessions() as session:
            group = await groups.group_of(session, group_id)
            if group.site_id is not None:
                return await reached_group(session, principal, group_id, READ)
            return group

    async def put(
        self,
        principal: Principal,
        group_id: str,
        name: str,
        site_id: str | None,
        seen: Seen = WHATEVER,
    ) -> DriverGroup:
        """Made, or renamed; `site_id` None: the installation's.

        Raises ScopeMissing, SiteForbidden, UnknownSite, DriverGroupTaken, ChangedMeanwhile.
        """
        require_owner(principal, site_id)
        now = self._clock()
        async with self._sessions.begin() as session:
            if site_id is not None:
                await site_of(session, site_id)
            row, is_new = await groups.make_or_lock(session, group_id, name, site_id, now)
            seen.check(None if is_new else edition_of_group(row))
            if is_new or row.name != name:
                row.name = name
                await record(session, principal, GroupNamed(name=name), group_id, at=now)
            return row

    async def members(
        self, principal: Principal, group_id: str, after: str, limit: int
    ) -> Sequence[GroupMember]:
        """Up to `limit` + 1 by driver, also who is none any more.

        Raises ScopeMissing, SiteForbidden, UnknownDriverGroup.
        """
        async with self._sessions() as session:
            await reached_group(session, principal, group_id, READ)
            return await groups.members(session, group_id, after, limit)

    async def member(self, principal: Principal, group_id: str, driver_id: str) -> GroupMember:
        """Also who is none any more. Raises ScopeMissing, SiteForbidden, UnknownDriverGroup, UnknownGroupMember."""
        async with self._sessions() as session:
            await reached_group(session, principal, group_id, READ)
            row = await session.get(GroupMember, (group_id, driver_id))
        if row is None:
            raise UnknownGroupMember(NeverInGroup(driver_id=driver_id, group_id=group_id))
        return row

    async def put_member(
        self,
        principal: Principal,
        group_id: str,
        driver_id: str,
        until: datetime | None,
        seen: Seen = WHATEVER,
    ) -> GroupMember:
        """They are in it from now on, until then; None: until they are taken out.

        Raises ScopeMissing, SiteForbidden, UnknownDriverGroup, UnusableValue, ChangedMeanwhile.
        """
        principal.require_operator()
        now = self._clock()
        if until is not None and until <= now:
            raise UnusableValue("until", "past", "until: must lie ahead")
        async with self._sessions.begin() as session:
            await reached_group(session, principal, group_id, RULE)
            row = await groups.member_under_lock(session, group_id, driver_id)
            seen.check(None if row is None else edition_of_member(row))
            if row is None:
                row = GroupMember(group_id=group_id, driver_id=driver_id, since=now)
                session.add(row)
            elif row.until is not None and row.until <= now:
                row.since = now
            elif row.until == until:
                return row
            row.until, row.joined_by = until, principal.subject
            await session.flush()
            await record(session, principal, GroupJoined(group=group_id, until=until), driver_id, at=now)
            return row

    async def remove_member(
        self, principal: Principal, group_id: str, driver_id: str, seen: Seen = WHATEVER
    ) -> GroupMember | None:
        """From now on; what they have booked stays. As they are then; None: they never were in it.

        Raises ScopeMissing, SiteForbidden, UnknownDriverGroup, ChangedMeanwhile.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            await reached_group(session, principal, group_id, RULE)
            row = await groups.member_under_lock(session, group_id, driver_id)
            seen.check(None if row is None else edition_of_member(row))
            if row is None or (row.until is not None and row.until <= now):
                return row
            row.until = max(row.since, now)
            await record(session, principal, GroupLeft(group=group_id), driver_id, at=now)
            return row

    async def own(self, principal: Principal) -> JOINED:
        """Those that a driver is in. Raises ScopeMissing."""
        principal.require("driver")
        async with self._sessions() as session:
            return await groups.groups_of_driver(session, principal.subject, self._clock())

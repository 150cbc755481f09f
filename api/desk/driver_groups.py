"""Groups of drivers: made by operators, who say who is in them; seen by the driver."""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.desk.audit import record
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries import driver_groups as groups
from db.tables import DriverGroup, GroupMember
from domain.facts.audit_rules import GroupJoined, GroupLeft, GroupNamed

JOINED = Sequence[tuple[DriverGroup, GroupMember]]


class DriverGroups:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def all(self, principal: Principal) -> Sequence[DriverGroup]:
        """By id. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await groups.all_groups(session)

    async def put(self, principal: Principal, group_id: str, name: str) -> DriverGroup:
        """Made, or renamed. Raises ScopeMissing."""
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row, changed = await groups.put(session, group_id, name, now)
            if changed:
                await record(session, principal, GroupNamed(name=name), group_id, at=now)
            return row

    async def members(
        self, principal: Principal, group_id: str, after: str, limit: int
    ) -> Sequence[GroupMember]:
        """Up to `limit` + 1 by driver, also who is none any more. Raises ScopeMissing, UnknownDriverGroup."""
        principal.require("operator")
        async with self._sessions() as session:
            await groups.group_of(session, group_id)
            return await groups.members(session, group_id, after, limit)

    async def put_member(
        self, principal: Principal, group_id: str, driver_id: str, until: datetime | None
    ) -> GroupMember:
        """They are in it from now on, until then; None: until they are taken out.

        Raises ScopeMissing, UnknownDriverGroup, UnusableValue.
        """
        principal.require("operator")
        now = self._clock()
        if until is not None and until <= now:
            raise UnusableValue("until", "past", "until: must lie ahead")
        async with self._sessions.begin() as session:
            await groups.group_of(session, group_id)
            row = await groups.member_under_lock(session, group_id, driver_id)
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

    async def remove_member(self, principal: Principal, group_id: str, driver_id: str) -> None:
        """From now on; what they have booked stays. Nothing, where they are none.

        Raises ScopeMissing, UnknownDriverGroup.
        """
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            await groups.group_of(session, group_id)
            row = await groups.member_under_lock(session, group_id, driver_id)
            if row is None or (row.until is not None and row.until <= now):
                return
            row.until = max(row.since, now)
            await record(session, principal, GroupLeft(group=group_id), driver_id, at=now)

    async def own(self, principal: Principal) -> JOINED:
        """Those that a driver is in. Raises ScopeMissing."""
        principal.require("driver")
        async with self._sessions() as session:
            return await groups.groups_of_driver(session, principal.subject, self._clock())

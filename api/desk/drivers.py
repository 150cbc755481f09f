"""Drivers, for operators of the whole installation: who there is, whose fleet's they are, and who is kept out."""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries import cards
from db.queries.people import driver_under_lock, enter
from db.queries.whose_drivers import belongs_to, lock_entries
from db.tables import Driver
from domain.errors import UnknownDriver
from domain.facts.audit_people import DriverBarred, DriverEntered, DriverLetIn
from domain.facts.refused_people import NobodyOfThatName


def edition_of_driver(row: Driver) -> str:
    return edition_of(row.fleet_id, row.person_id, row.blocked, row.blocked_at)


class Drivers:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(
        self, principal: Principal, *, fleet_id: str | None, blocked: bool | None, after: str, limit: int
    ) -> Sequence[Driver]:
        """Up to `limit` + 1, by id. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await cards.drivers(session, fleet_id=fleet_id, blocked=blocked, after=after, limit=limit)

    async def of_fleet(self, principal: Principal, limit: int) -> Sequence[Driver]:
        """A fleet's own, up to `limit`, by id, without those who are blocked. Raises ScopeMissing."""
        fleet_id = principal.require_fleet()
        async with self._sessions() as session:
            found = await cards.drivers(session, fleet_id=fleet_id, blocked=False, after="", limit=limit)
            return found[:limit]

    async def one(self, principal: Principal, driver_id: str) -> Driver:
        """Raises ScopeMissing, UnknownDriver."""
        principal.require("operator")
        async with self._sessions() as session:
            row = await session.get(Driver, driver_id)
        if row is None:
            raise UnknownDriver(NobodyOfThatName(driver_id=driver_id))
        return row

    async def put(
        self,
        principal: Principal,
        driver_id: str,
        fleet_id: str | None,
        reason: str,
        seen: Seen = WHATEVER,
    ) -> Driver:
        """Made, or of that fleet from now on (None: of none); what is booked stays. The fleet of before has
        let them go then.

        Raises ScopeMissing, ChangedMeanwhile.
        """
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            entries = await lock_entries(session, [driver_id])
            new = await enter(session, driver_id, now)
            row = await driver_under_lock(session, driver_id, now)
            seen.check(None if new else edition_of_driver(row))
            if new or row.fleet_id != fleet_id:
                await belongs_to(session, row, fleet_id, entries, now)
                fact = DriverEntered(fleet=fleet_id or "", reason=reason)
                await record(session, principal, fact, driver_id, at=now)
            return row

    async def block(self, principal: Principal, driver_id: str, reason: str, seen: Seen = WHATEVER) -> Driver:
        """Nothing of theirs opens any more, and they book nothing; what is booked and what runs stays.

        Also who is in no table yet: whoever has a token would be a driver. Raises ScopeMissing, ChangedMeanwhile.
        """
        return await self._set_blocked(principal, driver_id, blocked=True, reason=reason, seen=seen)

    async def unblock(
        self, principal: Principal, driver_id: str, reason: str, seen: Seen = WHATEVER
    ) -> Driver:
        """Cards that are blocked by themselves stay so. Raises ScopeMissing, ChangedMeanwhile."""
        return await self._set_blocked(principal, driver_id, blocked=False, reason=reason, seen=seen)

    async def _set_blocked(
        self, principal: Principal, driver_id: str, *, blocked: bool, reason: str, seen: Seen
    ) -> Driver:
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            new = await enter(session, driver_id, now)
            row = await driver_under_lock(session, driver_id, now)
            seen.check(None if new else edition_of_driver(row))
            if (await cards.lay_driver(session, driver_id, {"blocked": blocked}, now)).changed:
                fact = DriverBarred(reason=reason) if blocked else DriverLetIn(reason=reason)
                await record(session, principal, fact, driver_id, at=now)
            return row

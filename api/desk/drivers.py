"""Drivers, for operators of the whole installation: who there is, whose fleet's they are, and who is kept out."""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.desk.audit import record
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries import cards
from db.queries.people import driver_under_lock
from db.tables import Driver
from domain.errors import UnknownDriver
from domain.facts.audit_people import DriverBarred, DriverEntered, DriverLetIn
from domain.facts.refused_people import NobodyOfThatName


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

    async def one(self, principal: Principal, driver_id: str) -> Driver:
        """Raises ScopeMissing, UnknownDriver."""
        principal.require("operator")
        async with self._sessions() as session:
            row = await session.get(Driver, driver_id)
        if row is None:
            raise UnknownDriver(NobodyOfThatName(driver_id=driver_id))
        return row

    async def put(self, principal: Principal, driver_id: str, fleet_id: str | None, reason: str) -> Driver:
        """Made, or of that fleet from now on (None: of none); what is booked stays. Raises ScopeMissing."""
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            new = await session.get(Driver, driver_id) is None
            row = await driver_under_lock(session, driver_id, now)
            laid = await cards.lay_driver(session, driver_id, {"fleet_id": fleet_id}, now)
            if new or laid.changed:
                fact = DriverEntered(fleet=fleet_id or "", reason=reason)
                await record(session, principal, fact, driver_id, at=now)
            return row

    async def block(self, principal: Principal, driver_id: str, reason: str) -> Driver:
        """Nothing of theirs opens any more, and they book nothing; what is booked and what runs stays.

        Also who is in no table yet: whoever has a token would be a driver. Raises ScopeMissing.
        """
        return await self._set_blocked(principal, driver_id, blocked=True, reason=reason)

    async def unblock(self, principal: Principal, driver_id: str, reason: str) -> Driver:
        """Cards that are blocked by themselves stay so. Raises ScopeMissing."""
        return await self._set_blocked(principal, driver_id, blocked=False, reason=reason)

    async def _set_blocked(
        self, principal: Principal, driver_id: str, *, blocked: bool, reason: str
    ) -> Driver:
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await driver_under_lock(session, driver_id, now)
            if (await cards.lay_driver(session, driver_id, {"blocked": blocked}, now)).changed:
                fact = DriverBarred(reason=reason) if blocked else DriverLetIn(reason=reason)
                await record(session, principal, fact, driver_id, at=now)
            return row

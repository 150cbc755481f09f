"""Which drivers are one person: joined and parted by operators, so that many accounts and cards count together."""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries import people
from db.queries.lock_order import lock_people
from domain.errors import UnknownPerson
from domain.facts.audit_rules import PersonJoined, PersonParted
from domain.facts.refused_people import NoSuchPerson


def edition_of_person(drivers: Sequence[str]) -> str:
    return edition_of(list(drivers))


class People:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def drivers(self, principal: Principal, person_id: str) -> Sequence[str]:
        """By id. Raises ScopeMissing, UnknownPerson."""
        principal.require("operator")
        async with self._sessions() as session:
            found = await people.drivers_of(session, person_id)
        if found is None:
            raise UnknownPerson(NoSuchPerson(person=person_id))
        return found

    async def join(
        self, principal: Principal, person_id: str, driver_id: str, seen: Seen = WHATEVER
    ) -> Sequence[str]:
        """The driver is that person, and no other any more; what is booked stays.

        Raises ScopeMissing, ChangedMeanwhile.
        """
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await people.driver_under_lock(session, driver_id, now)
            new = await people.put(session, person_id, now)
            await lock_people(session, [one for one in (row.person_id, person_id) if one])
            found = await people.drivers_of(session, person_id) or ()
            seen.check(None if new else edition_of_person(found))
            if row.person_id != person_id:
                row.person_id = person_id
                await record(session, principal, PersonJoined(person=person_id), driver_id, at=now)
                await session.flush()
            return await people.drivers_of(session, person_id) or ()

    async def part(
        self, principal: Principal, person_id: str, driver_id: str, seen: Seen = WHATEVER
    ) -> Sequence[str]:
        """The driver is a person by themselves, if they were that one.

        Raises ScopeMissing, UnknownPerson, ChangedMeanwhile.
        """
        principal.require("operator")
        now = self._clock()
        async with self._sessions.begin() as session:
            found = await people.drivers_of(session, person_id)
            if found is None:
                raise UnknownPerson(NoSuchPerson(person=person_id))
            if driver_id not in found:
                seen.check(edition_of_person(found))
                return found
            row = await people.driver_under_lock(session, driver_id, now)
            await lock_people(session, [person_id])
            seen.check(edition_of_person(await people.drivers_of(session, person_id) or ()))
            if row.person_id == person_id:
                row.person_id = None
                await record(session, principal, PersonParted(person=person_id), driver_id, at=now)
                await session.flush()
            return await people.drivers_of(session, person_id) or ()

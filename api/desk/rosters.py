"""A fleet's drivers and vehicles, handed over and taken along as a table: looked at first, then carried out as it was
shown, or not at all.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.editions import Seen, edition_of
from api.desk.fleet_drivers import note_entered
from api.desk.principal import Principal
from api.desk.refusals import ChangedMeanwhile
from api.desk.roster_table import lines_of, written
from db.engine import Sessions
from db.personal.known import known_elsewhere
from db.queries import fleets as queries
from db.queries.people import enter
from db.queries.rosters import drivers_in, lock_roster, roster_of, vehicles_in
from db.tables import Vehicle
from domain.errors import DriverTaken
from domain.facts.refused_for_now import EditedMeanwhile
from domain.facts.refused_people import KnownAlready
from domain.terms.roster import Change, Line, Planned, plan, plate_key

_ID_BYTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """`edition`: of what would become of all lines."""

    planned: Sequence[Planned]
    edition: str


class Rosters:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def look_at(self, principal: Principal, text: str) -> Looked:
        """Nothing is done. Raises ScopeMissing, UnusableTable."""
        fleet_id, lines = principal.require_fleet(), lines_of(text)
        async with self._sessions() as session:
            return await _looked(session, fleet_id, lines)

    async def carry_out(self, principal: Principal, text: str, seen: Seen) -> Looked:
        """All that can be done of it, in one transaction; where nothing is left to do, whatever was seen.

        `seen`: what was shown. Raises ScopeMissing, UnusableTable, ChangedMeanwhile, TooManyNewDrivers.
        """
        fleet_id, lines, now = principal.require_fleet(), lines_of(text), self._clock()
        async with self._sessions.begin() as session:
            await lock_roster(session, fleet_id)
            before = await _looked(session, fleet_id, lines)
            entered = {one.line.driver_id for one in before.planned if Change.DRIVER_NEW in one.changes}
            try:
                for driver_id in sorted({line.driver_id for line in lines if line.driver_id}):
                    if driver_id not in entered:
                        await queries.is_driver_of(session, driver_id, fleet_id)
                    elif not await enter(session, driver_id, now, fleet_id=fleet_id):
                        raise DriverTaken(KnownAlready(driver_id=driver_id))
                await note_entered(session, principal, fleet_id, entered, now)
            except DriverTaken as taken:
                raise ChangedMeanwhile(EditedMeanwhile(), before.edition) from taken
            looked = await _looked(session, fleet_id, lines, but=entered)
            if any(one.changes for one in looked.planned):
                seen.check(looked.edition)
                await _carry_out(session, fleet_id, looked.planned, now)
            return looked

    async def written(self, principal: Principal) -> str:
        """All drivers who may book, and all vehicles in use. Raises ScopeMissing."""
        fleet_id = principal.require_fleet()
        async with self._sessions() as session:
            return written(await drivers_in(session, fleet_id), await vehicles_in(session, fleet_id))


async def _looked(
    session: AsyncSession, fleet_id: str, lines: Sequence[Line], *, but: Sequence[str] | set[str] = ()
) -> Looked:
    """`but`: drivers who were entered just now."""
    ids = {line.driver_id for line in lines} - {*but}
    roster = await roster_of(session, fleet_id, ids)
    known = await known_elsewhere(session, ids - {"", *roster.drivers, *roster.others})
    planned = plan(lines, replace(roster, others={*roster.others, *known}))
    return Looked(planned=planned, edition=edition_of(planned))


async def _carry_out(session: AsyncSession, fleet_id: str, planned: Sequence[Planned], now: datetime) -> None:
    made: dict[str, str] = {}
    for one in planned:
        line, vehicle_id = one.line, one.vehicle_id
        if not one.changes:
            continue
        if Change.VEHICLE_NEW in one.changes:
            row = Vehicle(id=f"v-{secrets.token_hex(_ID_BYTES)}", fleet_id=fleet_id, made_at=now)
            row.plate = line.vehicle or ""
            session.add(row)
            _set(row, line)
            made[plate_key(row.plate)] = row.id
        elif Change.VEHICLE in one.changes:
            _set(await session.get_one(Vehicle, vehicle_id, with_for_update=True), line)
        if line.driver_id:
            vehicle_id = vehicle_id or (made[plate_key(line.vehicle)] if line.vehicle else "")
            await session.flush()
            await queries.say_of(session, line.driver_id, fleet_id, vehicle_id or None, one.cost_center, now)


def _set(row: Vehicle, line: Line) -> None:
    for name, value in line.details.items():
        setattr(row, name, value)

"""Charging sessions, for operators: to see everybody's, to start, to stop, and to declare one over.

Starting and stopping are commands to the charger, on record as all of them (`charger_commands`). What the charger
then reports tells what became of it. A reservation's session is its reservation's to release.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.desk.audit import record
from api.desk.charger_commands import ChargerCommands
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.charging import sessions as charging_sessions
from db.queries.charging.sessions import ListedSession, SessionFilter
from db.queries.newest_first import RowPosition
from domain.charging.commands import CommandReply, RemoteStart, RemoteStop, SetChargingProfile
from domain.charging.tokens import normalised_token
from domain.errors import SessionIsReservations, SessionOver, UnknownSession
from domain.facts.audit import SessionReleased
from domain.facts.refusals import NoSuchSession, SessionHasEnded, SessionOfReservation
from domain.terms.site_roles import SERVE


class ChargingSessions:
    def __init__(self, sessions: Sessions, commands: ChargerCommands, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._commands = commands
        self._clock = clock

    async def page(
        self, principal: Principal, wanted: SessionFilter, after: RowPosition | None, limit: int
    ) -> Sequence[ListedSession]:
        """Up to `limit` + 1, the newest first; the extra one tells of a next page. Raises ScopeMissing."""
        principal.require_operator()
        async with self._sessions() as session:
            return await charging_sessions.page(session, wanted, after, limit, reach=principal.reach)

    async def one(self, principal: Principal, session_id: int) -> ListedSession:
        """Raises ScopeMissing, UnknownSession."""
        principal.require_operator()
        async with self._sessions() as session:
            found = await charging_sessions.find(session, session_id)
        if found is None or not principal.sees_site(found.site_id):
            raise UnknownSession(NoSuchSession(session_id=session_id))
        return found

    async def start(
        self,
        principal: Principal,
        charger_id: str,
        connector_number: int,
        id_tag: str,
        profile: SetChargingProfile | None = None,
    ) -> CommandReply:
        """Ask the charger to begin for a card. The gate judges the start as if the card were shown there.

        `profile`: of the session that begins.

        Raises as `ChargerCommands.send`.
        """
        command = RemoteStart(
            connector_number=connector_number,
            id_tag=normalised_token(id_tag),
            remote_start_id=0,
            profile=profile,
        )
        return await self._commands.send(principal, charger_id, command, roles=SERVE)

    async def stop(self, principal: Principal, session_id: int) -> tuple[ListedSession, CommandReply]:
        """Ask the charger to end it. Raises UnknownSession, SessionOver, and as `ChargerCommands.send`."""
        found = await self.one(principal, session_id)
        principal.require_site(found.site_id, *SERVE)
        _require_open(found)
        command = RemoteStop(transaction_id=found.session.transaction_id)
        return found, await self._commands.send(principal, found.session.charger_id, command, roles=SERVE)

    async def release(self, principal: Principal, session_id: int, reason: str) -> ListedSession:
        """Declare a walk-in's session over, which its charger neither ends nor continues; nothing is asked of it.

        Raises UnknownSession, SessionOver, SessionIsReservations.
        """
        found = await self.one(principal, session_id)
        principal.require_site(found.site_id, *SERVE)
        _require_open(found)
        code = found.session.reservation_code
        if code is not None:
            raise SessionIsReservations(SessionOfReservation(reservation=code))
        async with self._sessions.begin() as session:
            if not await charging_sessions.release(session, session_id, self._clock()):
                raise SessionOver(SessionHasEnded(session_id=session_id))
            fact = SessionReleased(session_id=session_id, reason=reason)
            await record(session, principal, fact, found.session.charger_id, at=self._clock())
        return await self.one(principal, session_id)


def _require_open(found: ListedSession) -> None:
    if found.session.ended_at is not None:
        raise SessionOver(SessionHasEnded(session_id=found.session.id))

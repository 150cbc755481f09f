"""Trouble at chargers as intervals, for operators: to see, and to end what a charger itself never takes back."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.principal import Principal
from db.delivery import charger_events
from db.engine import Sessions
from db.queries.charging import troubles
from db.queries.charging.concerned import Edge, concerned
from db.queries.charging.troubles import TroubleAt, TroubleFilter
from db.queries.newest_first import RowPosition
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.trouble import TroubleCause, TroubleEnd
from domain.errors import ChargerOffline, UnknownTrouble
from domain.facts.audit import TroubleEnded
from domain.facts.refusals import ChargerNotConnected, NoSuchTrouble
from domain.terms.site_roles import RUN


class Troubles:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(
        self, principal: Principal, wanted: TroubleFilter, after: RowPosition | None, limit: int
    ) -> Sequence[TroubleAt]:
        """Up to `limit` + 1, the latest beginning first. Raises ScopeMissing."""
        principal.require_operator()
        async with self._sessions() as session:
            return await troubles.page(session, wanted, after, limit, reach=principal.reach)

    async def end(self, principal: Principal, trouble_id: int, reason: str) -> TroubleAt:
        """It is over, the operator says; reservations that count on the place are told. Again, nothing changes.

        Raises ScopeMissing, UnknownTrouble; ChargerOffline for silence, which a connection ends and nobody else.
        """
        principal.require_operator()
        now = self._clock()
        async with self._sessions.begin() as session:
            found = await troubles.find(session, trouble_id)
            if found is None or not principal.sees_site(found.site_id):
                raise UnknownTrouble(NoSuchTrouble(trouble_id=trouble_id))
            principal.require_site(found.site_id, *RUN)
            trouble = found.row
            if trouble.cause == TroubleCause.SILENT and trouble.ended_at is None:
                raise ChargerOffline(ChargerNotConnected(charger_id=trouble.charger_id))
            if await troubles.end(session, trouble, at=now, reason=reason):
                cause = TroubleCause(trouble.cause)
                fact = TroubleEnded(cause=cause, connector_number=found.number, reason=reason)
                await record(session, principal, fact, trouble.charger_id, at=now)
                await _tell(session, found, now)
        async with self._sessions() as session:
            return await troubles.find(session, trouble_id) or found


async def _tell(session: AsyncSession, found: TroubleAt, now: datetime) -> None:
    trouble, connection = found.row, await session.connection()
    edge = Edge(charger_id=trouble.charger_id, connector_id=trouble.connector_id, plug=trouble.plug or None)
    (codes,) = await concerned(connection, [edge], now)
    event = ChargerEvent(
        event_id=f"{trouble.charger_id}:trouble:{trouble.id}:ended",
        kind=ChargerEventKind.TROUBLE_ENDED,
        charger_id=trouble.charger_id,
        at=now,
        connector_id=trouble.connector_id,
        detail=TroubleEnd.OPERATOR,
    )
    await charger_events.tell(connection, event, codes, now)

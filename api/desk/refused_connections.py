"""Who was not let in by the gateways, for operators to see and to forget."""

from collections.abc import Callable, Sequence
from datetime import datetime

from api.desk.audit import record
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.charging import refused_connections
from db.queries.charging.refused_connections import RefusedPosition
from db.tables import RefusedConnection
from domain.facts.audit import RefusalsCleared


class RefusedConnections:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(
        self, principal: Principal, *, code: str | None, after: RefusedPosition | None, limit: int
    ) -> Sequence[RefusedConnection]:
        """Up to `limit` + 1, one an identity and reason, the newest attempt first. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions() as session:
            return await refused_connections.page(session, code=code, after=after, limit=limit)

    async def clear(self, principal: Principal, identity: str) -> None:
        """Forget an identity's refusals; whoever is refused again is listed again. Raises ScopeMissing."""
        principal.require("operator")
        async with self._sessions.begin() as session:
            rows = await refused_connections.clear(session, identity)
            await record(session, principal, RefusalsCleared(rows=rows), identity, at=self._clock())

"""Who is at a connector, since when, and how it is known, for operators: what everybody believes, with its evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from api.desk.principal import Principal
from api.desk.reach import require_charger
from db.engine import Sessions
from db.queries.charging import chargers
from db.queries.charging.evidence import FoundBerth, berth_seen
from domain.charging.evidence import Evidence, Place, evidence_of
from domain.charging.presence import Presence
from domain.errors import UnknownCharger, UnknownConnector
from domain.facts.refusals import NoSuchCharger, NoSuchConnector
from domain.terms.site_roles import READ

_AHEAD = datetime(9999, 1, 1, tzinfo=UTC)
"""The first page has no end: an instant that a charger told may lie ahead of our clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOccupancy:
    """`evidence`: up to one more than was asked for, the newest first."""

    at: datetime
    berth: FoundBerth
    presence: Presence
    evidence: Sequence[Evidence]


class Occupancies:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def of_connector(
        self, principal: Principal, charger_id: str, number: int, *, after: Place | None, limit: int
    ) -> KnownOccupancy:
        """As of now, whatever page of the evidence. Raises ScopeMissing, UnknownCharger, UnknownConnector."""
        await require_charger(self._sessions, principal, charger_id, READ)
        now = self._clock()
        until = _AHEAD if after is None else after[0]
        async with self._sessions() as session:
            found = await berth_seen(session, charger_id, number, now=now, until=until, limit=limit)
            if found is None and await chargers.find(session, charger_id) is None:
                raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
        if found is None:
            raise UnknownConnector(NoSuchConnector(connector_id=number))
        evidence = evidence_of(found.seen, now, after=after, limit=limit)
        return KnownOccupancy(at=now, berth=found, presence=found.seen.presence(now), evidence=evidence)

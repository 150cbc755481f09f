"""What anybody may read at a bay: is it free, until when, and is it kept for somebody, without saying who that is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from db.engine import Sessions
from db.queries.place.bay_signs import Promised, promised_at
from db.queries.place.connectors import connector_of
from db.queries.place.sites import site_of
from db.tables import Connector, Site
from domain.errors import UnknownConnector
from domain.facts.refused_bookings import NoSuchBay
from domain.place.connectors import PoolConnector

_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BaySign:
    """At `now`. `promised`: the next first."""

    now: datetime
    site: Site
    connector: PoolConnector
    promised: Sequence[Promised]

    @property
    def under_way(self) -> Promised | None:
        """Whose time it is."""
        return next((one for one in self.promised if one.start <= self.now), None)

    @property
    def next(self) -> Promised | None:
        return next((one for one in self.promised if one.start > self.now), None)

    @property
    def is_taken(self) -> bool:
        """Somebody charges there."""
        return bool(self.connector.sessions)

    @property
    def works(self) -> bool:
        return self.connector.connected and self.connector.is_usable


def masked(code: str) -> str:
    """Enough of a reservation's code for its driver to know it, too little for anybody else to use."""
    return f"{code[:1]}…{code[-1:]}"


class BaySigns:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def at(self, charger_id: str, number: int) -> BaySign:
        """Raises UnknownConnector."""
        now = self._clock()
        here = select(Connector.id).where(Connector.charger_id == charger_id, Connector.number == number)
        async with self._sessions() as session:
            connector_id = await session.scalar(here)
            if connector_id is None:
                raise UnknownConnector(NoSuchBay(charger=charger_id, number=number))
            connector = await connector_of(session, connector_id)
            return BaySign(
                now=now,
                site=await site_of(session, connector.site_id),
                connector=connector,
                promised=await promised_at(session, connector_id, now, _MOST),
            )

"""What anybody may read at a bay: is it free, until when, and is it kept for somebody, without saying who that is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Sessions
from db.queries.charging.bay_reports import unresolved
from db.queries.place.bay_signs import Promised, promised_at
from db.queries.place.connectors import connector_of, connectors_at
from db.queries.place.opening import closures_of, hours_of, next_opening
from db.queries.place.sites import site_of
from db.tables import Connector, Site
from domain.charging import presence
from domain.charging.connector import ConnectorStatus
from domain.errors import UnknownConnector
from domain.facts.refused_bookings import NoSuchBay
from domain.place.bay_reports import Doubt, doubts_of
from domain.place.connectors import PoolConnector
from domain.place.slots import Slot

_MOST = 3
_AHEAD = timedelta(days=7)
"""So far ahead the site's next closing is looked for."""


class BayState(StrEnum):
    """As it is written in the style."""

    FREE = "free"
    MAINTENANCE = "maintenance"
    BROKEN = "broken"
    TAKEN = "taken"
    OCCUPIED = "occupied"
    """By a car or a cable, and nobody charges."""
    CLOSED = "closed"
    RESERVED = "reserved"
    ARRIVING = "arriving"
    """Somebody has begun to plug in, or has shown a card: who scans the code may be who did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaySign:
    """At `now`. `promised`: the next first."""

    now: datetime
    site: Site
    connector: PoolConnector
    promised: Sequence[Promised]
    closed: Sequence[Slot] = ()
    """When the site is, as far as one looks ahead."""
    opens_at: datetime | None = None
    """A site that is closed now; None: nobody knows."""
    doubt: Doubt | None = None
    """What several people say keeps one from charging there, and nobody has seen to."""

    @property
    def under_way(self) -> Promised | None:
        """Whose time it is."""
        return next((one for one in self.promised if one.start <= self.now), None)

    @property
    def next(self) -> Promised | None:
        return next((one for one in self.promised if one.start > self.now), None)

    @property
    def state(self) -> BayState:
        """What keeps them from charging there at this moment, if anything does: the weightiest first."""
        shown = presence.shown_by(self.connector.status, self.connector.siblings)
        holds = {
            BayState.MAINTENANCE: self._maintained_until is not None,
            BayState.BROKEN: not (self.connector.connected and self.connector.is_usable),
            BayState.TAKEN: bool(self.connector.sessions),
            BayState.OCCUPIED: self.connector.is_taken_from(None),
            BayState.CLOSED: self._is_closed,
            BayState.RESERVED: self.under_way is not None
            or self.connector.status is ConnectorStatus.RESERVED,
            BayState.ARRIVING: shown is presence.Occupant.ARRIVING,
        }
        return next((state for state, so in holds.items() if so), BayState.FREE)

    @property
    def may_be_had(self) -> bool:
        """By who stands there: free, or it is they who have begun to plug in."""
        return self.state in (BayState.FREE, BayState.ARRIVING)

    @property
    def until(self) -> datetime | None:
        """When the state is over by plan, as far as that is known; a free bay's: when somebody else has it, it is
        maintained, or its site closes.
        """
        match self.state:
            case BayState.MAINTENANCE:
                return self._maintained_until
            case BayState.CLOSED:
                return self.opens_at
            case BayState.FREE:
                return min(self._free_until, default=None)
            case _:
                return None

    @property
    def _maintained_until(self) -> datetime | None:
        """None: it is not being maintained."""
        under_way = [span.end for span in self.connector.maintenance if span.start <= self.now < span.end]
        return max(under_way, default=None)

    @property
    def _is_closed(self) -> bool:
        return any(span.start <= self.now < span.end for span in self.closed)

    @property
    def _free_until(self) -> list[datetime]:
        begins = [span.start for span in (*self.connector.maintenance, *self.closed) if span.start > self.now]
        return begins if self.next is None else [*begins, self.next.start]


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
            connector = await connector_of(session, connector_id, now)
            (sign,) = await _signs(session, await site_of(session, connector.site_id), [connector], now)
            return sign

    async def at_site(self, site_id: str) -> tuple[Site, Sequence[BaySign]]:
        """Of each connector, by the label of its bay. Raises UnknownSite."""
        now = self._clock()
        async with self._sessions() as session:
            site = await site_of(session, site_id)
            signs = await _signs(session, site, await connectors_at(session, site_id, now), now)
        return site, sorted(signs, key=lambda one: (one.connector.label, one.connector.number))


async def _signs(
    session: AsyncSession, site: Site, connectors: Sequence[PoolConnector], now: datetime
) -> list[BaySign]:
    ids, hours = [one.id for one in connectors], hours_of(site)
    promised = await promised_at(session, ids, now, _MOST)
    doubts = doubts_of(await unresolved(session, site.id, now), now)
    closed = [closure.span for closure in closures_of(hours, Slot(now, now + _AHEAD))]
    opens_at = next_opening(hours, now)
    return [
        BaySign(
            now=now,
            site=site,
            connector=one,
            promised=promised[one.id],
            closed=closed,
            opens_at=opens_at,
            doubt=doubts.get(one.id),
        )
        for one in connectors
    ]

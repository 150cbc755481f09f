"""A plug that stays Unavailable after the bay's other plug has become free is in trouble after all.

While the other one is busy its Unavailable says nothing (one car at a time). Chargers that take it back do so in the
moments after; of one that does not no message tells, so it is looked for: among the connectors of a bay, and among the
plugs of a 2.x EVSE, where it concerns whoever was promised that type.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.queries.charging.concerned import Edge, concerned
from domain.charging.connector import is_blocked_beside
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.charging.trouble import trouble_of
from ocpp_gateway.rounds import rounds
from ocpp_gateway.storage import troubles
from ocpp_gateway.storage.inbox import AddressedEvent, record_all
from ocpp_gateway.storage.left_blocked import BlockedPlug, blocked_plugs
from ocpp_gateway.storage.statuses import siblings_of
from ocpp_gateway.storage.troubles import News

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedOptions:
    """Seconds. `every_s`: between two looks. `settle_s`: in which a charger takes it back by itself."""

    every_s: float = 30.0
    settle_s: float = 25.0


class LeftBlocked:
    """`wake`: an event was recorded, deliver it."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        instance: str,
        wake: Callable[[], None],
        options: BlockedOptions | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._instance = instance
        self._wake = wake
        self._options = options or BlockedOptions()
        self._clock = clock

    async def run(self) -> None:
        """Look for ever."""
        await rounds(self._options.every_s, self.look)

    async def look(self) -> None:
        """The database's troubles leave it to the next look."""
        now = self._clock()
        before = now - timedelta(seconds=self._options.settle_s)
        try:
            async with self._engine.begin() as connection:
                found = await blocked_plugs(connection, instance=self._instance, before=before)
                left = await _left(connection, found)
                await _tell(connection, left, now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("blocked_plugs_not_found", error=repr(error))
            return
        if left:
            self._wake()


async def _left(connection: AsyncConnection, found: list[BlockedPlug]) -> list[BlockedPlug]:
    if not found:
        return []
    siblings = await siblings_of(connection, [plug.connector_id for plug in found])
    return [plug for plug in found if not is_blocked_beside(plug.status, siblings[plug.connector_id])]


async def _tell(connection: AsyncConnection, left: list[BlockedPlug], now: datetime) -> None:
    if not left:
        return
    news = [
        News(
            charger_id=plug.charger_id,
            connector_id=plug.connector_id,
            cause=trouble_of(plug.status),
            detail="",
            at=plug.since,
            noticed_at=now,
            plug=plug.plug,
        )
        for plug in left
    ]
    await troubles.tell(connection, news)
    edges = [
        Edge(charger_id=plug.charger_id, connector_id=plug.connector_id, plug=plug.plug or None)
        for plug in left
    ]
    codes = await concerned(connection, edges, now)
    facts = [
        AddressedEvent(event=_event(plug), recipients=dict.fromkeys(recipients))
        for plug, recipients in zip(left, codes, strict=True)
    ]
    await record_all(connection, [(fact, now) for fact in facts])


def _event(plug: BlockedPlug) -> ChargerEvent:
    place = f"{plug.connector_id}:{plug.plug}" if plug.plug else f"{plug.connector_id}"
    return ChargerEvent(
        event_id=f"{plug.charger_id}:left-blocked:{place}:{plug.since.isoformat()}",
        kind=ChargerEventKind.CONNECTOR_STATUS,
        charger_id=plug.charger_id,
        at=plug.since,
        connector_id=plug.connector_id,
        status=plug.status,
        detail=plug.plug,
    )

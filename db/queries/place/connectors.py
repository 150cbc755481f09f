"""Connectors as a booking sees them: where they are, how they feel, and who is on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.charging.connector import ConnectorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorState:
    """`sessions`: reservation codes of the transactions open on it, `""` for a walk-in's. `label`: the bay's."""

    id: int
    number: int
    charger_id: str
    pool_id: str
    site_id: str
    label: str
    status: ConnectorStatus
    charger_status: ConnectorStatus
    connected: bool
    last_seen_at: datetime | None
    sessions: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Neither the connector nor its charger says Faulted or Unavailable."""
        return self.status.is_usable and self.charger_status.is_usable

    def is_reachable(self, now: datetime, patience: timedelta) -> bool:
        """Connected, or gone for less than `patience` (a reconnect is no outage)."""
        if self.connected:
            return True
        return self.last_seen_at is not None and now - self.last_seen_at < patience

    def is_taken_from(self, code: str, *, trust_status: bool = True) -> bool:
        """Is somebody other than reservation `code` on it? `trust_status` False: only transactions count."""
        if any(session != code for session in self.sessions):
            return True
        return trust_status and not self.sessions and self.status.is_in_use


_STATES = text("""
SELECT c.id, c.number, c.charger_id, c.pool_id, h.site_id, coalesce(b.label, c.charger_id || '/' || c.number),
       c.status, h.status, h.gateway_instance IS NOT NULL, h.last_seen_at,
       ARRAY(SELECT coalesce(s.reservation_code, '') FROM sessions s
             WHERE s.connector_id = c.id AND s.ended_at IS NULL)
FROM connectors c JOIN chargers h ON h.id = c.charger_id LEFT JOIN bays b ON b.id = c.bay_id
WHERE c.pool_id = ANY(:pools) ORDER BY c.id
""")


async def connectors_of(session: AsyncSession, pool_ids: Collection[str]) -> list[ConnectorState]:
    """All connectors of the pools, by id."""
    rows = await session.execute(_STATES, {"pools": list(pool_ids)})
    return [
        ConnectorState(
            id=row[0],
            number=row[1],
            charger_id=row[2],
            pool_id=row[3],
            site_id=row[4],
            label=row[5],
            status=ConnectorStatus(row[6]),
            charger_status=ConnectorStatus(row[7]),
            connected=row[8],
            last_seen_at=row[9],
            sessions=tuple(row[10]),
        )
        for row in rows
    ]

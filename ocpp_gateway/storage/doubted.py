"""Open sessions in doubt: those that their charger contradicts, those unheard of since it booted or came, and those
whose charger stays away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.charging.plug_in_use import PLUG_IN_USE
from db.rows import as_rows
from db.tables import ChargingSession
from ocpp_gateway.storage.sessions import Session, session_of_row

_MOST_AT_ONCE = 200

_SHARES_ID = """
       EXISTS (
           SELECT FROM sessions o WHERE o.charger_id = s.charger_id AND o.transaction_id = s.transaction_id
             AND o.id <> s.id AND o.ended_at IS NULL
       ) AS shares_id
"""
_DOUBT = f"""
SELECT {PLUG_IN_USE} AS plug,
       s.id, s.charger_id, s.transaction_id, s.contradicted_at, c.number, h.gateway_instance IS NOT NULL AS connected,
       coalesce(s.last_sign_at, greatest(s.meter_at, s.started_at)) AS last_sign_at,
       {_SHARES_ID}
"""
_CONTRADICTED = text(
    _DOUBT
    + """
FROM sessions s JOIN connectors c ON c.id = s.connector_id JOIN chargers h ON h.id = s.charger_id
WHERE s.ended_at IS NULL AND s.contradicted_at <= :before
ORDER BY s.contradicted_at LIMIT :most
"""
)
# By connector: its open sessions have an index, a charger's whole history is not looked through.
_UNHEARD = text(
    _DOUBT
    + """
FROM json_to_recordset(CAST(:arrived AS json)) AS a (charger_id text, at timestamptz)
JOIN connectors c ON c.charger_id = a.charger_id JOIN chargers h ON h.id = a.charger_id
JOIN sessions s ON s.connector_id = c.id AND s.ended_at IS NULL
WHERE s.contradicted_at IS NULL AND coalesce(s.last_sign_at, greatest(s.meter_at, s.started_at)) < a.at
ORDER BY s.id LIMIT :most
"""
)
# Open sessions are few, and all of them are looked through now and then.
_SILENT = text(
    _DOUBT
    + """
FROM sessions s JOIN connectors c ON c.id = s.connector_id JOIN chargers h ON h.id = s.charger_id
WHERE s.ended_at IS NULL AND s.contradicted_at IS NULL
  AND coalesce(s.last_sign_at, greatest(s.meter_at, s.started_at)) < :before
  AND h.gateway_instance IS NULL AND coalesce(h.last_seen_at < :before, true)
ORDER BY s.id LIMIT :most
"""
)
# Of those, whose charger is there and has had the time to send what it had queued.
_QUIET = text(
    _DOUBT
    + """
FROM sessions s JOIN connectors c ON c.id = s.connector_id JOIN chargers h ON h.id = s.charger_id
WHERE s.ended_at IS NULL AND s.contradicted_at IS NULL
  AND coalesce(s.last_sign_at, greatest(s.meter_at, s.started_at)) < :before
  AND h.gateway_instance IS NOT NULL AND h.connected_at < :came_before
ORDER BY s.id LIMIT :most
"""
)

_GOES_ON = text("""
UPDATE sessions SET last_sign_live = true WHERE id IN (
    SELECT s.id FROM sessions s JOIN chargers h ON h.id = s.charger_id
    WHERE s.ended_at IS NULL AND NOT s.last_sign_live AND h.gateway_instance IS NOT NULL
      AND h.connected_at < :came_before
    ORDER BY s.id LIMIT :most FOR UPDATE OF s SKIP LOCKED
)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """`contradicted_at` None: only unheard of. `connected`: its charger is, here or elsewhere."""

    session_id: int
    charger_id: str
    connector_number: int
    transaction_id: str
    last_sign_at: datetime
    contradicted_at: datetime | None
    connected: bool
    plug: int | None = None
    """Of an EVSE with several: the one that shows a car."""
    quiet: bool = False
    """Its charger is there, and says nothing of it."""
    shares_id: bool = False
    """Another one has its transaction id and is open: a word about the id may be about that."""


async def contradicted_before(connection: AsyncConnection, before: datetime) -> list[Doubt]:
    """The longest contradicted first, at most 200."""
    rows = await connection.execute(_CONTRADICTED, {"before": before, "most": _MOST_AT_ONCE})
    return [_doubt(row) for row in rows]


async def unheard_since(connection: AsyncConnection, arrived: Mapping[str, datetime]) -> list[Doubt]:
    """Sessions open at these chargers of which nothing was heard since they arrived, at most 200."""
    asked = as_rows({"charger_id": charger_id, "at": at.isoformat()} for charger_id, at in arrived.items())
    rows = await connection.execute(_UNHEARD, {"arrived": asked, "most": _MOST_AT_ONCE})
    return [_doubt(row) for row in rows]


async def silent_before(connection: AsyncConnection, before: datetime) -> list[Doubt]:
    """Nothing was heard of them since `before`, nor of their charger, which is away; at most 200."""
    rows = await connection.execute(_SILENT, {"before": before, "most": _MOST_AT_ONCE})
    return [_doubt(row) for row in rows]


async def quiet_before(connection: AsyncConnection, before: datetime, came_before: datetime) -> list[Doubt]:
    """Nothing was heard of them since `before`, though their charger is there, since `came_before`; at most 200."""
    asked = {"before": before, "came_before": came_before, "most": _MOST_AT_ONCE}
    return [replace(_doubt(row), quiet=True) for row in await connection.execute(_QUIET, asked)]


async def believe_what_goes_on(connection: AsyncConnection, came_before: datetime) -> None:
    """Of sessions that were last told of from a queue, whose chargers have been there since before that: they would
    have told the end.
    """
    await connection.execute(_GOES_ON, {"came_before": came_before, "most": _MOST_AT_ONCE})


async def locked(connection: AsyncConnection, doubt: Doubt) -> Session | None:
    """Its row locked; None: it is not in that doubt any more, or another instance is at it."""
    row = (
        await connection.execute(
            select(ChargingSession.__table__)
            .where(
                ChargingSession.id == doubt.session_id,
                ChargingSession.ended_at.is_(None),
                ChargingSession.contradicted_at.is_not_distinct_from(doubt.contradicted_at),
                func.coalesce(
                    ChargingSession.last_sign_at,
                    func.greatest(ChargingSession.meter_at, ChargingSession.started_at),
                )
                == doubt.last_sign_at,
            )
            .with_for_update(skip_locked=True)
        )
    ).one_or_none()
    return None if row is None else session_of_row(row)


def _doubt(row: Any) -> Doubt:
    return Doubt(
        session_id=row.id,
        charger_id=row.charger_id,
        connector_number=row.number,
        transaction_id=row.transaction_id,
        last_sign_at=row.last_sign_at,
        contradicted_at=row.contradicted_at,
        connected=row.connected,
        plug=row.plug,
        shares_id=row.shares_id,
    )

"""The lease of a charger's connection: which instance has it, and since when it was last seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows
from db.tables import Charger


@dataclass(frozen=True, slots=True)
class Seen:
    charger_id: str
    epoch: int
    at: datetime


_TAKE_LEASES = text("""
WITH asked AS MATERIALIZED (
    SELECT c.id, a.protocol
    FROM json_to_recordset(CAST(:asked AS json)) AS a (id text, protocol text)
    JOIN chargers c ON c.id = a.id ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE chargers c SET epoch = c.epoch + 1, gateway_instance = :instance, connected_at = :now,
    last_seen_at = :now, protocol = asked.protocol
FROM asked WHERE c.id = asked.id
RETURNING c.id, c.epoch
""")

_DROP_LEASES = text("""
WITH given AS MATERIALIZED (
    SELECT c.id, a.at
    FROM json_to_recordset(CAST(:seen AS json)) AS a (id text, epoch bigint, at timestamptz)
    JOIN chargers c ON c.id = a.id AND c.epoch = a.epoch AND c.gateway_instance IS NOT NULL
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE chargers c SET gateway_instance = NULL, connected_at = NULL, last_seen_at = given.at
FROM given WHERE c.id = given.id
RETURNING c.id
""")

_NOTE_SEEN = text("""
WITH seen AS MATERIALIZED (
    SELECT c.id, a.at
    FROM json_to_recordset(CAST(:seen AS json)) AS a (id text, epoch bigint, at timestamptz)
    JOIN chargers c ON c.id = a.id AND c.epoch = a.epoch
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE chargers c SET last_seen_at = seen.at FROM seen WHERE c.id = seen.id
""")


async def take_leases(
    connection: AsyncConnection, asked: Mapping[str, str], *, instance: str, now: datetime
) -> dict[str, int]:
    """Own these chargers' connections from now on: charger id → subprotocol; charger id → its new epoch.

    A charger that is gone from the database is missing in the result.
    """
    rows = await connection.execute(
        _TAKE_LEASES,
        {
            "asked": as_rows({"id": charger, "protocol": protocol} for charger, protocol in asked.items()),
            "instance": instance,
            "now": now,
        },
    )
    return {row.id: row.epoch for row in rows}


async def drop_leases(connection: AsyncConnection, given: Sequence[Seen]) -> frozenset[str]:
    """Give leases back that are still of their epoch; the chargers where that was so."""
    rows = await connection.execute(_DROP_LEASES, _rows(given))
    return frozenset(rows.scalars())


async def leases_of(connection: AsyncConnection, instance: str) -> list[tuple[str, int]]:
    """(charger, epoch) of every lease in this instance's name."""
    rows = await connection.execute(
        select(Charger.id, Charger.epoch).where(Charger.gateway_instance == instance)
    )
    return [(row.id, row.epoch) for row in rows]


async def expired_leases(connection: AsyncConnection, before: datetime) -> list[tuple[str, int]]:
    """(charger, epoch) of every lease, in whoever's name, that nobody has renewed since `before`."""
    rows = await connection.execute(
        select(Charger.id, Charger.epoch).where(
            Charger.gateway_instance.is_not(None), Charger.last_seen_at < before
        )
    )
    return [(row.id, row.epoch) for row in rows]


async def note_seen(connection: AsyncConnection, seen: Sequence[Seen]) -> None:
    """Flush last-seen times of connections that still have the lease."""
    await connection.execute(_NOTE_SEEN, _rows(seen))


def _rows(seen: Sequence[Seen]) -> dict[str, Any]:
    return {"seen": as_rows({"id": one.charger_id, "epoch": one.epoch, "at": one.at} for one in seen)}

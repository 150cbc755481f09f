"""The lease of a charger's connection: which instance has it, and since when it was last seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows
from db.tables import Charger
from domain.charging.clocks import Presence, absences_of


@dataclass(frozen=True, slots=True)
class Seen:
    """`clock_offset_s`: what its clock was found to be off by, at the end of a connection; None: not found out."""

    charger_id: str
    epoch: int
    at: datetime
    clock_offset_s: int | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A connection that is ours, and what is known of its charger's being there before."""

    epoch: int
    presence: Presence


_TAKE_LEASES = text("""
WITH asked AS MATERIALIZED (
    SELECT c.id, a.protocol
    FROM json_to_recordset(CAST(:asked AS json)) AS a (id text, protocol text)
    JOIN chargers c ON c.id = a.id ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE chargers c SET epoch = c.epoch + 1, gateway_instance = :instance, connected_at = :now,
    last_seen_at = :now, protocol = asked.protocol,
    absences = (
        SELECT jsonb_agg(kept.one ORDER BY kept.n)
        FROM jsonb_array_elements(
            c.absences || jsonb_build_array(jsonb_build_array(coalesce(c.last_seen_at, :now), :now))
        ) WITH ORDINALITY AS kept (one, n)
        WHERE kept.n > jsonb_array_length(c.absences) + 1 - :most
    )
FROM asked WHERE c.id = asked.id
RETURNING c.id, c.epoch, c.absences, c.clock_offset_s
""").bindparams(bindparam("now", type_=DateTime(timezone=True)))

MOST_ABSENCES = 20
"""Kept of one charger: a charger that comes and goes all day is not believed for yesterday. The first is empty: since
its first connection it is known when a charger was there."""

_DROP_LEASES = text("""
WITH given AS MATERIALIZED (
    SELECT c.id, a.at, a.clock_offset_s
    FROM json_to_recordset(CAST(:seen AS json)) AS a (id text, epoch bigint, at timestamptz, clock_offset_s bigint)
    JOIN chargers c ON c.id = a.id AND c.epoch = a.epoch AND c.gateway_instance IS NOT NULL
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE chargers c SET gateway_instance = NULL, connected_at = NULL,
    last_seen_at = greatest(c.last_seen_at, given.at),
    clock_offset_s = coalesce(given.clock_offset_s, c.clock_offset_s)
FROM given WHERE c.id = given.id
RETURNING c.id
""")

_NOTE_SEEN = text("""
WITH seen AS MATERIALIZED (
    SELECT c.id, a.at
    FROM json_to_recordset(CAST(:seen AS json)) AS a (id text, epoch bigint, at timestamptz)
    JOIN chargers c ON c.id = a.id AND c.epoch = a.epoch AND c.gateway_instance IS NOT NULL
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE chargers c SET last_seen_at = seen.at FROM seen WHERE c.id = seen.id
""")


async def take_leases(
    connection: AsyncConnection, asked: Mapping[str, str], *, instance: str, now: datetime
) -> dict[str, Lease]:
    """Own these chargers' connections from now on: charger id → subprotocol; charger id → its new lease.

    A charger that is gone from the database is missing in the result.
    """
    rows = await connection.execute(
        _TAKE_LEASES,
        {
            "asked": as_rows({"id": charger, "protocol": protocol} for charger, protocol in asked.items()),
            "instance": instance,
            "now": now,
            "most": MOST_ABSENCES,
        },
    )
    return {row.id: Lease(row.epoch, _presence(row, now)) for row in rows}


def _presence(row: Any, now: datetime) -> Presence:
    return Presence(
        connected_since=now,
        absences=absences_of(row.absences),
        offset=timedelta(seconds=row.clock_offset_s),
    )


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


async def last_seen_of(connection: AsyncConnection, instance: str) -> list[Seen]:
    """When the charger of each lease in this instance's name was last seen."""
    return await _last_seen(connection, Charger.gateway_instance == instance)


async def expired_leases(connection: AsyncConnection, before: datetime) -> list[Seen]:
    """Every lease, in whoever's name, that nobody has renewed since `before`."""
    return await _last_seen(
        connection, Charger.gateway_instance.is_not(None) & (Charger.last_seen_at < before)
    )


async def _last_seen(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Seen]:
    seen_at = func.coalesce(Charger.last_seen_at, Charger.connected_at, func.now())
    rows = await connection.execute(select(Charger.id, Charger.epoch, seen_at.label("at")).where(which))
    return [Seen(row.id, row.epoch, row.at) for row in rows]


async def note_seen(connection: AsyncConnection, seen: Sequence[Seen]) -> None:
    """Flush last-seen times of connections that still have the lease."""
    await connection.execute(_NOTE_SEEN, _rows(seen))


def _rows(seen: Sequence[Seen]) -> dict[str, Any]:
    rows = (
        {"id": one.charger_id, "epoch": one.epoch, "at": one.at, "clock_offset_s": one.clock_offset_s}
        for one in seen
    )
    return {"seen": as_rows(rows)}

"""Last known statuses of connectors and chargers, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.charging import ConnectorStatus

_FINER_THAN_OCCUPIED = [
    status.value
    for status in (
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    )
]

# Rows are locked in the order of their ids, so that batches of several instances never wait in a circle.
_WRITE_CONNECTORS = text("""
WITH told AS (
    SELECT * FROM unnest(
        CAST(:chargers AS text[]), CAST(:numbers AS bigint[]), CAST(:statuses AS text[]),
        CAST(:ats AS timestamptz[]), CAST(:errors AS text[]), CAST(:merely_occupied AS boolean[])
    ) WITH ORDINALITY AS t (charger_id, number, status, at, error_code, merely_occupied, n)
), known AS MATERIALIZED (
    SELECT c.id, c.status AS before, t.n, t.status, t.at, t.error_code,
           NOT (t.merely_occupied AND c.status = ANY (CAST(:finer AS text[]))) AS tells
    FROM told t JOIN connectors c ON c.charger_id = t.charger_id AND c.number = t.number
    ORDER BY c.id FOR UPDATE OF c
), written AS (
    UPDATE connectors c SET status = k.status, status_at = k.at, error_code = k.error_code
    FROM known k WHERE c.id = k.id AND k.tells
)
SELECT n, id, before, tells FROM known
""")

_WRITE_CHARGERS = text("""
WITH told AS (
    SELECT * FROM unnest(CAST(:chargers AS text[]), CAST(:statuses AS text[]))
        WITH ORDINALITY AS t (charger_id, status, n)
), known AS MATERIALIZED (
    SELECT c.id, c.status AS before, t.n, t.status FROM told t JOIN chargers c ON c.id = t.charger_id
    ORDER BY c.id FOR NO KEY UPDATE OF c
), written AS (
    UPDATE chargers c SET status = k.status FROM known k WHERE c.id = k.id AND c.status <> k.status
)
SELECT n, before FROM known
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStatus:
    """`number` 0: the charger as a whole. `merely_occupied`: 2.x Occupied, which a finer status outlives."""

    charger_id: str
    number: int
    status: ConnectorStatus
    at: datetime
    error_code: str
    merely_occupied: bool


@dataclass(frozen=True, slots=True)
class Before:
    """`connector_id` None: the charger as a whole. `written` False: it says less than is known already."""

    connector_id: int | None
    status: str
    written: bool


async def write_statuses(connection: AsyncConnection, news: Sequence[NewStatus]) -> list[Before | None]:
    """Write each and say what was there before; None for a connector we do not have.

    No charger's connector may occur twice.
    """
    before: list[Before | None] = [None] * len(news)
    connectors = [n for n, new in enumerate(news) if new.number]
    chargers = [n for n, new in enumerate(news) if not new.number]
    if connectors:
        told = [news[n] for n in connectors]
        rows = await connection.execute(
            _WRITE_CONNECTORS,
            {
                "chargers": [new.charger_id for new in told],
                "numbers": [new.number for new in told],
                "statuses": [new.status.value for new in told],
                "ats": [new.at for new in told],
                "errors": [new.error_code for new in told],
                "merely_occupied": [new.merely_occupied for new in told],
                "finer": _FINER_THAN_OCCUPIED,
            },
        )
        for n, connector_id, status, tells in rows:
            before[connectors[n - 1]] = Before(connector_id, status, tells)
    if chargers:
        told = [news[n] for n in chargers]
        rows = await connection.execute(
            _WRITE_CHARGERS,
            {
                "chargers": [new.charger_id for new in told],
                "statuses": [new.status.value for new in told],
            },
        )
        for n, status in rows:
            before[chargers[n - 1]] = Before(None, status, written=True)
    return before

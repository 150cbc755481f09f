"""What has not been delivered yet: of a target in all, of some of its keys, and of one reservation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import TO_RESERVATIONS, Target

_MOST_COUNTED = 100_000

_BACKLOG = text("""
    SELECT (
        SELECT count(*)
        FROM (SELECT id FROM outbox WHERE target = :target AND delivered_at IS NULL LIMIT :most) AS waiting
    ) AS undelivered, (
        SELECT fact.received_at
        FROM outbox AS first JOIN inbox AS fact ON fact.id = first.inbox_id
        WHERE first.target = :target AND first.delivered_at IS NULL
        ORDER BY first.id
        LIMIT 1
    ) AS oldest_at
""")

_UNDER_WAY = text("""
    SELECT fact.event_id, fact.kind, fact.at, fact.received_at, waiting.target, waiting.attempts
    FROM outbox AS waiting JOIN inbox AS fact ON fact.id = waiting.inbox_id
    WHERE waiting.target = ANY (:targets) AND waiting.key COLLATE "C" = :code AND waiting.delivered_at IS NULL
      AND LEAST(fact.at, fact.received_at) <= :until
    ORDER BY waiting.id
""")


_WAITING = text("""
    SELECT waiting.id, waiting.key, fact.event_id, fact.received_at, fact.payload
    FROM outbox AS waiting JOIN inbox AS fact ON fact.id = waiting.inbox_id
    WHERE waiting.target = :target AND waiting.key = ANY (:keys) AND waiting.delivered_at IS NULL
    ORDER BY waiting.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`delivery_id`: in the outbox. `since`: when the fact was recorded."""

    delivery_id: int
    event_id: str
    key: str
    since: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits for a target, whichever process recorded it. `oldest_at` is None when there is nothing."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A fact that a reservation's workflow has not been told yet."""

    target: Target
    event_id: str
    kind: str
    at: datetime
    received_at: datetime
    attempts: int


async def backlog(connection: AsyncConnection, target: Target) -> Backlog:
    """How much waits, counted up to a hundred thousand, and since when."""
    row = (await connection.execute(_BACKLOG, {"target": target.value, "most": _MOST_COUNTED})).one()
    return Backlog(count=row.undelivered, oldest_at=row.oldest_at)


async def waiting_for(
    connection: AsyncConnection, target: Target, keys: Collection[str]
) -> Sequence[Waiting]:
    """All that has not been delivered to these keys, the oldest first."""
    rows = await connection.execute(_WAITING, {"target": target.value, "keys": list(keys)})
    return [
        Waiting(
            delivery_id=row.id,
            event_id=row.event_id,
            key=row.key,
            since=row.received_at,
            payload=row.payload,
        )
        for row in rows
    ]


async def under_way(connection: AsyncConnection, code: str, until: datetime) -> Sequence[UnderWay]:
    """What the reservation has not been told of all that happened, or was reported, up to `until`; oldest first.

    Both instants count: chargers report late what happened offline, and their clocks may be ahead.
    """
    values = {"targets": [target.value for target in TO_RESERVATIONS], "code": code, "until": until}
    return [
        UnderWay(
            target=Target(row.target),
            event_id=row.event_id,
            kind=row.kind,
            at=row.at,
            received_at=row.received_at,
            attempts=row.attempts,
        )
        for row in await connection.execute(_UNDER_WAY, values)
    ]

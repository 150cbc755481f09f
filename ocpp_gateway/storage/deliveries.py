"""The outbox: events still to be signalled to reservation workflows, in order for each reservation.

Each step is one statement, so that it may be its own transaction and cost one round trip.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    id: int
    reservation_code: str
    matches_driver: bool | None
    attempts: int
    """This one included."""
    payload: Mapping[str, Any]
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`after`: where to look next, so that all reservations have their turn; empty: from the first one again."""

    taken: Sequence[Delivery]
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one delivery: an outcome, or (`outcome` empty) when to try again."""

    id: int
    outcome: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What no workflow has heard yet, of all gateways. `oldest_at` is None when there is nothing."""

    count: int
    oldest_at: datetime | None


_MOST_COUNTED = 100_000

_LOOKED_AT = 128
"""Reservations in one look: what a claim costs depends on this, not on how much waits."""

# The recursion goes from reservation to reservation through the index, past all that is not its oldest event.
_CLAIM = text("""
    WITH RECURSIVE head AS (
        (
            SELECT reservation_code, id, not_before FROM event_deliveries
            WHERE delivered_at IS NULL AND reservation_code > :after
            ORDER BY reservation_code, id LIMIT 1
        )
        UNION ALL
        SELECT following.* FROM head, LATERAL (
            SELECT reservation_code, id, not_before FROM event_deliveries
            WHERE delivered_at IS NULL AND reservation_code > head.reservation_code
            ORDER BY reservation_code, id LIMIT 1
        ) AS following
    ), looked_at AS MATERIALIZED (
        SELECT * FROM head LIMIT :looked_at
    ), due AS MATERIALIZED (
        SELECT id FROM looked_at WHERE not_before IS NULL OR not_before <= :now
    ), mine AS MATERIALIZED (
        SELECT waiting.id
        FROM event_deliveries AS waiting
        WHERE waiting.id = ANY (ARRAY(SELECT id FROM due)) AND waiting.delivered_at IS NULL
            AND (waiting.not_before IS NULL OR waiting.not_before <= :now)
        ORDER BY waiting.reservation_code
        LIMIT :most
        FOR UPDATE OF waiting SKIP LOCKED
    ), taken AS (
        UPDATE event_deliveries AS delivery
        SET not_before = :until, attempts = delivery.attempts + 1
        WHERE delivery.id = ANY (ARRAY(SELECT id FROM mine))
        RETURNING delivery.id, delivery.reservation_code, delivery.matches_driver, delivery.attempts,
                  delivery.event_row_id
    )
    SELECT taken.id, taken.reservation_code, taken.matches_driver, taken.attempts,
           event.payload, event.received_at, looked.past
    FROM (
        SELECT CASE WHEN count(*) = :looked_at THEN max(reservation_code) ELSE '' END AS past FROM looked_at
    ) AS looked
    LEFT JOIN (taken JOIN charger_events AS event ON event.id = taken.event_row_id) ON true
    ORDER BY taken.reservation_code
""")

_SETTLE = text("""
    UPDATE event_deliveries AS delivery
    SET delivered_at = CASE WHEN settled.outcome <> '' THEN CAST(:now AS timestamptz) END,
        outcome = settled.outcome,
        not_before = settled.not_before
    FROM unnest(CAST(:ids AS bigint[]), CAST(:outcomes AS text[]), CAST(:not_befores AS timestamptz[]))
         AS settled (id, outcome, not_before)
    WHERE delivery.id = settled.id AND delivery.delivered_at IS NULL
""")

_BACKLOG = text("""
    SELECT (
        SELECT count(*)
        FROM (SELECT id FROM event_deliveries WHERE delivered_at IS NULL LIMIT :most) AS waiting
    ) AS undelivered, (
        SELECT event.received_at
        FROM event_deliveries AS first JOIN charger_events AS event ON event.id = first.event_row_id
        WHERE first.delivered_at IS NULL
        ORDER BY first.id
        LIMIT 1
    ) AS oldest_at
""")


async def claim(
    connection: AsyncConnection, now: datetime, *, patience: timedelta, limit: int, after: str = ""
) -> Claim:
    """Take the oldest undelivered event of each of the next reservations for ourselves, for `patience`.

    Only the oldest: a reservation hears its events in order, whichever instances deliver them. `after`: the
    reservation after which to look, as the claim before this one said.
    """
    values = {"now": now, "until": now + patience, "most": limit, "after": after, "looked_at": _LOOKED_AT}
    rows = (await connection.execute(_CLAIM, values)).all()
    taken = [
        Delivery(
            id=row.id,
            reservation_code=row.reservation_code,
            matches_driver=row.matches_driver,
            attempts=row.attempts,
            payload=row.payload,
            received_at=row.received_at,
        )
        for row in rows
        if row.id is not None
    ]
    return Claim(taken=taken, after=taken[-1].reservation_code if len(taken) == limit else rows[0].past)


async def settle(connection: AsyncConnection, settled: Sequence[Settled], now: datetime) -> None:
    """Write what became of claimed deliveries. One that somebody else has delivered meanwhile stays so."""
    await connection.execute(
        _SETTLE,
        {
            "now": now,
            "ids": [item.id for item in settled],
            "outcomes": [item.outcome for item in settled],
            "not_befores": [item.not_before for item in settled],
        },
    )


async def backlog(connection: AsyncConnection) -> Backlog:
    """How much waits, counted up to a hundred thousand, and since when."""
    row = (await connection.execute(_BACKLOG, {"most": _MOST_COUNTED})).one()
    return Backlog(count=row.undelivered, oldest_at=row.oldest_at)

"""The outbox: deliveries are claimed by one relay at a time, in order for each key, and settled.

Each step is one statement, so that it may be its own transaction and cost one round trip.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Target


class Unreadable(ValueError):
    """The fact itself is not what its source promises."""

    code = "fact_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One fact on its way to one key of a target."""

    id: int
    key: str
    extra: Mapping[str, Any]
    attempts: int
    """This one included."""
    event_id: str
    kind: str
    at: datetime
    received_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`after`: where to look next, so that all keys have their turn; empty: from the first one again."""

    taken: Sequence[Delivery]
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one delivery: an outcome, or (`outcome` empty) when to try again."""

    id: int
    outcome: str = ""
    not_before: datetime | None = None


MOST_AT_ONCE = 8
"""Deliveries under way to one receiver, where there is one for several keys."""
_LOOKED_AT = 128
"""Keys in one look: what a claim costs depends on this, not on how much waits."""

_ALL_LEFT: Mapping[str, int] = {}
# The recursion goes from key to key through the index, past all that is not a key's oldest delivery, and past all other
# keys of a receiver that takes none now. By bytes, so that those are a range: `;` follows `:`.
_CLAIM = text("""
    WITH RECURSIVE head AS (
        (
            SELECT key COLLATE "C" AS key, id, not_before FROM outbox
            WHERE delivered_at IS NULL AND target = :target AND key COLLATE "C" > :after
            ORDER BY key COLLATE "C", id LIMIT 1
        )
        UNION ALL
        SELECT following.* FROM head, LATERAL (
            SELECT key COLLATE "C", id, not_before FROM outbox
            WHERE delivered_at IS NULL AND target = :target AND key COLLATE "C" > CASE
                WHEN strpos(head.key, ':') > 0 AND split_part(head.key, ':', 1) = ANY (CAST(:full AS text[]))
                THEN split_part(head.key, ':', 1) || ';' ELSE head.key
            END
            ORDER BY key COLLATE "C", id LIMIT 1
        ) AS following
    ), looked_at AS MATERIALIZED (
        SELECT * FROM head LIMIT :looked_at
    ), due AS MATERIALIZED (
        SELECT ready.id
        FROM (
            SELECT id, split_part(key, ':', 1) AS receiver,
                   row_number() OVER (PARTITION BY split_part(key, ':', 1) ORDER BY key) AS place
            FROM looked_at WHERE not_before IS NULL OR not_before <= :now
        ) AS ready
        LEFT JOIN unnest(CAST(:receivers AS text[]), CAST(:places AS bigint[])) AS few (receiver, places)
            ON few.receiver = ready.receiver
        WHERE ready.place <= coalesce(few.places, :most_at_once)
    ), mine AS MATERIALIZED (
        SELECT waiting.id
        FROM outbox AS waiting
        WHERE waiting.id = ANY (ARRAY(SELECT id FROM due)) AND waiting.delivered_at IS NULL
            AND (waiting.not_before IS NULL OR waiting.not_before <= :now)
        ORDER BY waiting.key COLLATE "C"
        LIMIT :most
        FOR UPDATE OF waiting SKIP LOCKED
    ), taken AS (
        UPDATE outbox AS delivery
        SET not_before = :until, attempts = delivery.attempts + 1
        WHERE delivery.id = ANY (ARRAY(SELECT id FROM mine))
        RETURNING delivery.id, delivery.key, delivery.extra, delivery.attempts, delivery.inbox_id
    )
    SELECT taken.id, taken.key, taken.extra, taken.attempts,
           fact.event_id, fact.kind, fact.at, fact.received_at, fact.payload, looked.past
    FROM (
        SELECT CASE WHEN count(*) = :looked_at THEN max(key) ELSE '' END AS past FROM looked_at
    ) AS looked
    LEFT JOIN (taken JOIN inbox AS fact ON fact.id = taken.inbox_id) ON true
    ORDER BY taken.key COLLATE "C"
""")

_SETTLE = text("""
    UPDATE outbox AS delivery
    SET delivered_at = CASE WHEN settled.outcome <> '' THEN CAST(:now AS timestamptz) END,
        outcome = settled.outcome,
        not_before = settled.not_before
    FROM unnest(CAST(:ids AS bigint[]), CAST(:outcomes AS text[]), CAST(:not_befores AS timestamptz[]))
         AS settled (id, outcome, not_before)
    WHERE delivery.id = settled.id AND delivery.delivered_at IS NULL
""")


def receiver_of(key: str) -> str:
    """Who receives what has this key: what is before its colon, if it has one."""
    return key.partition(":")[0]


async def claim(
    connection: AsyncConnection,
    target: Target,
    now: datetime,
    *,
    patience: timedelta,
    limit: int,
    after: str = "",
    left: Mapping[str, int] = _ALL_LEFT,
) -> Claim:
    """Take the oldest waiting delivery of each of the target's next keys for ourselves, for `patience`.

    Only the oldest: a key hears its deliveries in order, whichever processes deliver them. `after`: the key after
    which to look, as the claim before this one said. `left`: how many receivers take of whom that is not MOST_AT_ONCE.
    """
    values = {
        "target": target.value,
        "now": now,
        "until": now + patience,
        "most": limit,
        "after": after,
        "looked_at": _LOOKED_AT,
        "full": [receiver for receiver, places in left.items() if places <= 0],
        "receivers": list(left),
        "places": list(left.values()),
        "most_at_once": MOST_AT_ONCE,
    }
    rows = (await connection.execute(_CLAIM, values)).all()
    taken = [
        Delivery(
            id=row.id,
            key=row.key,
            extra=row.extra,
            attempts=row.attempts,
            event_id=row.event_id,
            kind=row.kind,
            at=row.at,
            received_at=row.received_at,
            payload=row.payload,
        )
        for row in rows
        if row.id is not None
    ]
    return Claim(taken=taken, after=taken[-1].key if len(taken) == limit else rows[0].past)


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

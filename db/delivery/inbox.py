"""The inbox: facts are written with their deliveries, in the transaction that also writes their effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows, nested
from db.tables import InboxEvent, Source, Target

_RECORD = text("""
WITH fact AS (
    INSERT INTO inbox (source, event_id, kind, subject, at, received_at, payload, answer)
    SELECT :source, event_id, kind, subject, at, received_at, payload, answer
    FROM json_to_recordset(CAST(:facts AS json)) AS f (
        n int, event_id text, kind text, subject text, at timestamptz, received_at timestamptz,
        payload jsonb, answer jsonb
    )
    ORDER BY n
    ON CONFLICT (source, event_id) DO NOTHING
    RETURNING id, event_id
), delivery AS (
    INSERT INTO outbox (inbox_id, target, key, extra)
    SELECT fact.id, r.target, r.key, coalesce(r.extra, '{}')
    FROM json_to_recordset(CAST(:recipients AS json)) AS r (
        n int, event_id text, target text, key text, extra jsonb
    )
    JOIN fact USING (event_id)
    ORDER BY r.n
)
SELECT event_id FROM fact
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who has to hear of a fact: the `key` of a target, and what only this one is told."""

    target: Target
    key: str
    extra: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What a source said, to be recorded. `payload`: JSON, without NUL; the rest as in db.tables.InboxEvent."""

    event_id: str
    kind: str
    subject: str
    at: datetime
    received_at: datetime
    payload: bytes
    answer: Mapping[str, Any] | None = None
    recipients: Sequence[Recipient] = ()


async def record(connection: AsyncConnection, source: Source, facts: Sequence[NewEvent]) -> frozenset[str]:
    """Write facts of one source and their deliveries in order, in one round trip.

    The ids of those that are new; the others were recorded before and are left as they are.
    """
    if not facts:
        return frozenset()
    values = {
        "source": source.value,
        "facts": as_rows(_fact_row(fact) for fact in facts),
        "recipients": as_rows(
            _recipient_row(fact.event_id, recipient) for fact in facts for recipient in fact.recipients
        ),
    }
    return frozenset((await connection.execute(_RECORD, values)).scalars())


async def earlier_answer(connection: AsyncConnection, source: Source, event_id: str) -> dict[str, Any] | None:
    """What was answered when this event came first; None when it is new, or needed no answer."""
    found = await connection.scalar(
        select(InboxEvent.answer).where(InboxEvent.source == source, InboxEvent.event_id == event_id)
    )
    return None if found is None else dict(found)


def _fact_row(fact: NewEvent) -> dict[str, Any]:
    return {
        "event_id": fact.event_id,
        "kind": fact.kind,
        "subject": fact.subject,
        "at": fact.at,
        "received_at": fact.received_at,
        "payload": nested(fact.payload),
        "answer": fact.answer,
    }


def _recipient_row(event_id: str, recipient: Recipient) -> dict[str, Any]:
    row = {"event_id": event_id, "target": recipient.target.value, "key": recipient.key}
    return row if recipient.extra is None else {**row, "extra": recipient.extra}

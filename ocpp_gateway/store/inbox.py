"""The event inbox: facts are written with their deliveries, in the transaction that also writes their effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import as_rows, nested
from db.tables import ChargerEventRow
from domain.charging.events import ChargerEvent

_EVENT = TypeAdapter(ChargerEvent)

_RECORD = text("""
WITH fact AS (
    INSERT INTO charger_events (event_id, charger_id, connector_id, kind, at, received_at, payload, answer)
    SELECT event_id, charger_id, connector_id, kind, at, received_at, payload, answer
    FROM json_to_recordset(CAST(:facts AS json)) AS f (
        n int, event_id text, charger_id text, connector_id bigint, kind text, at timestamptz,
        received_at timestamptz, payload jsonb, answer jsonb
    )
    ORDER BY n
    ON CONFLICT (event_id) DO NOTHING
    RETURNING id, event_id
), delivery AS (
    INSERT INTO event_deliveries (event_row_id, reservation_code, matches_driver)
    SELECT fact.id, told.code, told.matches
    FROM json_to_recordset(CAST(:told AS json)) AS told (n int, event_id text, code text, matches boolean)
    JOIN fact USING (event_id)
    ORDER BY told.n
)
SELECT event_id FROM fact
""")


class AlreadyRecorded(Exception):
    """Another connection of the same charger recorded this very event first. Roll back and answer as it did."""

    code = "already_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event and whom it concerns: reservation code → does the token belong to that reservation?"""

    event: ChargerEvent
    recipients: Mapping[str, bool | None] = field(default_factory=dict)
    answer: dict[str, Any] | None = None


async def record_all(connection: AsyncConnection, facts: Sequence[tuple[Fact, datetime]]) -> frozenset[str]:
    """Write facts (with the moment each was received) and their deliveries in order, in one round trip.

    The ids of those that are new; the others were recorded before and are left as they are.
    """
    if not facts:
        return frozenset()
    written = as_rows(
        {
            "event_id": fact.event.event_id,
            "charger_id": fact.event.charger_id,
            "connector_id": fact.event.connector_id,
            "kind": fact.event.kind,
            "at": fact.event.at,
            "received_at": received_at,
            "payload": nested(_EVENT.dump_json(fact.event)),
            "answer": fact.answer,
        }
        for fact, received_at in facts
    )
    told = as_rows(
        {"event_id": fact.event.event_id, "code": code, "matches": matches}
        for fact, _ in facts
        for code, matches in fact.recipients.items()
    )
    rows = await connection.execute(_RECORD, {"facts": written, "told": told})
    return frozenset(rows.scalars())


async def record(connection: AsyncConnection, fact: Fact, received_at: datetime) -> None:
    """Raises AlreadyRecorded when the event id is there already."""
    if not await record_all(connection, [(fact, received_at)]):
        raise AlreadyRecorded(fact.event.event_id)


async def earlier_answer(connection: AsyncConnection, event_id: str) -> dict[str, Any] | None:
    """What was answered when this event came first; None when it is new."""
    found = await connection.scalar(
        select(ChargerEventRow.answer).where(ChargerEventRow.event_id == event_id)
    )
    return None if found is None else dict(found)


def read_event(payload: Mapping[str, Any], *, matches_driver: bool | None) -> ChargerEvent:
    """The event as one reservation is told it. Raises pydantic.ValidationError."""
    return _EVENT.validate_python({**payload, "matches_driver": matches_driver})

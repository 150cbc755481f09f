"""The event inbox: facts are written with their deliveries, in the transaction that also writes their effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from pydantic import TypeAdapter
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import ChargerEventRow
from domain.charging import ChargerEvent

_EVENT = TypeAdapter(ChargerEvent)
_json = msgspec.json.Encoder()

_RECORD = text("""
WITH fact AS (
    INSERT INTO charger_events (event_id, charger_id, connector_id, kind, at, received_at, payload, answer)
    SELECT * FROM unnest(
        CAST(:event_ids AS text[]), CAST(:chargers AS text[]), CAST(:connectors AS bigint[]),
        CAST(:kinds AS text[]), CAST(:ats AS timestamptz[]), CAST(:received_ats AS timestamptz[]),
        CAST(:payloads AS jsonb[]), CAST(:answers AS jsonb[])
    )
    ON CONFLICT (event_id) DO NOTHING
    RETURNING id, event_id
), delivery AS (
    INSERT INTO event_deliveries (event_row_id, reservation_code, matches_driver)
    SELECT fact.id, told.code, told.matches
    FROM unnest(CAST(:told_events AS text[]), CAST(:told_codes AS text[]), CAST(:told_matches AS boolean[]))
        WITH ORDINALITY AS told (event_id, code, matches, n)
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
    events = [fact.event for fact, _ in facts]
    told = [
        (fact.event.event_id, code, matches) for fact, _ in facts for code, matches in fact.recipients.items()
    ]
    rows = await connection.execute(
        _RECORD,
        {
            "event_ids": [event.event_id for event in events],
            "chargers": [event.charger_id for event in events],
            "connectors": [event.connector_id for event in events],
            "kinds": [event.kind.value for event in events],
            "ats": [event.at for event in events],
            "received_ats": [received_at for _, received_at in facts],
            "payloads": [_EVENT.dump_json(event).decode() for event in events],
            "answers": [None if f.answer is None else _json.encode(f.answer).decode() for f, _ in facts],
            "told_events": [event_id for event_id, _, _ in told],
            "told_codes": [code for _, code, _ in told],
            "told_matches": [matches for _, _, matches in told],
        },
    )
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

"""The event inbox: a fact is written with its deliveries, in the transaction that also writes its effects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import ChargerEventRow, EventDelivery
from domain.charging import ChargerEvent

_EVENT = TypeAdapter(ChargerEvent)


class AlreadyRecorded(Exception):
    """Another connection of the same charger recorded this very event first. Roll back and answer as it did."""

    code = "already_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event and whom it concerns: reservation code → does the token belong to that reservation?"""

    event: ChargerEvent
    recipients: Mapping[str, bool | None] = field(default_factory=dict)
    answer: dict[str, Any] | None = None


async def record(connection: AsyncConnection, fact: Fact, received_at: datetime) -> None:
    """Raises AlreadyRecorded when the event id is there already."""
    event = fact.event
    row_id = await connection.scalar(
        postgresql.insert(ChargerEventRow)
        .values(
            event_id=event.event_id,
            charger_id=event.charger_id,
            connector_id=event.connector_id,
            kind=event.kind.value,
            at=event.at,
            received_at=received_at,
            payload=_EVENT.dump_python(event, mode="json"),
            answer=fact.answer,
        )
        .on_conflict_do_nothing(index_elements=[ChargerEventRow.event_id])
        .returning(ChargerEventRow.id)
    )
    if row_id is None:
        raise AlreadyRecorded(event.event_id)
    if fact.recipients:
        await connection.execute(
            insert(EventDelivery),
            [
                {"event_row_id": row_id, "reservation_code": code, "matches_driver": matches}
                for code, matches in fact.recipients.items()
            ],
        )


async def earlier_answer(connection: AsyncConnection, event_id: str) -> dict[str, Any] | None:
    """What was answered when this event came first; None when it is new."""
    found = await connection.scalar(
        select(ChargerEventRow.answer).where(ChargerEventRow.event_id == event_id)
    )
    return None if found is None else dict(found)


def read_event(payload: Mapping[str, Any], *, matches_driver: bool | None) -> ChargerEvent:
    """The event as one reservation is told it. Raises pydantic.ValidationError."""
    return _EVENT.validate_python({**payload, "matches_driver": matches_driver})

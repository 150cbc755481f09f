"""What chargers say, as facts in the inbox, with the reservations that have to hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from db.delivery import inbox
from db.delivery.inbox import Recipient
from db.tables import Source, Target
from domain.charging.events import ChargerEvent

_EVENT = TypeAdapter(ChargerEvent)


class AlreadyRecorded(Exception):
    """Another connection of the same charger recorded this very event first. Roll back and answer as it did."""

    code = "already_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressedEvent:
    """An event and whom it concerns: reservation code → does the token belong to that reservation?"""

    event: ChargerEvent
    recipients: Mapping[str, bool | None] = field(default_factory=dict)
    answer: dict[str, Any] | None = None


async def record_all(
    connection: AsyncConnection, facts: Sequence[tuple[AddressedEvent, datetime]]
) -> frozenset[str]:
    """Write facts (with the moment each was received) and their deliveries in order, in one round trip.

    The ids of those that are new; the others were recorded before and are left as they are.
    """
    return await inbox.record(connection, Source.CHARGER, [_fact(fact, at) for fact, at in facts])


async def record(connection: AsyncConnection, fact: AddressedEvent, received_at: datetime) -> None:
    """Raises AlreadyRecorded when the event id is there already."""
    if not await record_all(connection, [(fact, received_at)]):
        raise AlreadyRecorded(fact.event.event_id)


async def earlier_answer(connection: AsyncConnection, event_id: str) -> dict[str, Any] | None:
    """What was answered when this event came first; None when it is new."""
    return await inbox.earlier_answer(connection, Source.CHARGER, event_id)


def read_event(payload: Mapping[str, Any]) -> ChargerEvent:
    """The event as one reservation is told it. Raises pydantic.ValidationError."""
    return _EVENT.validate_python(payload)


def _fact(fact: AddressedEvent, received_at: datetime) -> inbox.NewEvent:
    event = fact.event
    return inbox.NewEvent(
        event_id=event.event_id,
        kind=event.kind,
        subject=event.charger_id,
        at=event.at,
        received_at=received_at,
        payload=_EVENT.dump_json(event),
        answer=fact.answer,
        recipients=[_recipient(code, matches) for code, matches in fact.recipients.items()],
    )


def _recipient(code: str, matches: bool | None) -> Recipient:
    extra = None if matches is None else {"matches_driver": matches}
    return Recipient(target=Target.RESERVATION_CHARGER, key=code, extra=extra)

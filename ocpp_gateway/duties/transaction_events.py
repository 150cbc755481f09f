"""Events of transactions, and the answers the inbox keeps with them, so that a re-sent message gets the same one."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from db.queries.place.connectors import beside_of
from domain.charging.events import ChargerEvent, ChargerEventKind
from ocpp_gateway.duties.access_gate import Recipients
from ocpp_gateway.storage.inbox import AddressedEvent
from ocpp_gateway.storage.sessions import Session
from ocpp_gateway.wire.answers import TransactionAnswer
from ocpp_gateway.wire.reports import TransactionReported

CARD = "id_tag"
"""With the answer, not in the event: no reservation is told a card."""
_ANSWER = TypeAdapter(TransactionAnswer)


class StoredAnswer(NamedTuple):
    """`refused_transaction`: the id to stop, because the answer refused it. `id_tag`: the card of a start that has no
    place yet, and is judged by it later.
    """

    answer: TransactionAnswer
    refused_transaction: str | None
    id_tag: str | None = None


def dump_answer(stored: StoredAnswer) -> dict[str, Any]:
    return {
        "answer": _ANSWER.dump_python(stored.answer, mode="json"),
        "refused_transaction": stored.refused_transaction,
        **({} if stored.id_tag is None else {CARD: stored.id_tag}),
    }


def load_answer(document: dict[str, Any]) -> StoredAnswer:
    """Raises KeyError or pydantic.ValidationError for what `dump_answer` did not write."""
    return StoredAnswer(_ANSWER.validate_python(document["answer"]), document["refused_transaction"])


async def with_answer(
    connection: AsyncConnection, event: ChargerEvent, recipients: Recipients, stored: StoredAnswer | None
) -> AddressedEvent:
    """A stranger is in the way of whoever is promised any plug of the bay: its event names the others."""
    if event.kind is ChargerEventKind.STRANGER_STARTED and event.connector_id is not None:
        event = replace(event, beside=await beside_of(connection, event.connector_id))
    answer = None if stored is None else dump_answer(stored)
    return AddressedEvent(event=event, recipients=recipients, answer=answer)


def transaction_event(
    event_id: str,
    kind: ChargerEventKind,
    charger_id: str,
    report: TransactionReported,
    session: Session | None,
    *,
    at: datetime,
    detail: str,
) -> ChargerEvent:
    """`session` None: there is no connector of ours to attach it to."""
    return ChargerEvent(
        event_id=event_id,
        kind=kind,
        charger_id=charger_id,
        at=at,
        connector_id=None if session is None else session.connector_id,
        transaction_id=report.transaction_id if session is None else session.transaction_id,
        meter_wh=report.meter_wh,
        detail=detail,
    )

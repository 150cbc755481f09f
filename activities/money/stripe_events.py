"""What an event of Stripe says: as a fact for the inbox, and then about which payment of which reservation."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.money.stripe_gateway import METADATA_CODE, METADATA_STEP, VerifiedEvent
from contracts.money import PaymentEvent
from db.delivery.inbox import Fact, Recipient
from db.delivery.outbox import Delivery
from db.tables import Target
from domain.errors import InvalidReservationCode
from domain.reservation.code import parse_reservation_code

STATUS_OF = {
    "payment_intent.amount_capturable_updated": "authorised",
    "payment_intent.payment_failed": "failed",
    "payment_intent.canceled": "canceled",
}
"""Events a workflow waits for; Stripe sends others too, and they are settled as noted.

So before Stripe is asked for a new kind, every worker has to know it.
"""

_NOT_IN_JSONB = re.compile("[\x00\ud800-\udfff]")


class Unreadable(ValueError):
    """The event is about a reservation but not shaped as Stripe's API describes it."""

    code = "stripe_event_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNews:
    """What an event says about one payment of a reservation."""

    code: str
    step: str
    signal: PaymentEvent


def fact_of(event: VerifiedEvent, received_at: datetime) -> Fact:
    """Every event is a fact with one recipient: what it means is found out when it is delivered.

    Its key is the reservation that its object names, else the event itself, so that nobody waits for it.
    """
    intent = _object(event.payload)
    return Fact(
        event_id=event.id,
        kind=event.type,
        subject=str(intent.get("id") or ""),
        at=event.created,
        received_at=received_at,
        payload=json.dumps(_storable(event.payload)).encode(),
        recipients=[Recipient(target=Target.RESERVATION_PAYMENT, key=_reservation_of(intent) or event.id)],
    )


def read(event: Delivery) -> PaymentNews | None:
    """None: nothing a reservation waits for. Raises Unreadable."""
    intent = _object(event.payload)
    code, step = _metadata(intent)
    status = STATUS_OF.get(event.kind)
    if status is None or not code or not isinstance(intent.get("id"), str):
        return None
    failure = intent.get("last_payment_error") or {}
    if not isinstance(failure, dict):
        raise Unreadable("last_payment_error is no object")
    signal = PaymentEvent(
        event_id=event.event_id,
        payment_intent_id=intent["id"],
        status=status,
        at=event.at,
        message=str(failure.get("message") or ""),
    )
    return PaymentNews(code=code, step=step, signal=signal)


def _object(payload: object) -> dict[str, Any]:
    """The event's `data.object`; an empty one when there is none. Raises Unreadable."""
    if not isinstance(payload, dict):
        raise Unreadable("the event is no object")
    data = payload.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _metadata(intent: Mapping[str, Any]) -> tuple[str, str]:
    metadata = intent.get("metadata")
    if not isinstance(metadata, dict):
        return "", ""
    return str(metadata.get(METADATA_CODE) or ""), str(metadata.get(METADATA_STEP) or "")


def _reservation_of(intent: Mapping[str, Any]) -> str:
    """The code in its metadata; empty when there is none, or none that we could have given."""
    code, _ = _metadata(intent)
    try:
        return code if parse_reservation_code(code) == code else ""
    except InvalidReservationCode:
        return ""


def _storable(value: Any) -> Any:
    """JSON can spell the NUL character and halves of surrogate pairs; Postgres' JSONB cannot hold them."""
    if isinstance(value, str):
        return _NOT_IN_JSONB.sub("", value)
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value

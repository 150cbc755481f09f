"""What an event of Stripe says: as a fact for the inbox, and then to the reservation that has to hear of it."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.money.payment_steps import BY_HAND
from activities.money.stripe_gateway import VerifiedEvent
from activities.money.stripe_metadata import METADATA_CODE, METADATA_STEP
from contracts.money import PaymentEvent
from db.delivery.inbox import NewEvent, Recipient
from db.delivery.outbox import Delivery, Unreadable
from db.tables import Target
from domain.errors import InvalidReservationCode
from domain.reservation.authorisation import is_fee
from domain.reservation.code import parse_reservation_code

PAID = "payment_intent.succeeded"
"""Of fees, and of payments that are made by hand; whatever else succeeds was asked for by us, who heard the answer."""

STATUS_OF = {
    "payment_intent.amount_capturable_updated": "authorised",
    PAID: "taken",
    "payment_intent.payment_failed": "failed",
    "payment_intent.canceled": "canceled",
    "setup_intent.succeeded": "card_saved",
    "setup_intent.setup_failed": "failed",
    "setup_intent.canceled": "canceled",
}
"""Events a workflow waits for; Stripe sends others too, and they are recorded for nobody.

So before Stripe is asked for a new kind, every api has to know it; a worker that does not leaves it to one that does.
"""

OF_DISPUTES = frozenset(
    f"charge.dispute.{what}"
    for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
)
OF_PAYOUTS = frozenset(
    f"payout.{what}" for what in ("paid", "failed", "canceled", "reconciliation_completed")
)
MOVEMENTS = OF_DISPUTES | OF_PAYOUTS
"""What Stripe moves by itself. Their recipient is our book of the object, whether or not we know whose it is."""

REFUNDS = frozenset({"charge.refunded", "refund.created", "refund.updated", "refund.failed"})
"""Of those that we asked for, too. Their recipient is our book of the payment intent that they give back."""

LISTED = frozenset({*STATUS_OF, *MOVEMENTS, *REFUNDS})
"""What of them never came is asked for by listing events (`activities.reconciliation.provider`)."""

SUBSCRIPTIONS = frozenset(
    f"customer.subscription.{what}" for what in ("created", "updated", "deleted", "paused", "resumed")
)
"""Their recipient is our book of the subscription; what never came is found in the list of subscriptions. That an
invoice is paid or not moves the status of its subscription, which is told of as `updated`.
"""

HEARD = LISTED | SUBSCRIPTIONS
"""Every kind that has recipients."""

_OF_PEOPLE = ("customer.", "payment_method.")
"""Beginnings of kinds that say who somebody is: names, addresses, cards."""

_NOT_IN_JSONB = re.compile("[\x00\ud800-\udfff]")


def event_of(event: VerifiedEvent, received_at: datetime) -> NewEvent:
    """Every event is a fact, recorded whole: what it means is found out when it is delivered, and not kept after that.

    Its recipient is the reservation that its object names, if it is of a kind that one waits for; or its debt. Of what
    it says of people and nobody hears, only that it came is kept: that a customer was deleted is told after we have
    forgotten whose it was.
    """
    unheard = event.type.startswith(_OF_PEOPLE) and event.type not in HEARD
    said: Mapping[str, Any] = {} if unheard else event.payload
    intent = _object(said)
    return NewEvent(
        event_id=event.id,
        kind=event.type,
        subject=str(intent.get("id") or ""),
        at=event.created,
        received_at=received_at,
        payload=json.dumps(_storable(said)).encode(),
        recipients=_recipients(event.type, intent),
    )


def _recipients(kind: str, intent: Mapping[str, Any]) -> list[Recipient]:
    if kind in MOVEMENTS | SUBSCRIPTIONS:
        moved = intent.get("id")
        return [Recipient(target=Target.MOVEMENTS, key=moved)] if isinstance(moved, str) and moved else []
    if kind in REFUNDS:
        paid = intent.get("payment_intent")
        return [Recipient(target=Target.MOVEMENTS, key=paid)] if isinstance(paid, str) and paid else []
    code = _reservation_of(intent)
    if not code:
        return []
    if kind == PAID:
        target = _who_waits_for(_metadata(intent, METADATA_STEP))
        return [] if target is None else [Recipient(target=target, key=code)]
    return [Recipient(target=Target.RESERVATION_PAYMENT, key=code)] if kind in STATUS_OF else []


def _who_waits_for(step: str) -> Target | None:
    """To be paid by a driver, in the app or at their bank; None: nobody, as it was us who took it."""
    if is_fee(step):
        return Target.RESERVATION_PAYMENT
    return Target.DEBTS if step.startswith(BY_HAND) else None


def payment_event(event: Delivery) -> PaymentEvent:
    """What the reservation is told. Raises Unreadable for what is not shaped as Stripe's API describes it."""
    intent = _object(event.payload)
    failure = intent.get("last_payment_error") or intent.get("last_setup_error") or {}
    method = intent.get("payment_method")
    if not isinstance(intent.get("id"), str):
        raise Unreadable("the intent has no id")
    if not isinstance(failure, dict):
        raise Unreadable("its last error is no object")
    return PaymentEvent(
        event_id=event.event_id,
        payment_intent_id=intent["id"],
        status=STATUS_OF[event.kind],
        at=event.at,
        message=str(failure.get("message") or ""),
        payment_method=method if isinstance(method, str) else None,
    )


def is_of_setup(event: Delivery) -> bool:
    """Is it about a card that is only saved?"""
    return event.kind.startswith("setup_intent.")


def step_of(event: Delivery) -> str:
    """Of the reservation's payments, which one it is about."""
    return _metadata(_object(event.payload), METADATA_STEP)


def _object(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The event's `data.object`; an empty one when there is none."""
    data = payload.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _metadata(intent: Mapping[str, Any], name: str) -> str:
    metadata = intent.get("metadata")
    return str(metadata.get(name) or "") if isinstance(metadata, dict) else ""


def _reservation_of(intent: Mapping[str, Any]) -> str:
    """The code in its metadata; empty when there is none, or none that we could have given."""
    code = _metadata(intent, METADATA_CODE)
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

"""The only adapter that names `stripe`: PaymentIntents and refunds as our own frozen data, errors typed once.

Idempotency keys are always passed in, derived by the caller from reservation and step. Nothing personal is
sent: metadata carries the reservation code and the step, customers carry nothing else.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

from activities.failures import InvalidWebhook

API_VERSION = "2026-10-28.endive"
"""Pinned: the shape of objects and events that this file reads."""

METADATA_CODE = "reservation_code"
METADATA_STEP = "step"

WEBHOOK_TOLERANCE_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedEvent:
    """A webhook whose signature was checked. `payload` is the whole event as Stripe sent it."""

    id: str
    type: str
    created: datetime
    payload: dict[str, Any]


def verify_webhook(payload: bytes, signature: str, secret: str) -> VerifiedEvent:
    """Check `Stripe-Signature` (docs.stripe.com/webhooks/signature) and read the event.

    Raises InvalidWebhook for a wrong, missing or old signature and for a body that is not an event.
    """
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, WEBHOOK_TOLERANCE_SECONDS)
        body = json.loads(payload)
    except stripe.SignatureVerificationError as error:
        raise InvalidWebhook(error.user_message or "the signature does not match") from error
    except ValueError as error:  # not UTF-8, or not JSON
        raise InvalidWebhook("the body is not a JSON document in UTF-8") from error
    match body:
        case {"object": "event", "id": str(event_id), "type": str(kind), "created": int(created)}:
            at = datetime.fromtimestamp(created, UTC)
            return VerifiedEvent(id=event_id, type=kind, created=at, payload=body)
        case _:
            raise InvalidWebhook("the body is not a Stripe event")

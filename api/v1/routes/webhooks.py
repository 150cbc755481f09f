"""/v1/webhooks/stripe: verify, store once, answer. The work happens later, in the worker."""

from typing import Any

import structlog
from fastapi import APIRouter, Request
from sqlalchemy.dialects.postgresql import insert

from activities.money.stripe_gateway import verify_webhook
from api.problems import documented
from api.services import ServicesHere
from api.v1.schemas.fields import Answer
from db.tables import StripeEvent

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
_log = structlog.get_logger()


class WebhookOut(Answer):
    received: bool = True
    duplicate: bool


@router.post(
    "/stripe",
    summary="Take an event from Stripe",
    responses=documented("webhook_invalid", "body_too_large", "database_unavailable"),
    openapi_extra={
        "parameters": [
            {"name": "Stripe-Signature", "in": "header", "required": True, "schema": {"type": "string"}}
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": "object"},
                    "example": {
                        "id": "evt_1",
                        "object": "event",
                        "type": "payment_intent.amount_capturable_updated",
                        "created": 1795000000,
                        "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
                    },
                }
            },
        },
    },
)
async def stripe(request: Request, services: ServicesHere) -> WebhookOut:
    """Every verified event is recorded, known type or not; a repeated delivery changes nothing."""
    signature = request.headers.get("stripe-signature", "")
    event = verify_webhook(await request.body(), signature, services.stripe_webhook_secret)
    statement = insert(StripeEvent).values(
        id=event.id,
        type=event.type,
        payload=_storable(event.payload),
        created_at=event.created,
        received_at=services.clock(),
    )
    async with services.sessions() as session:
        stored = await session.execute(statement.on_conflict_do_nothing().returning(StripeEvent.id))
        duplicate = stored.first() is None
        await session.commit()
    _log.info("stripe_event_received", event_id=event.id, type=event.type, duplicate=duplicate)
    return WebhookOut(duplicate=duplicate)


def _storable(value: Any) -> Any:
    """Postgres' JSONB cannot hold the NUL character, which JSON can spell."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value

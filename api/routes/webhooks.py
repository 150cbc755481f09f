"""/v1/webhooks/stripe: verify, store once, answer. The work happens later, in the worker."""

import structlog
from fastapi import APIRouter, Request

from activities.money.stripe_events import fact_of
from activities.money.stripe_gateway import verify_webhook
from api.problems import documented
from api.schemas.fields import Answer
from api.services import ServicesHere
from db.delivery.inbox import record
from db.tables import Source

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
    fact = fact_of(event, services.clock())
    async with services.sessions.begin() as session:
        recorded = await record(await session.connection(), Source.STRIPE, [fact])
    duplicate = event.id not in recorded
    _log.info("stripe_event_received", event_id=event.id, type=event.type, duplicate=duplicate)
    return WebhookOut(duplicate=duplicate)

"""/v1/webhooks/stripe: what the payment provider sends unasked."""

from fastapi import APIRouter, Request

from api.services import ServicesHere
from api.v1.responses import documented
from api.v1.schemas.fields import Answer

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


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
async def take_stripe_event(request: Request, services: ServicesHere) -> WebhookOut:
    """Every verified event is recorded, known type or not; a repeated delivery changes nothing."""
    signature = request.headers.get("stripe-signature", "")
    new = await services.desk.webhooks.take_stripe_event(await request.body(), signature)
    return WebhookOut(duplicate=not new)

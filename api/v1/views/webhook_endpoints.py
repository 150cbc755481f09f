"""Endpoints of engineers as they are shown."""

from typing import Any

from api.v1.pagination import cursor_of_row
from api.v1.schemas.webhook_endpoints import (
    NewWebhookEndpointOut,
    WebhookEndpointOut,
    WebhookEventOut,
    WebhookEventsOut,
)
from db.queries.webhook_endpoints import EventSent
from db.tables import WebhookEndpoint
from domain.telling.endpoints import EventKind

_KINDS = {kind.value: kind for kind in EventKind}
"""Those that this version knows."""


def endpoint_out(row: WebhookEndpoint) -> WebhookEndpointOut:
    return WebhookEndpointOut(**_members(row))


def new_endpoint_out(row: WebhookEndpoint) -> NewWebhookEndpointOut:
    return NewWebhookEndpointOut(**_members(row), secret=row.secret)


def events_out(found: list[EventSent], limit: int) -> WebhookEventsOut:
    return WebhookEventsOut(
        items=[_event(one) for one in found[:limit]],
        next_cursor=cursor_of_row(found[limit - 1].recorded_at, found[limit - 1].delivery_id)
        if len(found) > limit
        else None,
    )


def _event(sent: EventSent) -> WebhookEventOut:
    return WebhookEventOut(
        event_id=sent.event_id,
        kind=_KINDS.get(sent.kind),
        reservation=sent.reservation or None,
        at=sent.at,
        recorded_at=sent.recorded_at,
        outcome=sent.outcome,
        attempts=sent.attempts,
        delivered_at=sent.delivered_at,
        next_attempt_at=sent.next_attempt_at,
    )


def _members(row: WebhookEndpoint) -> dict[str, Any]:
    members = {name: getattr(row, name) for name in WebhookEndpointOut.model_fields}
    return members | {"kinds": [_KINDS[kind] for kind in row.kinds if kind in _KINDS]}

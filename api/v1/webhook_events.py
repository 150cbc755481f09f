"""The section `webhooks` of OpenAPI: each kind of event as an endpoint of engineers gets it, and what answers do."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from api.v1.schemas.webhook_events import (
    EndpointEventOut,
    EndpointTestedOut,
    ReservationEventOut,
    ReservationToldOut,
)
from domain.reservation.lifecycle import State
from domain.telling.endpoints import EventKind, kind_of_state

MODELS: tuple[type[BaseModel], ...] = (ReservationEventOut, EndpointEventOut)
_STATES = {kind_of_state(state): state for state in State}
_DESCRIPTION = """
Comes at least once: know it by `webhook-id`. Events of one reservation come in order. Whatever is not answered with
2xx within eight seconds is sent again, after a second, then twice as long each time up to an hour, for three days;
redirects are not followed. Members and kinds may be added: pass over what you do not know.
"""
_HEADERS = {
    "webhook-id": ("The event's; the same however often it is sent", {"type": "string", "minLength": 1}),
    "webhook-timestamp": ("Of this attempt, Unix seconds: refuse old ones", {"type": "string", "pattern": "^[0-9]+$"}),
    "webhook-signature": (
        "`v1,` and the base64 HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`, as Standard Webhooks has it; "
        "for a day after the secret was changed there are two, with a space between: take the event if either is right",
        {"type": "string", "pattern": "^v1,[^ ]+( v1,[^ ]+)*$"},
    ),
}  # fmt: skip
_RESPONSES = {
    "2XX": {"description": "Received: it is not sent again"},
    "410": {"description": "No more is wanted: the endpoint is paused"},
    "429": {
        "description": "Not now: all of this endpoint wait as long as `Retry-After` says, an hour at most"
    },
    "503": {"description": "As 429; so are 502, 504 and no answer at all"},
    "default": {"description": "Not received: it is sent again"},
}


def webhooks() -> dict[str, Any]:
    """A path item for each kind."""
    return {kind.value: {"post": _operation(kind)} for kind in EventKind}


def show_events(document: dict[str, Any], now: datetime) -> None:
    """Put an example into each."""
    for kind in EventKind:
        body = document["webhooks"][kind.value]["post"]["requestBody"]["content"]["application/json"]
        body["example"] = _example(kind, now).model_dump(mode="json")


def _operation(kind: EventKind) -> dict[str, Any]:
    return {
        "tags": ["webhook events"],
        "summary": _summary(kind),
        "description": _DESCRIPTION.strip(),
        "operationId": f"receive_{kind.value.replace('.', '_')}",
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": about, "schema": schema}
            for name, (about, schema) in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _schema(kind)}}},
        "responses": _RESPONSES,
    }


def _summary(kind: EventKind) -> str:
    state = _STATES.get(kind.value)
    return "A test event was asked for" if state is None else f"A reservation has become {state.value}"


def _schema(kind: EventKind) -> dict[str, Any]:
    """Its model, and what is the same in all of this kind."""
    state = _STATES.get(kind.value)
    model = EndpointEventOut if state is None else ReservationEventOut
    same: dict[str, Any] = {"type": {"const": kind.value}}
    if state is not None:
        same["data"] = {"type": "object", "properties": {"state": {"const": state.value}}}
    return {
        "allOf": [{"$ref": f"#/components/schemas/{model.__name__}"}, {"type": "object", "properties": same}]
    }


def _example(kind: EventKind, now: datetime) -> BaseModel:
    state = _STATES.get(kind.value)
    if state is None:
        return EndpointEventOut(type=kind, timestamp=now, data=EndpointTestedOut(endpoint=1))
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    told = ReservationToldOut(
        reservation="7F3K-2QVM-X9TA",
        state=state,
        driver_id="driver-ana",
        fleet_id="parcel-fleet",
        site_id="harbour",
        start=start,
        end=start + timedelta(hours=1),
    )
    return ReservationEventOut(type=kind, timestamp=now, data=told)

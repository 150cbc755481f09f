"""Endpoints of engineers over the wire."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from api.desk.webhook_endpoints import EndpointOrder
from api.v1.schemas.fields import NO_CONTROLS, Answer, Body, Identifier, Instant
from domain.telling.endpoints import EndpointOutcome, EventKind

_URL: dict[str, str | bool] = {"url": "https://hooks.example.com/slotkeeper", "active": True}


class WebhookEndpointIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [_URL | {"kinds": ["reservation.confirmed"]}]}
    )

    url: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NO_CONTROLS)] = Field(
        description="https, at an address of the public internet", examples=["https://hooks.example.com/"]
    )
    kinds: Annotated[list[EventKind], Field(max_length=len(EventKind))] = Field(
        default=[], description="Which events; an empty list: all"
    )
    active: bool = Field(default=True, strict=True)

    def order(self) -> EndpointOrder:
        kinds = tuple(dict.fromkeys(self.kinds))
        return EndpointOrder(url=self.url, kinds=kinds, active=self.active)


class OperatorsWebhookEndpointIn(WebhookEndpointIn):
    fleet_id: Identifier | None = Field(
        default=None, description="Hears of this fleet's reservations; null: of all"
    )

    def order(self) -> EndpointOrder:
        return replace(super().order(), fleet_id=self.fleet_id)


class WebhookEndpointOut(Answer):
    """`last_answer`: a status, or what kept the request from one; empty before the first."""

    id: int
    fleet_id: str | None
    url: str
    kinds: list[EventKind]
    active: bool
    made_at: datetime
    made_by: str
    failing_since: datetime | None = Field(description="Its first failure since it last took something")
    failures: int = Field(description="Since then")
    last_answer: str
    last_at: datetime | None
    previous_secret_until: datetime | None = Field(
        description="Before it, events are signed with the secret before this one, too; null: it was never changed"
    )
    paused_at: datetime | None = Field(
        description="Nobody was there for too long: nothing is sent until it is put again; then it may be replayed"
    )


class NewWebhookEndpointOut(WebhookEndpointOut):
    secret: str = Field(description="`whsec_` and base64: shown this once", examples=["whsec_MfKQ9r8GKYqr"])


class WebhookEndpointsOut(Answer):
    items: list[WebhookEndpointOut]


class WebhookTestOut(Answer):
    event_id: str = Field(description="Its `webhook-id`")


class WebhookReplayIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"since": "2026-12-01T00:00:00Z"}]}
    )

    since: Instant
    received: bool = Field(default=False, strict=True, description="Also what was received")


class WebhookReplayOut(Answer):
    events: int


class WebhookEventOut(Answer):
    """`kind`, `outcome`: null: of a newer version."""

    event_id: str = Field(description="Its `webhook-id`")
    kind: EventKind | None
    reservation: str | None
    at: datetime
    recorded_at: datetime
    outcome: EndpointOutcome | None
    attempts: int
    delivered_at: datetime | None
    next_attempt_at: datetime | None


class WebhookEventsOut(Answer):
    items: list[WebhookEventOut]
    next_cursor: str | None

"""/v1/operations/webhook-endpoints: addresses of engineers that hear of reservations, everybody's."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.desk.webhook_endpoints import edition_of_endpoint
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.pagination import LARGEST_PAGE, row_position
from api.v1.responses import AUTH, CREATED, documented
from api.v1.schemas.webhook_endpoints import (
    NewWebhookEndpointOut,
    OperatorsWebhookEndpointIn,
    WebhookEndpointIn,
    WebhookEndpointOut,
    WebhookEndpointsOut,
    WebhookEventsOut,
    WebhookReplayIn,
    WebhookReplayOut,
    WebhookTestOut,
)
from api.v1.views.webhook_endpoints import endpoint_out, events_out, new_endpoint_out
from db.tables import WebhookEndpoint

router = APIRouter(
    prefix="/v1/operations/webhook-endpoints",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
_BODY = ("malformed_request", "body_too_large")
_KNOWN = documented("webhook_endpoint_unknown")
_Number = Annotated[int, Path(ge=1, le=2**53)]


@router.get("", summary="List all webhook endpoints")
async def list_operators_webhook_endpoints(operator: Operator, services: ServicesHere) -> WebhookEndpointsOut:
    """The operator's, and those of all fleets."""
    found = await services.desk.webhook_endpoints.all(operator)
    return WebhookEndpointsOut(items=[endpoint_out(row) for row in found])


@router.post(
    "",
    status_code=201,
    summary="Add a webhook endpoint",
    responses=CREATED | tagged(201) | documented("endpoint_invalid", "too_many_webhook_endpoints", *_BODY),
)
async def add_operators_webhook_endpoint(
    body: OperatorsWebhookEndpointIn, operator: Operator, services: ServicesHere, response: Response
) -> NewWebhookEndpointOut:
    """The operator's hears of all reservations, one with a `fleet_id` of that fleet's.

    Its secret is shown this once. Events are signed as Standard Webhooks has it.
    """
    row = await services.desk.webhook_endpoints.make(operator, body.order(body.fleet_id))
    response.headers["Location"] = f"/v1/operations/webhook-endpoints/{row.id}"
    show_edition(response, edition_of_endpoint(row))
    return new_endpoint_out(row)


@router.get(
    "/{number}",
    summary="Show a webhook endpoint",
    responses=tagged() | NOT_MODIFIED | _KNOWN,
    dependencies=[REVALIDATED],
)
async def read_operators_webhook_endpoint(
    number: _Number, operator: Operator, services: ServicesHere, response: Response
) -> WebhookEndpointOut:
    """With how it answers."""
    return _shown(response, await services.desk.webhook_endpoints.one(operator, number))


@router.put(
    "/{number}",
    summary="Change a webhook endpoint",
    responses=tagged() | EDITED | _KNOWN | documented("endpoint_invalid", *_BODY),
)
async def put_operators_webhook_endpoint(
    number: _Number,
    body: WebhookEndpointIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> WebhookEndpointOut:
    """As a whole; the secret stays. One that was paused is told again, if it is active."""
    changed = await services.desk.webhook_endpoints.put(operator, number, body.order(), seen)
    return _shown(response, changed)


@router.delete("/{number}", status_code=204, summary="Remove a webhook endpoint", responses=_KNOWN)
async def remove_operators_webhook_endpoint(
    number: _Number, operator: Operator, services: ServicesHere
) -> None:
    """Nothing is sent there any more, not even what waits."""
    await services.desk.webhook_endpoints.remove(operator, number)


@router.post("/{number}/test", summary="Send a test event", responses=_KNOWN)
async def test_operators_webhook_endpoint(
    number: _Number, operator: Operator, services: ServicesHere
) -> WebhookTestOut:
    """Of the kind `endpoint.tested`, whatever it hears of; what became of it is among its events."""
    return WebhookTestOut(event_id=await services.desk.webhook_endpoints.send_test(operator, number))


@router.post("/{number}/replay", summary="Send events once more", responses=_KNOWN | documented(*_BODY))
async def replay_operators_webhook_endpoint(
    number: _Number, body: WebhookReplayIn, operator: Operator, services: ServicesHere
) -> WebhookReplayOut:
    """What was recorded from then on and not received, under the ids that it had."""
    events = await services.desk.webhook_endpoints.replay(
        operator, number, body.since, received=body.received
    )
    return WebhookReplayOut(events=events)


@router.get(
    "/{number}/events",
    summary="List what an endpoint was told",
    responses=_KNOWN | documented("cursor_invalid"),
)
async def list_operators_webhook_endpoint_events(
    number: _Number,
    operator: Operator,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> WebhookEventsOut:
    """The latest first, with what became of each."""
    found = await services.desk.webhook_endpoints.events(operator, number, row_position(cursor), limit)
    return events_out(list(found), limit)


def _shown(response: Response, row: WebhookEndpoint) -> WebhookEndpointOut:
    show_edition(response, edition_of_endpoint(row))
    return endpoint_out(row)

"""/v1/webhook-endpoints, a fleet's own, and /v1/operations/webhook-endpoints, everybody's: addresses of engineers that
hear of reservations. The same routes on both sides; what they may touch is the desk's to say.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.desk.principal import Principal
from api.desk.webhook_endpoints import edition_of_endpoint
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Fleet, Operator
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

_BODY = ("malformed_request", "body_too_large")
_KNOWN = documented("webhook_endpoint_unknown")
_TRIED = documented("webhook_endpoint_unknown", "webhook_endpoint_tried_often")
_Number = Annotated[int, Path(ge=1, le=2**53)]
_SECRET = "Its secret is shown this once. Events are signed as Standard Webhooks has it."  # noqa: S105 - of it


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """`caller`, `takes`: annotations of whoever asks, and of an endpoint that is made. `named`: in operation ids."""

    prefix: str
    tag: str
    caller: Any
    takes: type[WebhookEndpointIn]
    named: str
    listed: str
    lists: str
    hears: str


async def _all(principal: Principal, services: ServicesHere) -> WebhookEndpointsOut:
    found = await services.desk.webhook_endpoints.all(principal)
    return WebhookEndpointsOut(items=[endpoint_out(row) for row in found])


async def _add(
    principal: Principal,
    body: WebhookEndpointIn,
    services: ServicesHere,
    request: Request,
    response: Response,
) -> NewWebhookEndpointOut:
    row = await services.desk.webhook_endpoints.make(principal, body.order())
    response.headers["Location"] = f"{request.url.path}/{row.id}"
    show_edition(response, edition_of_endpoint(row))
    return new_endpoint_out(row)


async def _read(
    principal: Principal, number: _Number, services: ServicesHere, response: Response
) -> WebhookEndpointOut:
    """With how it answers."""
    return _shown(response, await services.desk.webhook_endpoints.one(principal, number))


async def _put(
    principal: Principal,
    number: _Number,
    body: WebhookEndpointIn,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> WebhookEndpointOut:
    """As a whole; the secret stays. One that was paused is told again, if it is active."""
    changed = await services.desk.webhook_endpoints.put(principal, number, body.order(), seen)
    return _shown(response, changed)


async def _rotate_secret(
    principal: Principal, number: _Number, seen: IfMatch, services: ServicesHere, response: Response
) -> NewWebhookEndpointOut:
    """It is shown this once. For a day events carry two signatures, by the new secret and by the one before; any older
    one is good no more. Asked for once more it is yet another one: with the `ETag` as `If-Match` it is changed once.
    """
    row = await services.desk.webhook_endpoints.rotate_secret(principal, number, seen)
    show_edition(response, edition_of_endpoint(row))
    return new_endpoint_out(row)


async def _remove(principal: Principal, number: _Number, seen: IfMatch, services: ServicesHere) -> None:
    """Nothing is sent there any more, not even what waits."""
    await services.desk.webhook_endpoints.remove(principal, number, seen)


async def _test(principal: Principal, number: _Number, services: ServicesHere) -> WebhookTestOut:
    """Of the kind `endpoint.tested`, whatever it hears of; what became of it is among its events."""
    return WebhookTestOut(event_id=await services.desk.webhook_endpoints.send_test(principal, number))


async def _replay(
    principal: Principal, number: _Number, body: WebhookReplayIn, services: ServicesHere
) -> WebhookReplayOut:
    """What was recorded from then on and not received, under the ids that it had."""
    endpoints = services.desk.webhook_endpoints
    return WebhookReplayOut(
        events=await endpoints.replay(principal, number, body.since, received=body.received)
    )


async def _events(
    principal: Principal,
    number: _Number,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> WebhookEventsOut:
    """The latest first, with what became of each."""
    found = await services.desk.webhook_endpoints.events(principal, number, row_position(cursor), limit)
    return events_out(list(found), limit)


def _shown(response: Response, row: WebhookEndpoint) -> WebhookEndpointOut:
    show_edition(response, edition_of_endpoint(row))
    return endpoint_out(row)


def _router(side: _Side) -> APIRouter:
    router = APIRouter(
        prefix=side.prefix,
        tags=[side.tag],
        route_class=AuthenticatedRoute,
        responses=documented(*AUTH, "invalid_request", "database_unavailable"),
    )

    def add(
        method: str, path: str, verb: str, endpoint: Callable[..., Awaitable[Any]], summary: str, **more: Any
    ) -> None:
        name = f"{verb}_{side.named}webhook_endpoint"
        of = {"principal": side.caller} | ({"body": side.takes} if endpoint is _add else {})
        router.add_api_route(
            path,
            _asked_by(endpoint, of),
            methods=[method],
            name=more.pop("name", name),
            summary=summary,
            **more,
        )

    add(
        "GET",
        "",
        "list",
        _all,
        side.listed,
        description=side.lists,
        name=f"list_{side.named}webhook_endpoints",
    )
    add(
        "POST", "", "add", _add, "Add a webhook endpoint", status_code=201, description=f"{side.hears}\n\n{_SECRET}",
        responses=CREATED | tagged(201) | documented("endpoint_invalid", "too_many_webhook_endpoints", *_BODY),
    )  # fmt: skip
    add(
        "GET", "/{number}", "read", _read, "Show a webhook endpoint",
        responses=tagged() | NOT_MODIFIED | _KNOWN, dependencies=[REVALIDATED],
    )  # fmt: skip
    add(
        "PUT", "/{number}", "put", _put, "Change a webhook endpoint",
        responses=tagged() | EDITED | _KNOWN | documented("endpoint_invalid", *_BODY),
    )  # fmt: skip
    add(
        "DELETE",
        "/{number}",
        "remove",
        _remove,
        "Remove a webhook endpoint",
        status_code=204,
        responses=EDITED | _KNOWN,
    )
    add(
        "POST", "/{number}/rotate-secret", "rotate", _rotate_secret, "Give a webhook endpoint another secret",
        responses=tagged() | EDITED | _KNOWN, name=f"rotate_{side.named}webhook_endpoint_secret",
    )  # fmt: skip
    add("POST", "/{number}/test", "test", _test, "Send a test event", responses=_TRIED)
    add(
        "POST", "/{number}/replay", "replay", _replay, "Send events once more",
        responses=_TRIED | documented("webhook_endpoint_not_listening", *_BODY),
    )  # fmt: skip
    add(
        "GET", "/{number}/events", "list", _events, "List what an endpoint was told",
        responses=_KNOWN | documented("cursor_invalid"), name=f"list_{side.named}webhook_endpoint_events",
    )  # fmt: skip
    return router


def _asked_by(endpoint: Callable[..., Awaitable[Any]], annotations: dict[str, Any]) -> Callable[..., Any]:
    """The same with these annotations of its parameters, by which FastAPI tells who may ask."""

    @functools.wraps(endpoint)
    async def asked(**said: Any) -> Any:
        return await endpoint(**said)

    signature = inspect.signature(endpoint)
    of = [
        one.replace(annotation=annotations.get(name, one.annotation))
        for name, one in signature.parameters.items()
    ]
    asked.__signature__ = signature.replace(parameters=of)  # type: ignore[attr-defined]
    return asked


router = _router(
    _Side(
        prefix="/v1/webhook-endpoints",
        tag="fleets",
        caller=Fleet,
        takes=WebhookEndpointIn,
        named="",
        listed="List the fleet's webhook endpoints",
        lists="In the order in which they were made.",
        hears="It hears of the fleet's reservations.",
    )
)
operations_router = _router(
    _Side(
        prefix="/v1/operations/webhook-endpoints",
        tag="operations",
        caller=Operator,
        takes=OperatorsWebhookEndpointIn,
        named="operators_",
        listed="List all webhook endpoints",
        lists="The operator's, and those of all fleets.",
        hears="The operator's hears of all reservations, one with a `fleet_id` of that fleet's.",
    )
)

"""Endpoints of engineers, a fleet's own or, for operators of the whole installation, everybody's: how they answer, what
each was told, and a press that tries one. Who makes or changes one, or has events sent again, has signed in just now:
it tells somebody all that a fleet does.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints

from api.desk.editions import Seen
from api.desk.principal import Principal
from api.desk.webhook_endpoints import EndpointOrder, edition_of_endpoint, edition_of_endpoints
from api.services import Services, ServicesHere
from api.v1.pagination import cursor_of_row, row_position
from api.v1.schemas.fields import LINE
from api.web import addresses
from api.web.face import FaceHere, JustSignedIn, PageRoute, SignedIn, VisitorHere, is_fresh
from api.web.fields import Edition, RowNumber
from api.web.zones import zone_of_all
from db.tables import WebhookEndpoint
from domain.telling.endpoints import GIVEN_UP_AFTER, MOST_ENDPOINTS, EventKind

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_AT_ONCE = 25
_LONGEST_LOOK_BACK = int(GIVEN_UP_AFTER.total_seconds()) // 3600 * 4
"""Hours: longer than events wait for a receiver that is mended."""
_MOST_TOLD = 1_000_000

_Address = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=LINE), Form()]
_Kinds = Annotated[Sequence[EventKind], Form(max_length=len(EventKind))]


class Done(StrEnum):
    """What the press before did."""

    KEPT = "kept"
    SENT_AGAIN = "sent_again"


@router.get(addresses.WEBHOOKS)
async def endpoints(
    request: Request, principal: SignedIn, services: ServicesHere, face: FaceHere, visitor: VisitorHere
) -> Response:
    """In the order in which they were made."""
    found = await services.desk.webhook_endpoints.all(principal)
    return face.pages.page(request, "webhooks.html", visitor, **await _listed(request, principal, found))


@router.post(addresses.WEBHOOKS)
async def add_endpoint(
    request: Request,
    principal: JustSignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    url: _Address,
    edition: Edition,
    kind: _Kinds = (),
    fleet: Annotated[str, Form(max_length=64, pattern=LINE)] = "",
) -> Response:
    """Its secret is shown on this page and never again; pressed twice the second is refused. `fleet`: of operators."""
    order = EndpointOrder(
        url=url.strip(), kinds=tuple(dict.fromkeys(kind)), active=True, fleet_id=fleet or None
    )
    row = await services.desk.webhook_endpoints.make(principal, order, Seen.of(edition))
    found = await services.desk.webhook_endpoints.all(principal)
    shown = await _listed(request, principal, found)
    once = {"Cache-Control": "no-store"}
    return face.pages.page(request, "webhooks.html", visitor, headers=once, **shown | {"made": row})


@router.get(f"{addresses.WEBHOOKS}/{{number}}")
async def endpoint(
    request: Request,
    number: RowNumber,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    after: Annotated[str | None, Query(max_length=512)] = None,
    done: Done | None = None,
    again: Annotated[int, Query(alias=addresses.DONE_COUNT, ge=0, le=_MOST_TOLD)] = 0,
) -> Response:
    """How it answers, and what it was told, the latest first. `after`: where the page before ended. `again`: how many
    events are sent again.
    """
    row = await services.desk.webhook_endpoints.one(principal, number)
    shown = await _shown(request, principal, row, after)
    here = addresses.without_done(visitor.page)
    return face.pages.page(
        request, "webhook.html", visitor, **shown | {"here": here, "done": done, "again": again}
    )


@router.post(f"{addresses.WEBHOOKS}/{{number}}")
async def keep_endpoint(
    number: RowNumber,
    principal: JustSignedIn,
    services: ServicesHere,
    url: _Address,
    edition: Edition,
    kind: _Kinds = (),
    active: Annotated[bool, Form()] = False,
) -> Response:
    """As a whole, as it was seen. One that was paused is told again, if it is active."""
    order = EndpointOrder(url=url.strip(), kinds=tuple(dict.fromkeys(kind)), active=active)
    seen = Seen.of(edition)
    await services.desk.webhook_endpoints.put(principal, number, order, seen)
    return _back(number, f"?{addresses.DONE}={Done.KEPT}")


@router.post(f"{addresses.WEBHOOKS}/{{number}}/test")
async def test_endpoint(number: RowNumber, principal: SignedIn, services: ServicesHere) -> Response:
    """What became of it is among what it was told."""
    await services.desk.webhook_endpoints.send_test(principal, number)
    return _back(number)


@router.post(f"{addresses.WEBHOOKS}/{{number}}/replay")
async def replay_endpoint(
    number: RowNumber,
    principal: JustSignedIn,
    services: ServicesHere,
    hours: Annotated[int, Form(ge=1, le=_LONGEST_LOOK_BACK)],
    received: Annotated[bool, Form()] = False,
) -> Response:
    """What was not received in the last `hours`, or all of it, under the ids that it had."""
    since = services.clock() - timedelta(hours=hours)
    events = await services.desk.webhook_endpoints.replay(principal, number, since, received=received)
    said = {addresses.DONE: Done.SENT_AGAIN.value, addresses.DONE_COUNT: min(events, _MOST_TOLD)}
    return _back(number, f"?{urlencode(said)}")


@router.post(f"{addresses.WEBHOOKS}/{{number}}/rotate-secret")
async def rotate_secret(
    request: Request,
    number: RowNumber,
    principal: JustSignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    edition: Edition,
) -> Response:
    """The new one is shown on this page and never again; pressed twice the second is refused."""
    row = await services.desk.webhook_endpoints.rotate_secret(principal, number, Seen.of(edition))
    once = {"Cache-Control": "no-store"}
    shown = await _shown(request, principal, row)
    return face.pages.page(request, "webhook.html", visitor, headers=once, **shown | {"secret": row.secret})


@router.post(f"{addresses.WEBHOOKS}/{{number}}/remove")
async def remove_endpoint(
    number: RowNumber, principal: SignedIn, services: ServicesHere, edition: Edition
) -> Response:
    """As it was seen: somebody else may have given it another address meanwhile."""
    seen = Seen.of(edition)
    await services.desk.webhook_endpoints.remove(principal, number, seen)
    return RedirectResponse(addresses.WEBHOOKS, status_code=303)


async def _shown(
    request: Request, principal: Principal, row: WebhookEndpoint, after: str | None = None
) -> dict[str, Any]:
    """What the page of one shows."""
    services: Services = request.app.state.services
    found = await services.desk.webhook_endpoints.events(principal, row.id, row_position(after), _AT_ONCE)
    sent = list(found)
    last = sent[_AT_ONCE - 1] if len(sent) > _AT_ONCE else None
    until = row.previous_secret_until
    return {
        "fresh": await is_fresh(request),
        "one": row,
        "edition": edition_of_endpoint(row),
        "secret": "",
        "both_until": until if until is not None and services.clock() < until else None,
        "events": sent[:_AT_ONCE],
        "after": "" if last is None else cursor_of_row(last.recorded_at, last.delivery_id),
        "kinds": tuple(EventKind),
        "zone": await zone_of_all(services),
        "longest": _LONGEST_LOOK_BACK,
        "here": f"{addresses.WEBHOOKS}/{row.id}",
        "done": None,
        "again": 0,
    }


async def _listed(request: Request, principal: Principal, found: Sequence[WebhookEndpoint]) -> dict[str, Any]:
    """What their list shows."""
    services: Services = request.app.state.services
    operator = principal.is_operator
    own = [row for row in found if row.fleet_id is None] if operator else found
    return {
        "fresh": await is_fresh(request),
        "endpoints": found,
        "edition": edition_of_endpoints(found),
        "kinds": tuple(EventKind),
        "may_add": len(own) < MOST_ENDPOINTS,
        "most": MOST_ENDPOINTS,
        "operator": operator,
        "zone": await zone_of_all(services),
        "made": None,
    }


def _back(number: int, done: str = "") -> Response:
    return RedirectResponse(f"{addresses.WEBHOOKS}/{number}{done}", status_code=303)

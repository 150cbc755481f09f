"""/v1/sites/{site_id}/availability/live: what can be booked, told anew whenever it changes (server-sent events)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from api.desk.followers import Follower
from api.desk.live import State
from api.methods import IS_HEAD
from api.services import ServicesHere
from api.v1.callers import Anyone, AuthenticatedRoute
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.routes.windows import WindowsHere
from api.v1.schemas.fields import Identifier
from api.v1.schemas.live import EVENTS, LiveAvailabilityOut
from api.v1.views.live import live_availability_out
from db.changes import Kind, Subject


class EventStream(StreamingResponse):
    """Of a generator that has been begun: what is refused is refused before. FastAPI's own begins its answer first."""

    media_type = "text/event-stream"


router = APIRouter(
    prefix="/v1/sites",
    tags=["sites"],
    route_class=AuthenticatedRoute,
    responses=documented(
        *AUTH,
        "site_unknown",
        "pool_unknown",
        "connector_unknown",
        "vehicle_unknown",
        "slot_invalid",
        "energy_beyond_slot",
        "invalid_request",
        "too_many_streams",
        "overloaded",
        "database_unavailable",
    ),
)
_LONGEST_S = 600
_COME_BACK_MS = 2000


@router.get(
    "/{site_id}/availability/live",
    summary="Follow what can be booked",
    response_class=EventStream,
    responses={200: EVENTS},
)
async def follow_availability(
    request: Request,
    site_id: Identifier,
    principal: Anyone,
    services: ServicesHere,
    reader: ReaderHere,
    asked: WindowsHere,
    seconds: Annotated[
        int, Query(ge=0, le=_LONGEST_S, description="End after so long; 0: tell the present state only")
    ] = _LONGEST_S,
    last_event_id: Annotated[
        str | None, Header(max_length=64, description="Of the state that is known: it is not told again")
    ] = None,
) -> EventStream:
    """The same answer as of `availability`, without terms and prices, as an event `availability` now and after changes.

    Each event stands for itself, and its id says which state it is: whoever comes back with it in `Last-Event-ID` is
    told what has changed since, if anything has. A comment every 15 seconds says that the connection lives. It ends
    after `seconds`, and with the token: come back then.
    """
    desk = services.desk
    asked = await desk.sites.with_vehicle(principal, asked)

    audience = await desk.sites.audience(principal, site_id, asked.start)

    async def look() -> State:
        offer = await desk.sites.offer(principal, site_id, asked, audience=audience)
        return _state(live_availability_out(site_id, offer))

    states = await desk.live.follow(
        Subject(Kind.SITE, site_id),
        (site_id, asked, audience, reader.language),
        look,
        by=Follower(id=principal.subject),
        seen=last_event_id or "",
        lasts=principal.lasts(services.clock(), timedelta(seconds=seconds)),
    )
    told = iter(()) if request.scope.get(IS_HEAD) else _events(states)
    return EventStream(told, headers={"Content-Language": reader.language.value, "Vary": "Accept-Language"})


def _state(shown: LiveAvailabilityOut) -> State:
    text = shown.model_dump_json(by_alias=True)
    return State(id=sha256(text.encode()).hexdigest()[:32], shown=text)


async def _events(states: AsyncIterator[State | None]) -> AsyncIterator[bytes]:
    yield format_sse_event(comment="told as it changes", retry=_COME_BACK_MS)
    async for state in states:
        if state is None:
            yield format_sse_event(comment="")
        else:
            yield format_sse_event(event="availability", id=state.id, data_str=state.shown)

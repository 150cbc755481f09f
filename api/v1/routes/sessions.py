"""/v1/operations/sessions: everybody's charging, walk-ins' too."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, cursor_of_session, session_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.charger_commands import CommandOut
from api.v1.schemas.fields import Identifier, Instant, Subject
from api.v1.schemas.sessions import ReleaseSessionIn, SessionOut, SessionsOut, StartSessionIn
from api.v1.views.chargers import command_out
from api.v1.views.sessions import session_out
from db.queries.charging.sessions import SessionFilter
from domain.charging.commands import RemoteStart, RemoteStop

router = APIRouter(
    prefix="/v1/operations/sessions",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
SessionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_COMMANDED = documented("charger_unknown", "charger_offline", "temporal_unavailable")
_BODY = documented("malformed_request", "body_too_large")
_ONE = documented("session_unknown")


@router.get("", summary="List charging sessions, walk-ins' too", responses=documented("cursor_invalid"))
async def list_sessions(
    operator: Operator,
    services: ServicesHere,
    site_id: Identifier | None = None,
    charger_id: Identifier | None = None,
    connector_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    driver_id: Subject | None = None,
    reservation_code: Identifier | None = None,
    walk_in: Annotated[bool | None, Query(description="true: only those that no reservation prices")] = None,
    authorised: bool | None = None,
    open_: Annotated[bool | None, Query(alias="open", description="true: only those that run")] = None,
    from_: Annotated[Instant | None, Query(alias="from", description="Begun at or after")] = None,
    to: Annotated[Instant | None, Query(description="Begun before")] = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> SessionsOut:
    """The one that began last first."""
    wanted = SessionFilter(
        site_id=site_id,
        charger_id=charger_id,
        connector_id=connector_id,
        driver_id=driver_id,
        reservation_code=reservation_code,
        walk_in=walk_in,
        authorised=authorised,
        open=open_,
        from_=from_,
        to=to,
    )
    found = await services.desk.charging_sessions.page(operator, wanted, session_position(cursor), limit)
    return SessionsOut(
        items=[session_out(one) for one in found[:limit]],
        next_cursor=cursor_of_session(found[limit - 1].session) if len(found) > limit else None,
    )


@router.post("", summary="Start a charging session for a card", responses=_BODY | _COMMANDED)
async def start_session(body: StartSessionIn, operator: Operator, services: ServicesHere) -> CommandOut:
    """Asks the charger, as if the card were shown there: where it is somebody else's turn, it is refused and stopped.

    `accepted`: the charger begins; the session is listed once it has told.
    """
    reply = await services.desk.charging_sessions.start(
        operator, body.charger_id, body.connector_number, body.id_tag, body.profile()
    )
    asked = RemoteStart(connector_number=body.connector_number, id_tag=body.id_tag, remote_start_id=0)
    return command_out(body.charger_id, asked, reply)


@router.get("/{session_id}", summary="Show one charging session", responses=_ONE)
async def read_session(session_id: SessionId, operator: Operator, services: ServicesHere) -> SessionOut:
    return session_out(await services.desk.charging_sessions.one(operator, session_id))


@router.post(
    "/{session_id}/stop",
    summary="Have a charger end a charging session",
    responses=_ONE | documented("session_over") | _COMMANDED,
)
async def stop_session(session_id: SessionId, operator: Operator, services: ServicesHere) -> CommandOut:
    """Anybody's. `accepted`: the charger ends it; the session shows it once it has told."""
    found, reply = await services.desk.charging_sessions.stop(operator, session_id)
    asked = RemoteStop(transaction_id=found.session.transaction_id)
    return command_out(found.session.charger_id, asked, reply)


@router.post(
    "/{session_id}/release",
    summary="Declare a walk-in's charging session over",
    responses=_ONE | _BODY | documented("session_over", "session_is_reservations"),
)
async def release_session(
    session_id: SessionId,
    operator: Operator,
    services: ServicesHere,
    body: Annotated[ReleaseSessionIn | None, Body()] = None,
) -> SessionOut:
    """For a session that its charger never ended: the connector can be promised again. Asks nothing of the charger."""
    reason = "" if body is None else body.reason
    return session_out(await services.desk.charging_sessions.release(operator, session_id, reason))

"""/v1/operations: chargers' passwords and security profiles, and who was not let in."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from api.desk.charger_credentials import edition_of_profile
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.pagination import LARGEST_PAGE, cursor_of_refused, refused_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.charger_credentials import (
    Code,
    RefusedConnectionsOut,
    RotatePasswordIn,
    RotationOut,
    SecurityProfileIn,
    SecurityProfileOut,
)
from api.v1.schemas.fields import LINE, Identifier
from api.v1.views.chargers import refused_connection_out, rotation_out

_LONGEST_CURSOR = 1024

router = APIRouter(
    prefix="/v1/operations",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.post(
    "/chargers/{charger_id}/rotate-password",
    summary="Give a charger a new password; the former works until the new one is used",
    responses=documented("charger_unknown", "rotation_pending", "malformed_request", "body_too_large"),
)
async def rotate_password(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    reader: ReaderHere,
    body: Annotated[RotatePasswordIn | None, Body()] = None,
) -> RotationOut:
    """Both passwords let the charger in until it connects with the new one, which then is the only one."""
    body = body or RotatePasswordIn()
    rotation = await services.desk.credentials.rotate_password(
        operator,
        charger_id,
        password=None if body.password is None else body.password.get_secret_value(),
        send=body.send,
        replace_pending=body.replace_pending,
    )
    return rotation_out(rotation, reader)


@router.get(
    "/chargers/{charger_id}/security-profile",
    summary="Show the lowest security profile a charger may use",
    responses=tagged() | NOT_MODIFIED | documented("charger_unknown"),
    dependencies=[REVALIDATED],
)
async def read_security_profile(
    charger_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> SecurityProfileOut:
    profile = await services.desk.credentials.security_profile(operator, charger_id)
    return _profile(response, charger_id, profile)


@router.put(
    "/chargers/{charger_id}/security-profile",
    summary="Set the lowest security profile a charger may use",
    responses=tagged() | EDITED | documented("charger_unknown", "malformed_request", "body_too_large"),
)
async def set_security_profile(
    charger_id: Identifier,
    body: SecurityProfileIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> SecurityProfileOut:
    """It counts from the charger's next connection on."""
    profile = body.security_profile
    await services.desk.credentials.set_security_profile(operator, charger_id, profile, seen)
    return _profile(response, charger_id, profile)


@router.get(
    "/refused-connections",
    summary="List who was not let in by the gateway, and why",
    responses=documented("cursor_invalid"),
)
async def list_refused_connections(
    operator: Operator,
    services: ServicesHere,
    code: Annotated[Code | None, Query(description="Only this reason, e.g. charger_unknown")] = None,
    cursor: Annotated[
        str | None, Query(max_length=_LONGEST_CURSOR, description="next_cursor of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> RefusedConnectionsOut:
    """One item an identity and reason, the newest attempt first; at most 1,000 are kept."""
    rows = await services.desk.refused_connections.page(
        operator, code=code, after=refused_position(cursor), limit=limit
    )
    return RefusedConnectionsOut(
        items=[refused_connection_out(row) for row in rows[:limit]],
        next_cursor=cursor_of_refused(rows[limit - 1]) if len(rows) > limit else None,
    )


@router.delete(
    "/refused-connections/{identity:path}",
    status_code=204,
    summary="Forget an identity's refused connections",
)
async def clear_refused_connections(
    identity: Annotated[str, Path(max_length=64, pattern=LINE)],
    operator: Operator,
    services: ServicesHere,
) -> None:
    """When it is settled. Whoever is refused again is listed again."""
    await services.desk.refused_connections.clear(operator, identity)


def _profile(response: Response, charger_id: str, profile: int | None) -> SecurityProfileOut:
    show_edition(response, edition_of_profile(profile))
    return SecurityProfileOut(charger_id=charger_id, security_profile=profile)

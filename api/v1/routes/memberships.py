"""/v1/memberships: a driver's own; /v1/operations/memberships: everybody's, given and ended."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.desk.memberships import edition_of_membership
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.idempotency_key import RequiredKey
from api.v1.pagination import LARGEST_PAGE, LARGEST_ROW, cursor_of_row, row_position
from api.v1.responses import AUTH, KEYED, documented
from api.v1.schemas.fields import Identifier, Subject
from api.v1.schemas.memberships import (
    EndMembershipIn,
    MembershipIn,
    MembershipsOut,
    OperatorsMembershipOut,
    OperatorsMembershipsOut,
)
from api.v1.views.memberships import membership_out, operators_membership_out
from db.queries.memberships import MembershipFilter
from db.tables import Membership

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
own_router = APIRouter(
    prefix="/v1/memberships", tags=["memberships"], route_class=AuthenticatedRoute, responses=_COMMON
)
operations_router = APIRouter(
    prefix="/v1/operations/memberships",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=_COMMON,
)
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")]
_Number = Annotated[int, Path(ge=1, le=LARGEST_ROW)]
PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


@own_router.get("", summary="List the caller's memberships", responses=documented("cursor_invalid"))
async def list_own_memberships(
    customer: Customer, services: ServicesHere, cursor: Cursor = None, limit: PageSize = 50
) -> MembershipsOut:
    """What was given last first, also what is over."""
    found = await services.desk.memberships.own(customer, row_position(cursor), limit)
    return MembershipsOut(
        items=[membership_out(row) for row in found[:limit]],
        next_cursor=cursor_of_row(found[limit - 1].given_at, found[limit - 1].id)
        if len(found) > limit
        else None,
    )


@operations_router.get("", summary="List who is a member", responses=documented("cursor_invalid"))
async def list_memberships(
    operator: Operator,
    services: ServicesHere,
    driver_id: Subject | None = None,
    site_id: Identifier | None = None,
    valid: Annotated[bool, Query(description="Only those that are valid now")] = False,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> OperatorsMembershipsOut:
    """What was given last first. `site_id`: those that are valid there, also at every site."""
    wanted = MembershipFilter(driver_id=driver_id, site_id=site_id)
    found = await services.desk.memberships.page(operator, wanted, row_position(cursor), limit, valid=valid)
    return OperatorsMembershipsOut(
        items=[operators_membership_out(row) for row in found[:limit]],
        next_cursor=cursor_of_row(found[limit - 1].given_at, found[limit - 1].id)
        if len(found) > limit
        else None,
    )


@operations_router.post(
    "",
    summary="Make a driver a member",
    status_code=201,
    responses=tagged(201)
    | documented(
        "site_unknown",
        *KEYED,
        "malformed_request",
        "body_too_large",
    ),
)
async def give_membership(
    body: MembershipIn,
    operator: Operator,
    key: RequiredKey,
    services: ServicesHere,
    response: Response,
) -> OperatorsMembershipOut:
    """Where a site's policy has members, they pay no fee for the reservation, and nothing is held on their card."""
    return _shown(response, await services.desk.memberships.give(operator, body.order(), key))


@operations_router.get(
    "/{number}",
    summary="Show a membership",
    responses=tagged() | NOT_MODIFIED | documented("membership_unknown"),
    dependencies=[REVALIDATED],
)
async def read_membership(
    number: _Number, operator: Operator, services: ServicesHere, response: Response
) -> OperatorsMembershipOut:
    return _shown(response, await services.desk.memberships.one(operator, number))


@operations_router.post(
    "/{number}/end",
    summary="End a membership",
    responses=tagged() | EDITED | documented("membership_unknown", "malformed_request", "body_too_large"),
)
async def end_membership(
    number: _Number,
    body: EndMembershipIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> OperatorsMembershipOut:
    """Bookings that were made by it keep their terms. What ends sooner already stays as it is."""
    return _shown(response, await services.desk.memberships.end(operator, number, body.at, seen))


def _shown(response: Response, row: Membership) -> OperatorsMembershipOut:
    show_edition(response, edition_of_membership(row))
    return operators_membership_out(row)

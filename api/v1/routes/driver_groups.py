"""/v1/driver-groups: those a driver is in; /v1/operations/driver-groups: all of them, and who is in one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.driver_groups import edition_of_group, edition_of_member
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.etags import (
    EDITED,
    NOT_MODIFIED,
    REVALIDATED,
    IfMatch,
    IfMatchOrNew,
    show_edition,
    tagged,
)
from api.v1.pagination import LARGEST_PAGE, cursor_of_named, named_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.driver_groups import (
    DriverGroupIn,
    DriverGroupMemberOut,
    DriverGroupOut,
    DriverGroupsOut,
    GroupMemberIn,
    GroupMembersOut,
    OwnDriverGroupOut,
    OwnDriverGroupsOut,
)
from api.v1.schemas.fields import Identifier, Subject
from db.tables import DriverGroup, GroupMember

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
own_router = APIRouter(
    prefix="/v1/driver-groups", tags=["memberships"], route_class=AuthenticatedRoute, responses=_COMMON
)
operations_router = APIRouter(
    prefix="/v1/operations/driver-groups",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=_COMMON,
)


@own_router.get("", summary="List the groups that the caller is in")
async def list_own_driver_groups(customer: Customer, services: ServicesHere) -> OwnDriverGroupsOut:
    """Sites may keep bays for groups of drivers, and have other prices for them."""
    found = await services.desk.driver_groups.own(customer)
    return OwnDriverGroupsOut(
        items=[
            OwnDriverGroupOut(
                id=group.id, name=group.name, site_id=group.site_id, since=member.since, until=member.until
            )
            for group, member in found
        ]
    )


@operations_router.get("", summary="List groups of drivers")
async def list_driver_groups(operator: Operator, services: ServicesHere) -> DriverGroupsOut:
    return DriverGroupsOut(items=[_group(row) for row in await services.desk.driver_groups.all(operator)])


@operations_router.get(
    "/{group_id}",
    summary="Show a group of drivers",
    responses=tagged() | NOT_MODIFIED | documented("driver_group_unknown"),
    dependencies=[REVALIDATED],
)
async def read_driver_group(
    group_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> DriverGroupOut:
    return _shown(response, await services.desk.driver_groups.one(operator, group_id))


@operations_router.put(
    "/{group_id}",
    summary="Make a group of drivers, or rename it",
    responses=tagged()
    | EDITED
    | documented("site_unknown", "driver_group_taken", "malformed_request", "body_too_large"),
)
async def put_driver_group(
    group_id: Identifier,
    body: DriverGroupIn,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> DriverGroupOut:
    """A site's owner makes those of the site; whose a group is stays as it was made."""
    put = await services.desk.driver_groups.put(operator, group_id, body.name, body.site_id, seen)
    return _shown(response, put)


@operations_router.get(
    "/{group_id}/members",
    summary="List who is in a group",
    responses=documented("driver_group_unknown", "cursor_invalid"),
)
async def list_group_members(
    group_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> GroupMembersOut:
    """By driver, also who is none any more."""
    found = await services.desk.driver_groups.members(operator, group_id, named_position(cursor), limit)
    return GroupMembersOut(
        items=[_member(row) for row in found[:limit]],
        next_cursor=cursor_of_named(found[limit - 1].driver_id) if len(found) > limit else None,
    )


@operations_router.get(
    "/{group_id}/members/{driver_id}",
    summary="Show a driver of a group",
    responses=tagged() | NOT_MODIFIED | documented("driver_group_unknown", "group_member_unknown"),
    dependencies=[REVALIDATED],
)
async def read_group_member(
    group_id: Identifier, driver_id: Subject, operator: Operator, services: ServicesHere, response: Response
) -> DriverGroupMemberOut:
    """Also who is none any more."""
    return _shown_member(response, await services.desk.driver_groups.member(operator, group_id, driver_id))


@operations_router.put(
    "/{group_id}/members/{driver_id}",
    summary="Put a driver into a group",
    responses=tagged() | EDITED | documented("driver_group_unknown", "malformed_request", "body_too_large"),
)
async def put_group_member(
    group_id: Identifier,
    driver_id: Subject,
    body: GroupMemberIn,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> DriverGroupMemberOut:
    put = await services.desk.driver_groups.put_member(operator, group_id, driver_id, body.until, seen)
    return _shown_member(response, put)


@operations_router.delete(
    "/{group_id}/members/{driver_id}",
    summary="Take a driver out of a group",
    status_code=204,
    responses=tagged(204, required=False) | EDITED | documented("driver_group_unknown"),
)
async def delete_group_member(
    group_id: Identifier,
    driver_id: Subject,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> None:
    """From now on. What they have booked stays, and that they were in it is still shown."""
    left = await services.desk.driver_groups.remove_member(operator, group_id, driver_id, seen)
    if left is not None:
        show_edition(response, edition_of_member(left))


def _shown(response: Response, row: DriverGroup) -> DriverGroupOut:
    show_edition(response, edition_of_group(row))
    return _group(row)


def _group(row: DriverGroup) -> DriverGroupOut:
    return DriverGroupOut(id=row.id, name=row.name, site_id=row.site_id)


def _shown_member(response: Response, row: GroupMember) -> DriverGroupMemberOut:
    show_edition(response, edition_of_member(row))
    return _member(row)


def _member(row: GroupMember) -> DriverGroupMemberOut:
    return DriverGroupMemberOut(
        driver_id=row.driver_id, since=row.since, until=row.until, joined_by=row.joined_by
    )

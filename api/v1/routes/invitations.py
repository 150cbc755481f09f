"""/v1/operations/driver-groups/{group_id}/invitations: made, listed, withdrawn; /v1/driver-groups: used by drivers."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.responses import AUTH, documented
from api.v1.schemas.driver_groups import OwnDriverGroupOut
from api.v1.schemas.fields import Identifier
from api.v1.schemas.invitations import (
    InvitationIn,
    InvitationOut,
    InvitationsOut,
    JoinedGroupsOut,
    MadeInvitationOut,
    RedeemIn,
)
from db.tables import DriverGroup, GroupMember, InvitationRow

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
_ENDED = (
    "invitation_unknown",
    "invitation_expired",
    "invitation_revoked",
    "invitation_used",
    "invitation_used_up",
)
own_router = APIRouter(
    prefix="/v1/driver-groups", tags=["memberships"], route_class=AuthenticatedRoute, responses=_COMMON
)
operations_router = APIRouter(
    prefix="/v1/operations/driver-groups/{group_id}/invitations",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=_COMMON,
)
InvitationId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@own_router.post(
    "/redeem",
    summary="Come into a group of drivers by a code",
    responses=documented("malformed_request", "body_too_large", "too_many_attempts", *_ENDED),
)
async def redeem_invitation(body: RedeemIn, customer: Customer, services: ServicesHere) -> OwnDriverGroupOut:
    """Who is in the group already stays in it as they are. Ten wrong codes an hour may be tried."""
    return _joined(*await services.desk.invitations.redeem(customer, body.code))


@own_router.post(
    "/join-by-email",
    summary="Come into the groups that have invited one's e-mail domain",
    responses=documented("email_unverified", *_ENDED),
)
async def join_by_email(customer: Customer, services: ServicesHere) -> JoinedGroupsOut:
    """By the claims `email` and `email_verified` of the token."""
    found = await services.desk.invitations.join_by_email(customer)
    return JoinedGroupsOut(items=[_joined(group, member) for group, member in found])


@operations_router.get(
    "", summary="List invitations into a group of drivers", responses=documented("driver_group_unknown")
)
async def list_invitations(
    group_id: Identifier, operator: Operator, services: ServicesHere
) -> InvitationsOut:
    """The newest first, also those that have ended."""
    found = await services.desk.invitations.of_group(operator, group_id)
    return InvitationsOut(items=[InvitationOut(**_members(row)) for row in found])


@operations_router.post(
    "",
    summary="Invite drivers into a group, by a code or by e-mail domain",
    status_code=201,
    responses=documented("driver_group_unknown", "malformed_request", "body_too_large"),
)
async def create_invitation(
    group_id: Identifier, body: InvitationIn, operator: Operator, services: ServicesHere
) -> MadeInvitationOut:
    """Asked for again it is another one: whose answer was lost is withdrawn."""
    row, code = await services.desk.invitations.make(operator, group_id, body.order())
    return MadeInvitationOut(**_members(row), code=code)


@operations_router.post(
    "/{invitation_id}/revoke",
    summary="Withdraw an invitation",
    responses=documented("driver_group_unknown", "invitation_unknown"),
)
async def revoke_invitation(
    group_id: Identifier, invitation_id: InvitationId, operator: Operator, services: ServicesHere
) -> InvitationOut:
    """From now on. Who came by it stays in the group."""
    row = await services.desk.invitations.revoke(operator, group_id, invitation_id)
    return InvitationOut(**_members(row))


def _members(row: InvitationRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "group_id": row.group_id,
        "domain": row.domain,
        "uses": row.uses,
        "most_uses": row.most_uses,
        "expires_at": row.expires_at,
        "member_until": row.member_until,
        "note": row.note,
        "made_at": row.made_at,
        "made_by": row.made_by,
        "revoked_at": row.revoked_at,
    }


def _joined(group: DriverGroup, member: GroupMember) -> OwnDriverGroupOut:
    return OwnDriverGroupOut(
        id=group.id, name=group.name, site_id=group.site_id, since=member.since, until=member.until
    )

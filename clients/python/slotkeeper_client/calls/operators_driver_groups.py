"""Operators driver groups: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_driver_groups import (
    DriverGroupIn,
    DriverGroupMemberOut,
    DriverGroupOut,
    DriverGroupsOut,
    GroupMemberIn,
    GroupMembersOut,
    InvitationIn,
    InvitationOut,
    InvitationsOut,
    MadeInvitationOut,
)
from slotkeeper_client.transport import Calls, part


class OperatorsDriverGroups(Calls):
    async def list_driver_groups(self) -> DriverGroupsOut:
        """List groups of drivers."""
        answer: DriverGroupsOut = await self._ask(
            "GET", "/v1/operations/driver-groups", {200: DriverGroupsOut}
        )
        return answer

    async def read_driver_group(
        self, group_id: str, *, if_none_match: str | None = None
    ) -> DriverGroupOut | None:
        """Show a group of drivers.

        Raises DriverGroupUnknown.
        """
        answer: DriverGroupOut | None = await self._ask(
            "GET",
            f"/v1/operations/driver-groups/{part(group_id)}",
            {200: DriverGroupOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_driver_group(
        self,
        group_id: str,
        body: DriverGroupIn,
        *,
        if_none_match: str | None = None,
        if_match: str | None = None,
    ) -> DriverGroupOut:
        """Make a group of drivers, or rename it.

        A site's owner makes those of the site; whose a group is stays as it was made.

        Raises ChangedMeanwhile, DriverGroupTaken, SiteUnknown.
        """
        answer: DriverGroupOut = await self._ask(
            "PUT",
            f"/v1/operations/driver-groups/{part(group_id)}",
            {200: DriverGroupOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def list_group_members(
        self, group_id: str, *, cursor: str | None = None, limit: int | None = None
    ) -> GroupMembersOut:
        """List who is in a group.

        By driver, also who is none any more.

        Raises DriverGroupUnknown.
        """
        answer: GroupMembersOut = await self._ask(
            "GET",
            f"/v1/operations/driver-groups/{part(group_id)}/members",
            {200: GroupMembersOut},
            query={"cursor": cursor, "limit": limit},
        )
        return answer

    async def read_group_member(
        self, group_id: str, driver_id: str, *, if_none_match: str | None = None
    ) -> DriverGroupMemberOut | None:
        """Show a driver of a group.

        Also who is none any more.

        Raises DriverGroupUnknown, GroupMemberUnknown.
        """
        answer: DriverGroupMemberOut | None = await self._ask(
            "GET",
            f"/v1/operations/driver-groups/{part(group_id)}/members/{part(driver_id)}",
            {200: DriverGroupMemberOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_group_member(
        self,
        group_id: str,
        driver_id: str,
        body: GroupMemberIn,
        *,
        if_none_match: str | None = None,
        if_match: str | None = None,
    ) -> DriverGroupMemberOut:
        """Put a driver into a group.

        Raises ChangedMeanwhile, DriverGroupUnknown.
        """
        answer: DriverGroupMemberOut = await self._ask(
            "PUT",
            f"/v1/operations/driver-groups/{part(group_id)}/members/{part(driver_id)}",
            {200: DriverGroupMemberOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def delete_group_member(
        self, group_id: str, driver_id: str, *, if_match: str | None = None
    ) -> None:
        """Take a driver out of a group.

        From now on. What they have booked stays, and that they were in it is still shown.

        Raises ChangedMeanwhile, DriverGroupUnknown.
        """
        await self._ask(
            "DELETE",
            f"/v1/operations/driver-groups/{part(group_id)}/members/{part(driver_id)}",
            {204: None},
            headers={"If-Match": if_match},
        )

    async def list_invitations(self, group_id: str) -> InvitationsOut:
        """List invitations into a group of drivers.

        The newest first, also those that have ended.

        Raises DriverGroupUnknown.
        """
        answer: InvitationsOut = await self._ask(
            "GET", f"/v1/operations/driver-groups/{part(group_id)}/invitations", {200: InvitationsOut}
        )
        return answer

    async def create_invitation(self, group_id: str, body: InvitationIn) -> MadeInvitationOut:
        """Invite drivers into a group, by a code or by e-mail domain.

        Asked for again it is another one: whose answer was lost is withdrawn.

        Raises DriverGroupUnknown.
        """
        answer: MadeInvitationOut = await self._ask(
            "POST",
            f"/v1/operations/driver-groups/{part(group_id)}/invitations",
            {201: MadeInvitationOut},
            body=body,
        )
        return answer

    async def revoke_invitation(self, group_id: str, invitation_id: int) -> InvitationOut:
        """Withdraw an invitation.

        From now on. Who came by it stays in the group.

        Raises DriverGroupUnknown, InvitationUnknown.
        """
        answer: InvitationOut = await self._ask(
            "POST",
            f"/v1/operations/driver-groups/{part(group_id)}/invitations/{part(invitation_id)}/revoke",
            {200: InvitationOut},
        )
        return answer

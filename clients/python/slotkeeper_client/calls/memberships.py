"""Memberships: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.memberships import (
    JoinedGroupsOut,
    MembershipsOut,
    OwnDriverGroupOut,
    OwnDriverGroupsOut,
    RedeemIn,
)
from slotkeeper_client.transport import Calls


class Memberships(Calls):
    async def list_own_memberships(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> MembershipsOut:
        """List the caller's memberships.

        What was given last first, also what is over.
        """
        answer: MembershipsOut = await self._ask(
            "GET", "/v1/memberships", {200: MembershipsOut}, query={"cursor": cursor, "limit": limit}
        )
        return answer

    async def list_own_driver_groups(self) -> OwnDriverGroupsOut:
        """List the groups that the caller is in.

        Sites may keep bays for groups of drivers, and have other prices for them.
        """
        answer: OwnDriverGroupsOut = await self._ask("GET", "/v1/driver-groups", {200: OwnDriverGroupsOut})
        return answer

    async def redeem_invitation(self, body: RedeemIn) -> OwnDriverGroupOut:
        """Come into a group of drivers by a code.

        Who is in the group already stays in it as they are. Ten wrong codes an hour may be tried.

        Raises InvitationExpired, InvitationRevoked, InvitationUnknown, InvitationUsed, InvitationUsedUp,
        TooManyAttempts.
        """
        answer: OwnDriverGroupOut = await self._ask(
            "POST", "/v1/driver-groups/redeem", {200: OwnDriverGroupOut}, body=body
        )
        return answer

    async def join_by_email(self) -> JoinedGroupsOut:
        """Come into the groups that have invited one's e-mail domain.

        By the claims `email` and `email_verified` of the token.

        Raises EmailUnverified, InvitationExpired, InvitationRevoked, InvitationUnknown, InvitationUsed,
        InvitationUsedUp.
        """
        answer: JoinedGroupsOut = await self._ask(
            "POST", "/v1/driver-groups/join-by-email", {200: JoinedGroupsOut}
        )
        return answer

"""Operators memberships: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_memberships import (
    EndMembershipIn,
    MembershipIn,
    OperatorsMembershipOut,
    OperatorsMembershipsOut,
)
from slotkeeper_client.transport import Calls, fresh_key, part


class OperatorsMemberships(Calls):
    async def list_memberships(
        self,
        *,
        driver_id: str | None = None,
        site_id: str | None = None,
        valid: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> OperatorsMembershipsOut:
        """List who is a member.

        What was given last first. `site_id`: those that are valid there, also at every site.

        `valid`: Only those that are valid now
        """
        answer: OperatorsMembershipsOut = await self._ask(
            "GET",
            "/v1/operations/memberships",
            {200: OperatorsMembershipsOut},
            query={
                "driver_id": driver_id,
                "site_id": site_id,
                "valid": valid,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def give_membership(
        self, body: MembershipIn, *, idempotency_key: str | None = None
    ) -> OperatorsMembershipOut:
        """Make a driver a member.

        Where a site's policy has members, they pay no fee for the reservation, and nothing is held on their
        card.

        Raises SiteUnknown.
        """
        answer: OperatorsMembershipOut = await self._ask(
            "POST",
            "/v1/operations/memberships",
            {201: OperatorsMembershipOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

    async def read_membership(
        self, number: int, *, if_none_match: str | None = None
    ) -> OperatorsMembershipOut | None:
        """Show a membership.

        Raises MembershipUnknown.
        """
        answer: OperatorsMembershipOut | None = await self._ask(
            "GET",
            f"/v1/operations/memberships/{part(number)}",
            {200: OperatorsMembershipOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def end_membership(
        self, number: int, body: EndMembershipIn, *, if_match: str | None = None
    ) -> OperatorsMembershipOut:
        """End a membership.

        Bookings that were made by it keep their terms. What ends sooner already stays as it is.

        Raises ChangedMeanwhile, MembershipUnknown.
        """
        answer: OperatorsMembershipOut = await self._ask(
            "POST",
            f"/v1/operations/memberships/{part(number)}/end",
            {200: OperatorsMembershipOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

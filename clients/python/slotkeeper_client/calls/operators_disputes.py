"""Operators disputes: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_disputes import (
    AcceptIn,
    CaseState,
    ClaimIn,
    DisputeOut,
    DisputesOut,
    LiftIn,
    SubmitIn,
)
from slotkeeper_client.models.shared import MoneyRequestOut
from slotkeeper_client.transport import Calls, part


class OperatorsDisputes(Calls):
    async def list_disputes(
        self,
        *,
        reservation: str | None = None,
        driver_id: str | None = None,
        site_id: str | None = None,
        state: CaseState | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DisputesOut:
        """List disputes of payments.

        The latest first, also of payments that are not known here.
        """
        answer: DisputesOut = await self._ask(
            "GET",
            "/v1/operations/disputes",
            {200: DisputesOut},
            query={
                "reservation": reservation,
                "driver_id": driver_id,
                "site_id": site_id,
                "state": state,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def read_dispute(self, dispute: str) -> DisputeOut:
        """Show a dispute.

        As the provider said it is when it was last heard of.

        `dispute`: The provider's id of the dispute

        Raises DisputeUnknown.
        """
        answer: DisputeOut = await self._ask(
            "GET", f"/v1/operations/disputes/{part(dispute)}", {200: DisputeOut}
        )
        return answer

    async def submit_dispute(self, dispute: str, body: SubmitIn) -> DisputeOut:
        """Submit the evidence of a dispute.

        What is staged goes to the bank, with your words before it; once, until `due_by`. It follows in
        seconds.

        `dispute`: The provider's id of the dispute

        Raises DisputeAnswered, DisputeNotAnswerable, DisputeUnknown.
        """
        answer: DisputeOut = await self._ask(
            "POST", f"/v1/operations/disputes/{part(dispute)}/submit", {200: DisputeOut}, body=body
        )
        return answer

    async def accept_dispute(self, dispute: str, body: AcceptIn) -> DisputeOut | MoneyRequestOut:
        """Accept the loss of a dispute.

        Nothing is submitted, and the provider closes it as lost.

        `dispute`: The provider's id of the dispute

        Raises DisputeAnswered, DisputeNotAnswerable, DisputeUnknown.
        """
        answer: DisputeOut | MoneyRequestOut = await self._ask(
            "POST",
            f"/v1/operations/disputes/{part(dispute)}/accept",
            {200: DisputeOut, 202: MoneyRequestOut},
            body=body,
        )
        return answer

    async def claim_dispute(self, dispute: str, body: ClaimIn) -> DisputeOut | MoneyRequestOut:
        """Claim of the driver what a lost dispute took.

        It is a debt of the driver (`dispute_lost`), paid by hand only. Repeated, it answers the same.

        `dispute`: The provider's id of the dispute

        Raises DisputeNotClaimable, DisputeUnknown, PaymentStillMoving.
        """
        answer: DisputeOut | MoneyRequestOut = await self._ask(
            "POST",
            f"/v1/operations/disputes/{part(dispute)}/claim",
            {200: DisputeOut, 202: MoneyRequestOut},
            body=body,
        )
        return answer

    async def lift_dispute(self, dispute: str, body: LiftIn) -> DisputeOut:
        """Let the driver of a lost dispute book again.

        Where the policy says that one that was lost bars its driver (`disputes.lost_bars`).

        `dispute`: The provider's id of the dispute

        Raises DisputeBarsNobody, DisputeUnknown.
        """
        answer: DisputeOut = await self._ask(
            "POST", f"/v1/operations/disputes/{part(dispute)}/lift", {200: DisputeOut}, body=body
        )
        return answer

"""Operators money requests: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_money_requests import DecisionIn, MoneyRequestsOut
from slotkeeper_client.models.shared import MoneyRequestOut, RequestKind, RequestState
from slotkeeper_client.transport import Calls, part


class OperatorsMoneyRequests(Calls):
    async def list_money_requests(
        self,
        *,
        kind: RequestKind | None = None,
        state: RequestState | None = None,
        subject: str | None = None,
        asked_by: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> MoneyRequestsOut:
        """List money that waits for a second person.

        What was asked last first. `state=waiting`: what somebody still has to decide.
        """
        answer: MoneyRequestsOut = await self._ask(
            "GET",
            "/v1/operations/money-requests",
            {200: MoneyRequestsOut},
            query={
                "kind": kind,
                "state": state,
                "subject": subject,
                "asked_by": asked_by,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def approve_money_request(self, number: int, body: DecisionIn) -> MoneyRequestOut:
        """Agree that the money is given.

        It is given at once. Never by who asked; repeated, it answers the same.

        Raises BeyondAuthority, CreditCurrencyMismatch, DisputeAnswered, DisputeNotAnswerable,
        DisputeNotClaimable, DisputeUnknown, MoneyRequestDecided, MoneyRequestUnknown, MoreThanOwed,
        PaymentStillMoving, RefundDisputed, RefundNotSettled, RefundStillOwed, RefundTooLarge,
        ReturnBookedOtherwise, SecondPersonNeeded.
        """
        answer: MoneyRequestOut = await self._ask(
            "POST", f"/v1/operations/money-requests/{part(number)}/approve", {200: MoneyRequestOut}, body=body
        )
        return answer

    async def refuse_money_request(self, number: int, body: DecisionIn) -> MoneyRequestOut:
        """Say that the money is not given.

        Nothing is given. Never by who asked.

        Raises BeyondAuthority, CreditCurrencyMismatch, DisputeAnswered, DisputeNotAnswerable,
        DisputeNotClaimable, DisputeUnknown, MoneyRequestDecided, MoneyRequestUnknown, MoreThanOwed,
        PaymentStillMoving, RefundDisputed, RefundNotSettled, RefundStillOwed, RefundTooLarge,
        ReturnBookedOtherwise, SecondPersonNeeded.
        """
        answer: MoneyRequestOut = await self._ask(
            "POST", f"/v1/operations/money-requests/{part(number)}/refuse", {200: MoneyRequestOut}, body=body
        )
        return answer

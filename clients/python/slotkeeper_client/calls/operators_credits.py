"""Operators credits: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_credits import OperatorsCreditsOut
from slotkeeper_client.models.shared import CreditOrigin
from slotkeeper_client.transport import Calls


class OperatorsCredits(Calls):
    async def list_credits(
        self,
        *,
        driver_id: str | None = None,
        reservation: str | None = None,
        origin: CreditOrigin | None = None,
        open: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> OperatorsCreditsOut:
        """List what drivers have on account.

        What was given last first.

        `open`: true: with something left; false: with nothing
        """
        answer: OperatorsCreditsOut = await self._ask(
            "GET",
            "/v1/operations/credits",
            {200: OperatorsCreditsOut},
            query={
                "driver_id": driver_id,
                "reservation": reservation,
                "origin": origin,
                "open": open,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

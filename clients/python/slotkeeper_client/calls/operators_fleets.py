"""Operators fleets: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.shared import BudgetUsesOut
from slotkeeper_client.transport import Calls, part


class OperatorsFleets(Calls):
    async def read_budgets_as_operator(self, fleet_id: str, *, month: str) -> BudgetUsesOut:
        """List the budgets of any fleet.

        As the fleet sees them.

        `month`: In which slots begin, on their sites' clocks
        """
        answer: BudgetUsesOut = await self._ask(
            "GET",
            f"/v1/operations/fleets/{part(fleet_id)}/budgets",
            {200: BudgetUsesOut},
            query={"month": month},
        )
        return answer

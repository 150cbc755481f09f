"""Operators reconciliation: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_reconciliation import ReconciliationOut
from slotkeeper_client.transport import Calls


class OperatorsReconciliation(Calls):
    async def read_last_reconciliation(self) -> ReconciliationOut:
        """Read the last comparison with the payment provider.

        Both ways, by its lists and its events: figures, what was repaired, and what somebody has to look
        at.
        """
        answer: ReconciliationOut = await self._ask(
            "GET", "/v1/operations/reconciliation", {200: ReconciliationOut}
        )
        return answer

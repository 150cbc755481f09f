"""Operators debts: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from datetime import datetime

from slotkeeper_client.models.operators_debts import OperatorsDebtOut, OperatorsDebtsOut, WaitsFor, WriteOffIn
from slotkeeper_client.models.shared import DebtState
from slotkeeper_client.transport import Calls, part


class OperatorsDebts(Calls):
    async def list_debts(
        self,
        *,
        driver_id: str | None = None,
        fleet_id: str | None = None,
        site_id: str | None = None,
        state: DebtState | None = None,
        waits_for: WaitsFor | None = None,
        since: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> OperatorsDebtsOut:
        """List what drivers owe.

        The latest first. `waits_for=operator`: what nobody will do anything about but you.

        `since`: Opened then or later
        """
        answer: OperatorsDebtsOut = await self._ask(
            "GET",
            "/v1/operations/debts",
            {200: OperatorsDebtsOut},
            query={
                "driver_id": driver_id,
                "fleet_id": fleet_id,
                "site_id": site_id,
                "state": state,
                "waits_for": waits_for,
                "since": since,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def write_off_debt(self, code: str, body: WriteOffIn) -> OperatorsDebtOut:
        """Write a debt off.

        All that is outstanding is not asked for any more, and bars no booking; the driver is told.

        If the driver pays all the same, that is kept and booked against it.

        Raises DebtClosed, DebtUnknown, PaymentStillMoving, ReservationCodeInvalid.
        """
        answer: OperatorsDebtOut = await self._ask(
            "POST", f"/v1/operations/debts/{part(code)}/write-off", {200: OperatorsDebtOut}, body=body
        )
        return answer

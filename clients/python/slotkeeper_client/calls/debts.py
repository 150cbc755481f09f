"""Debts: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.debts import DebtPaymentOut, DebtsOut
from slotkeeper_client.models.shared import DebtState
from slotkeeper_client.transport import Calls, part


class Debts(Calls):
    async def list_own_debts(
        self, *, state: DebtState | None = None, cursor: str | None = None, limit: int | None = None
    ) -> DebtsOut:
        """List what the caller still owes.

        With why and since when, the latest first. For a fleet, its drivers'.
        """
        answer: DebtsOut = await self._ask(
            "GET", "/v1/debts", {200: DebtsOut}, query={"state": state, "cursor": cursor, "limit": limit}
        )
        return answer

    async def pay_debt(self, code: str) -> DebtPaymentOut:
        """Ask for something to pay a debt with.

        A PaymentIntent's client secret, for the provider's own form; the same one as long as nothing has
        changed.

        The debt closes when the provider says that it is paid, however late it says so. What is paid twice
        is given back.

        Raises DebtClosed, DebtNotPayable, DebtUnknown, PaymentStillMoving, ReservationCodeInvalid,
        StripeRefused, StripeUnavailable.
        """
        answer: DebtPaymentOut = await self._ask("POST", f"/v1/debts/{part(code)}/pay", {200: DebtPaymentOut})
        return answer

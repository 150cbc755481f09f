"""Operators invoice accounts: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_invoice_accounts import (
    InvoiceAccountIn,
    InvoiceAccountsOut,
    TransferIn,
    TransferOut,
    TransfersOut,
)
from slotkeeper_client.models.shared import InvoiceAccountOut, OwedOut
from slotkeeper_client.transport import Calls, part


class OperatorsInvoiceAccounts(Calls):
    async def list_invoice_accounts(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> InvoiceAccountsOut:
        """List accounts that pay by invoice.

        By their fleets' ids, each with what it owes.
        """
        answer: InvoiceAccountsOut = await self._ask(
            "GET",
            "/v1/operations/invoice-accounts",
            {200: InvoiceAccountsOut},
            query={"cursor": cursor, "limit": limit},
        )
        return answer

    async def read_invoice_account(self, fleet_id: str) -> OwedOut:
        """Read what an account owes.

        Item by item, and by how long each has been overdue. What is paid pays the oldest first.

        Raises InvoiceAccountUnknown.
        """
        answer: OwedOut = await self._ask(
            "GET", f"/v1/operations/invoice-accounts/{part(fleet_id)}", {200: OwedOut}
        )
        return answer

    async def set_invoice_account(
        self,
        fleet_id: str,
        body: InvoiceAccountIn,
        *,
        if_none_match: str | None = None,
        if_match: str | None = None,
    ) -> InvoiceAccountOut:
        """Open an account that pays by invoice, or change it.

        For bookings from now on: those that were made keep the terms that were accepted.

        Raises ChangedMeanwhile.
        """
        answer: InvoiceAccountOut = await self._ask(
            "PUT",
            f"/v1/operations/invoice-accounts/{part(fleet_id)}",
            {200: InvoiceAccountOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def list_transfers(
        self, fleet_id: str, *, cursor: str | None = None, limit: int | None = None
    ) -> TransfersOut:
        """List the bank transfers of an account.

        What was booked last first.

        Raises InvoiceAccountUnknown.
        """
        answer: TransfersOut = await self._ask(
            "GET",
            f"/v1/operations/invoice-accounts/{part(fleet_id)}/transfers",
            {200: TransfersOut},
            query={"cursor": cursor, "limit": limit},
        )
        return answer

    async def book_transfer(self, fleet_id: str, body: TransferIn) -> TransferOut:
        """Book a bank transfer in.

        Once for each reference of the bank: the same again is answered as before. Too little leaves the
        newest items open, too much is kept for the next; what the bank took back is booked as a negative
        amount.

        Raises InvoiceAccountUnknown, TransferBookedOtherwise.
        """
        answer: TransferOut = await self._ask(
            "POST",
            f"/v1/operations/invoice-accounts/{part(fleet_id)}/transfers",
            {201: TransferOut},
            body=body,
        )
        return answer

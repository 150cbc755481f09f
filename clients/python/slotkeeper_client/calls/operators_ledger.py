"""Operators ledger: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_ledger import (
    AccountsOut,
    LedgerEntriesOut,
    LedgerFormat,
    TrialBalanceOut,
)
from slotkeeper_client.transport import Calls


class OperatorsLedger(Calls):
    async def list_ledger_accounts(self) -> AccountsOut:
        """List the ledger's accounts.

        What each is, and its number in exports.
        """
        answer: AccountsOut = await self._ask("GET", "/v1/operations/ledger/accounts", {200: AccountsOut})
        return answer

    async def read_trial_balance(
        self, *, month: str, driver_id: str | None = None, fleet_id: str | None = None
    ) -> TrialBalanceOut:
        """Read the trial balance of a month.

        Each account that anything stands on or moved on, of everybody, or of one driver or fleet.

        `month`: On the operator's clock
        """
        answer: TrialBalanceOut = await self._ask(
            "GET",
            "/v1/operations/ledger/trial-balance",
            {200: TrialBalanceOut},
            query={"month": month, "driver_id": driver_id, "fleet_id": fleet_id},
        )
        return answer

    async def list_entries(
        self,
        *,
        month: str | None = None,
        account: str | None = None,
        currency: str | None = None,
        cause: str | None = None,
        line: str | None = None,
        provider_object: str | None = None,
        reservation_code: str | None = None,
        driver_id: str | None = None,
        fleet_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> LedgerEntriesOut:
        """List the ledger's entries.

        What was posted last first. `provider_object`: all that one payment intent moved.

        Raises ReservationCodeInvalid.
        """
        answer: LedgerEntriesOut = await self._ask(
            "GET",
            "/v1/operations/ledger/entries",
            {200: LedgerEntriesOut},
            query={
                "month": month,
                "account": account,
                "currency": currency,
                "cause": cause,
                "line": line,
                "provider_object": provider_object,
                "reservation_code": reservation_code,
                "driver_id": driver_id,
                "fleet_id": fleet_id,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def export_ledger(
        self, *, month: str, format: LedgerFormat | None = None, currency: str | None = None
    ) -> bytes:
        """Export a month of the ledger.

        A file, oldest first. `csv`: one row an entry. `datev`: one row a booking, of one currency (EUR
        unless named).

        The same month gives the same file, unless something was posted in it meanwhile.

        `month`: On the operator's clock

        Raises CurrencyNotExported.
        """
        answer: bytes = await self._ask(
            "GET",
            "/v1/operations/ledger/export",
            {200: bytes},
            query={"month": month, "format": format, "currency": currency},
        )
        return answer

"""Operators unplaced transactions: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from datetime import datetime

from slotkeeper_client.models.operators_unplaced_transactions import (
    DismissTransactionIn,
    PlaceTransactionIn,
    UnplacedTransactionOut,
    UnplacedTransactionsOut,
)
from slotkeeper_client.transport import Calls, part


class OperatorsUnplacedTransactions(Calls):
    async def list_unplaced_transactions(
        self,
        *,
        charger_id: str | None = None,
        site_id: str | None = None,
        open: bool | None = None,
        since: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> UnplacedTransactionsOut:
        """List ends of transactions without a session.

        What ended last first. While one may be a driver's who has not come, no no-show fee is taken from
        them.

        `open`: Only what is undecided, or only what is not
        `since`: What ended then or later
        """
        answer: UnplacedTransactionsOut = await self._ask(
            "GET",
            "/v1/operations/unplaced-transactions",
            {200: UnplacedTransactionsOut},
            query={
                "charger_id": charger_id,
                "site_id": site_id,
                "open": open,
                "since": since,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def place_transaction(self, number: int, body: PlaceTransactionIn) -> UnplacedTransactionOut:
        """Say whose transaction it was, and where.

        It becomes a session that has ended: the reservation's, which prices it and takes no no-show fee, or
        a walk-in's.

        A reservation that is settled already is settled anew within a minute.

        Raises ReservationCodeInvalid, ReservationUnknown, SessionThereAlready, TransactionNotPlaceable,
        UnplacedTransactionDecided, UnplacedTransactionUnknown.
        """
        answer: UnplacedTransactionOut = await self._ask(
            "POST",
            f"/v1/operations/unplaced-transactions/{part(number)}/place",
            {200: UnplacedTransactionOut},
            body=body,
        )
        return answer

    async def dismiss_transaction(self, number: int, body: DismissTransactionIn) -> UnplacedTransactionOut:
        """Say that it was nobody's.

        Nothing is made of it; reservations that waited for it go on as if it had not been told.

        Raises UnplacedTransactionDecided, UnplacedTransactionUnknown.
        """
        answer: UnplacedTransactionOut = await self._ask(
            "POST",
            f"/v1/operations/unplaced-transactions/{part(number)}/dismiss",
            {200: UnplacedTransactionOut},
            body=body,
        )
        return answer

"""Operators troubles: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from datetime import datetime

from slotkeeper_client.models.operators_troubles import EndTroubleIn, TroubleOut, TroublesOut
from slotkeeper_client.transport import Calls, part


class OperatorsTroubles(Calls):
    async def list_troubles(
        self,
        *,
        charger_id: str | None = None,
        connector_number: int | None = None,
        site_id: str | None = None,
        standing: bool | None = None,
        since: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> TroublesOut:
        """List trouble at chargers as intervals.

        The latest beginning first. Trouble of a charger as a whole and of its connectors are intervals of
        their own.

        `connector_number`: OCPP 1.6 connectorId, 2.x evseId; with its charger's own trouble
        `standing`: Only what has not ended, or only what has
        `since`: What stood then or later
        """
        answer: TroublesOut = await self._ask(
            "GET",
            "/v1/operations/troubles",
            {200: TroublesOut},
            query={
                "charger_id": charger_id,
                "connector_number": connector_number,
                "site_id": site_id,
                "standing": standing,
                "since": since,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def end_trouble(self, trouble_id: int, body: EndTroubleIn) -> TroubleOut:
        """End trouble that a charger itself does not take back.

        The place can be booked again, and its reservations are told; if the charger says it anew, it begins
        anew.

        Silence ends when the charger connects. What has ended stays as it is.

        Raises ChargerOffline, TroubleUnknown.
        """
        answer: TroubleOut = await self._ask(
            "POST", f"/v1/operations/troubles/{part(trouble_id)}/end", {200: TroubleOut}, body=body
        )
        return answer

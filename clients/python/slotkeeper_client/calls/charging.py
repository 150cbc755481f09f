"""Charging: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.charging import ChargedMonthsOut, ChargingHistoryOut
from slotkeeper_client.transport import Calls


class Charging(Calls):
    async def list_charging_history(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> ChargingHistoryOut:
        """List what the caller has charged.

        A driver's own visits, the one that began last first, walk-ins among them.
        """
        answer: ChargingHistoryOut = await self._ask(
            "GET", "/v1/charging-history", {200: ChargingHistoryOut}, query={"cursor": cursor, "limit": limit}
        )
        return answer

    async def read_charging_months(self) -> ChargedMonthsOut:
        """Sum up what the caller has charged by month.

        A driver's own: the last twelve with this one, the oldest first.
        """
        answer: ChargedMonthsOut = await self._ask(
            "GET", "/v1/charging-history/months", {200: ChargedMonthsOut}
        )
        return answer

    async def export_charging_history(self) -> None:
        """Export what the caller has charged.

        A CSV file of all their visits, the latest first, with times on the clocks of their sites.
        """
        await self._ask("GET", "/v1/charging-history/export", {200: None})

"""Operators reports: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from datetime import datetime

from slotkeeper_client.models.operators_reports import ReliabilityOut, SiteUseOut
from slotkeeper_client.transport import Calls


class OperatorsReports(Calls):
    async def read_reliability(
        self, *, site_id: str | None = None, from_: datetime | None = None, to: datetime | None = None
    ) -> ReliabilityOut:
        """Compare what bookings were promised with what became of them.

        Each booking is told how likely it is kept (`terms.certainty`). Who gave theirs up while nothing was
        wrong says nothing about it, and is left out.

        `from_`: Slots that start from here; default: 90 days back
        `to`: Slots that start before; default: now

        Raises SiteUnknown, SlotInvalid.
        """
        answer: ReliabilityOut = await self._ask(
            "GET",
            "/v1/operations/reports/reliability",
            {200: ReliabilityOut},
            query={"site_id": site_id, "from": from_, "to": to},
        )
        return answer

    async def read_site_use(self, *, site_id: str) -> SiteUseOut:
        """Show how a site was used lately.

        Day by day on its clock: what was booked there, and what was charged.

        Raises SiteUnknown.
        """
        answer: SiteUseOut = await self._ask(
            "GET", "/v1/operations/reports/site-use", {200: SiteUseOut}, query={"site_id": site_id}
        )
        return answer

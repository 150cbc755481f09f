"""Operators bay reports: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_bay_reports import BayReportOut, BayReportsOut, ResolveBayReportIn
from slotkeeper_client.models.shared import ReportKind
from slotkeeper_client.transport import Calls, part


class OperatorsBayReports(Calls):
    async def list_bay_reports(
        self,
        *,
        site_id: str | None = None,
        charger_id: str | None = None,
        kind: ReportKind | None = None,
        resolved: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> BayReportsOut:
        """List what people report of bays.

        The latest first.

        `resolved`: Only what has been seen to, or has not
        """
        answer: BayReportsOut = await self._ask(
            "GET",
            "/v1/operations/bay-reports",
            {200: BayReportsOut},
            query={
                "site_id": site_id,
                "charger_id": charger_id,
                "kind": kind,
                "resolved": resolved,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def read_bay_report(
        self, report_id: int, *, if_none_match: str | None = None
    ) -> BayReportOut | None:
        """Show what somebody reported.

        Raises BayReportUnknown.
        """
        answer: BayReportOut | None = await self._ask(
            "GET",
            f"/v1/operations/bay-reports/{part(report_id)}",
            {200: BayReportOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def resolve_bay_report(
        self, report_id: int, body: ResolveBayReportIn, *, if_match: str | None = None
    ) -> BayReportOut:
        """Resolve what somebody reported.

        Its bay is no longer in doubt for it, and who reported it is told the answer. What is resolved stays
        as it is.

        Raises BayReportUnknown, ChangedMeanwhile.
        """
        answer: BayReportOut = await self._ask(
            "POST",
            f"/v1/operations/bay-reports/{part(report_id)}/resolve",
            {200: BayReportOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

"""Documents: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.documents import DocumentKind, DocumentOut, DocumentsOut, StatementOut
from slotkeeper_client.models.shared import BillingPartyIn, BillingPartyOut, OwedOut
from slotkeeper_client.transport import Calls, part


class Documents(Calls):
    async def list_documents(
        self,
        *,
        kind: DocumentKind | None = None,
        month: str | None = None,
        reservation_code: str | None = None,
        driver_id: str | None = None,
        fleet_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DocumentsOut:
        """List issued documents.

        The latest first: a driver's own, a fleet's drivers', or all for an operator.

        Raises ReservationCodeInvalid.
        """
        answer: DocumentsOut = await self._ask(
            "GET",
            "/v1/documents",
            {200: DocumentsOut},
            query={
                "kind": kind,
                "month": month,
                "reservation_code": reservation_code,
                "driver_id": driver_id,
                "fleet_id": fleet_id,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def read_document(self, name: str) -> DocumentOut | StatementOut | bytes:
        """Read an issued document.

        Its id, alone or with `.json`, `.html` or `.pdf`; without, the header Accept says what is wanted.

        An invoice to a business is within the PDF by EN 16931, too, and there as `.xml`; a statement is
        also `.csv`.

        Raises DocumentTooLong, DocumentUnknown, Overloaded.
        """
        answer: DocumentOut | StatementOut | bytes = await self._ask(
            "GET", f"/v1/documents/{part(name)}", {200: DocumentOut | StatementOut | bytes}
        )
        return answer

    async def read_billing_party(self, *, if_none_match: str | None = None) -> BillingPartyOut | None:
        """Read how invoices name one.

        Null, without an ETag: invoices name the driver's or the fleet's id alone, and are none to a
        business.
        """
        answer: BillingPartyOut | None = await self._ask(
            "GET",
            "/v1/billing-party",
            {200: BillingPartyOut | None, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def set_billing_party(
        self, body: BillingPartyIn, *, if_none_match: str | None = None, if_match: str | None = None
    ) -> BillingPartyOut:
        """Say how invoices name one.

        On all that is issued from now on, which then also has an invoice by EN 16931. A fleet's is its
        drivers', too.

        Raises ChangedMeanwhile.
        """
        answer: BillingPartyOut = await self._ask(
            "PUT",
            "/v1/billing-party",
            {200: BillingPartyOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def read_own_invoice_account(self) -> OwedOut:
        """Read what one's own account owes.

        A fleet's: item by item, and by how long each has been overdue.

        Raises InvoiceAccountUnknown.
        """
        answer: OwedOut = await self._ask("GET", "/v1/invoice-account", {200: OwedOut})
        return answer

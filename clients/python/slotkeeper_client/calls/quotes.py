"""Quotes: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.quotes import QuoteIn, QuoteOut
from slotkeeper_client.models.shared import RefusedChange
from slotkeeper_client.transport import Calls, part


class Quotes(Calls):
    async def create_quote(self, body: QuoteIn) -> QuoteOut:
        """Ask what a slot would cost.

        Everything that it can cost, by the rules that will charge it, in figures and in the caller's
        language.

        Whoever books the same by its id before `valid_until` is charged by it, whatever changes meanwhile.
        It is a price and no place: the slot may be taken by then. Where the site is closed then, or no bay
        fits, `alternatives` can be booked.

        Raises BayCostsTooMuch, BayUnfit, BayUnknown, BeyondTierHorizon, DriverUnknown, EnergyBeyondSlot,
        InvoiceAccountUnusable, MembershipRequired, NoFit, PoolUnknown, SiteClosed, SiteUnknown, SlotInPast,
        SlotInvalid, VehicleUnknown.
        """
        answer: QuoteOut = await self._ask(
            "POST",
            "/v1/quotes",
            {201: QuoteOut},
            body=body,
            refusals={
                400: RefusedChange,
                402: RefusedChange,
                403: RefusedChange,
                404: RefusedChange,
                409: RefusedChange,
                413: RefusedChange,
                422: RefusedChange,
            },
        )
        return answer

    async def read_quote(self, quote_id: str) -> QuoteOut:
        """Show a quote again.

        As it was told to the caller; `reservation` names the booking that was made by it.

        Raises QuoteUnknown.
        """
        answer: QuoteOut = await self._ask("GET", f"/v1/quotes/{part(quote_id)}", {200: QuoteOut})
        return answer

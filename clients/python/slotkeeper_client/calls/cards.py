"""Cards: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.shared import CardOut, CardsOut
from slotkeeper_client.transport import Calls, part


class Cards(Calls):
    async def list_own_cards(self, *, cursor: str | None = None, limit: int | None = None) -> CardsOut:
        """List the caller's cards.

        A driver's, by id, blocked ones too.
        """
        answer: CardsOut = await self._ask(
            "GET", "/v1/cards", {200: CardsOut}, query={"cursor": cursor, "limit": limit}
        )
        return answer

    async def report_lost_card(self, card_id: str) -> CardOut:
        """Report a card as lost.

        By its driver, or their fleet: it opens nothing from now on. Reservations stay, and open with
        another card or the app. A card that was found again is given back by the operator.

        Raises CardUnknown.
        """
        answer: CardOut = await self._ask("POST", f"/v1/cards/{part(card_id)}/report-lost", {200: CardOut})
        return answer

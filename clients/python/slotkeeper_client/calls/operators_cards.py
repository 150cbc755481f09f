"""Operators cards: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_cards import CardChangeIn
from slotkeeper_client.models.shared import BlockIn, CardOut, CardsOut
from slotkeeper_client.transport import Calls, part


class OperatorsCards(Calls):
    async def list_cards(
        self,
        *,
        driver_id: str | None = None,
        blocked: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> CardsOut:
        """List drivers' cards.

        By id.

        `driver_id`: Only this driver's
        `blocked`: Only those that are, or are not
        """
        answer: CardsOut = await self._ask(
            "GET",
            "/v1/operations/cards",
            {200: CardsOut},
            query={"driver_id": driver_id, "blocked": blocked, "cursor": cursor, "limit": limit},
        )
        return answer

    async def change_card(self, card_id: str, body: CardChangeIn) -> CardOut:
        """Change a card.

        Raises CardUnknown.
        """
        answer: CardOut = await self._ask(
            "PUT", f"/v1/operations/cards/{part(card_id)}", {200: CardOut}, body=body
        )
        return answer

    async def block_card(self, card_id: str, body: BlockIn) -> CardOut:
        """Block a card.

        It opens nothing from now on; chargers' local lists follow within half a minute. What runs goes on.

        Raises CardUnknown.
        """
        answer: CardOut = await self._ask(
            "POST", f"/v1/operations/cards/{part(card_id)}/block", {200: CardOut}, body=body
        )
        return answer

    async def unblock_card(self, card_id: str, body: BlockIn) -> CardOut:
        """Unblock a card.

        Raises CardUnknown.
        """
        answer: CardOut = await self._ask(
            "POST", f"/v1/operations/cards/{part(card_id)}/unblock", {200: CardOut}, body=body
        )
        return answer

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

    async def read_card(self, card_id: str, *, if_none_match: str | None = None) -> CardOut | None:
        """Show a card.

        Raises CardUnknown.
        """
        answer: CardOut | None = await self._ask(
            "GET",
            f"/v1/operations/cards/{part(card_id)}",
            {200: CardOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def change_card(self, card_id: str, body: CardChangeIn, *, if_match: str | None = None) -> CardOut:
        """Change a card.

        Raises CardUnknown, ChangedMeanwhile.
        """
        answer: CardOut = await self._ask(
            "PUT",
            f"/v1/operations/cards/{part(card_id)}",
            {200: CardOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def block_card(self, card_id: str, body: BlockIn, *, if_match: str | None = None) -> CardOut:
        """Block a card.

        It opens nothing from now on; chargers' local lists follow within half a minute. What runs goes on.

        Raises CardUnknown, ChangedMeanwhile.
        """
        answer: CardOut = await self._ask(
            "POST",
            f"/v1/operations/cards/{part(card_id)}/block",
            {200: CardOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def unblock_card(self, card_id: str, body: BlockIn, *, if_match: str | None = None) -> CardOut:
        """Unblock a card.

        Raises CardUnknown, ChangedMeanwhile.
        """
        answer: CardOut = await self._ask(
            "POST",
            f"/v1/operations/cards/{part(card_id)}/unblock",
            {200: CardOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

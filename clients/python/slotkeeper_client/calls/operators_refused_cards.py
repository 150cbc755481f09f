"""Operators refused cards: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_refused_cards import RefusedCardsOut
from slotkeeper_client.transport import Calls


class OperatorsRefusedCards(Calls):
    async def list_refused_cards(
        self,
        *,
        site_id: str | None = None,
        charger_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> RefusedCardsOut:
        """List cards that access rules refused at chargers.

        One item a charger and card, the one that was shown last first. What began all the same is a
        session, with `refused_for`.
        """
        answer: RefusedCardsOut = await self._ask(
            "GET",
            "/v1/operations/refused-cards",
            {200: RefusedCardsOut},
            query={"site_id": site_id, "charger_id": charger_id, "cursor": cursor, "limit": limit},
        )
        return answer

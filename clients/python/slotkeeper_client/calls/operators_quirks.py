"""Operators quirks: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_quirks import ModelQuirksOut
from slotkeeper_client.transport import Calls


class OperatorsQuirks(Calls):
    async def list_quirks_of_models(
        self,
        *,
        vendor: str | None = None,
        model: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ModelQuirksOut:
        """List oddities by model.

        By vendor, model and firmware: what to tell their makers.
        """
        answer: ModelQuirksOut = await self._ask(
            "GET",
            "/v1/operations/quirks",
            {200: ModelQuirksOut},
            query={"vendor": vendor, "model": model, "cursor": cursor, "limit": limit},
        )
        return answer

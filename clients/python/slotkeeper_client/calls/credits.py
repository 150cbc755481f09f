"""Credits: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.credits import CreditsOut
from slotkeeper_client.transport import Calls


class Credits(Calls):
    async def list_own_credits(
        self, *, open: bool | None = None, cursor: str | None = None, limit: int | None = None
    ) -> CreditsOut:
        """List what the caller has on account.

        What was given last first, with what for, until when, and what it paid. For a fleet, its drivers'.

        `open`: true: with something left; false: with nothing
        """
        answer: CreditsOut = await self._ask(
            "GET", "/v1/credits", {200: CreditsOut}, query={"open": open, "cursor": cursor, "limit": limit}
        )
        return answer

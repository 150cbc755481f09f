"""Operators messages: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_messages import (
    MessageState,
    SentMessagesOut,
    SentMessageWithNoticesOut,
)
from slotkeeper_client.models.shared import Channel
from slotkeeper_client.transport import Calls, part


class OperatorsMessages(Calls):
    async def list_messages(
        self,
        *,
        driver_id: str | None = None,
        fleet_id: str | None = None,
        channel: Channel | None = None,
        state: MessageState | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> SentMessagesOut:
        """List messages to people.

        The latest first, with what became of each.
        """
        answer: SentMessagesOut = await self._ask(
            "GET",
            "/v1/operations/messages",
            {200: SentMessagesOut},
            query={
                "driver_id": driver_id,
                "fleet_id": fleet_id,
                "channel": channel,
                "state": state,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def read_message(self, number: int) -> SentMessageWithNoticesOut:
        """Show a message to people.

        With the notices that it carries.

        Raises MessageUnknown.
        """
        answer: SentMessageWithNoticesOut = await self._ask(
            "GET", f"/v1/operations/messages/{part(number)}", {200: SentMessageWithNoticesOut}
        )
        return answer

    async def send_message_again(self, number: int) -> SentMessageWithNoticesOut:
        """Send a message again.

        To the address that it went to, in the words of now; refused while it is being sent.

        Raises MessageUnderWay, MessageUnknown.
        """
        answer: SentMessageWithNoticesOut = await self._ask(
            "POST", f"/v1/operations/messages/{part(number)}/send-again", {200: SentMessageWithNoticesOut}
        )
        return answer

"""Notices: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.notices import NoticesOut
from slotkeeper_client.transport import Calls


class Notices(Calls):
    async def list_notices(
        self,
        *,
        template: str | None = None,
        reservation_code: str | None = None,
        driver_id: str | None = None,
        fleet_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> NoticesOut:
        """List what one was told.

        The latest first: what a driver was told, what their fleet was (of its statements), or all for an
        operator.

        Raises ReservationCodeInvalid.
        """
        answer: NoticesOut = await self._ask(
            "GET",
            "/v1/notices",
            {200: NoticesOut},
            query={
                "template": template,
                "reservation_code": reservation_code,
                "driver_id": driver_id,
                "fleet_id": fleet_id,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

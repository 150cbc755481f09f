"""Notices: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.notices import (
    ContactCodeIn,
    ContactPointIn,
    ContactPointOut,
    ContactPointsOut,
    NoticesOut,
    TellingChannelsOut,
    TellingPreferencesIn,
    TellingPreferencesOut,
)
from slotkeeper_client.transport import Calls, part


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

    async def list_contact_points(self) -> ContactPointsOut:
        """List where one is told.

        A driver's own addresses, or their fleet's; the first that was added first.
        """
        answer: ContactPointsOut = await self._ask("GET", "/v1/contact-points", {200: ContactPointsOut})
        return answer

    async def add_contact_point(self, body: ContactPointIn) -> ContactPointOut:
        """Add an address to be told at.

        A code is sent there that confirms it, and another one when it is added again before; where the
        token says that the address is the caller's (`email`, `email_verified`) it counts at once, and so
        does a browser. One that counts stays as it is. A number or browser is used from then on, as the
        preferences say.

        Raises ContactPointInvalid, TooManyAttempts, TooManyContactPoints.
        """
        answer: ContactPointOut = await self._ask(
            "POST", "/v1/contact-points", {200: ContactPointOut}, body=body
        )
        return answer

    async def list_telling_channels(self) -> TellingChannelsOut:
        """List ways to be told.

        Those that this installation has.
        """
        answer: TellingChannelsOut = await self._ask("GET", "/v1/telling-channels", {200: TellingChannelsOut})
        return answer

    async def confirm_contact_point(self, number: int, body: ContactCodeIn) -> ContactPointOut:
        """Confirm an address by its code.

        With the code that was sent there, within fifteen minutes, tried five times at most.

        Raises ContactCodeInvalid, ContactPointUnknown.
        """
        answer: ContactPointOut = await self._ask(
            "POST", f"/v1/contact-points/{part(number)}/confirm", {200: ContactPointOut}, body=body
        )
        return answer

    async def remove_contact_point(self, number: int) -> None:
        """Remove an address of one's own.

        Nothing is sent there any more, not even what is under way; the address itself is forgotten.

        Raises ContactPointUnknown.
        """
        await self._ask("DELETE", f"/v1/contact-points/{part(number)}", {204: None})

    async def read_telling_preferences(
        self, *, if_none_match: str | None = None
    ) -> TellingPreferencesOut | None:
        """Show how one is told.

        Who has said nothing is told everything by mail, at any time.
        """
        answer: TellingPreferencesOut | None = await self._ask(
            "GET",
            "/v1/telling-preferences",
            {200: TellingPreferencesOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_telling_preferences(
        self, body: TellingPreferencesIn, *, if_match: str | None = None
    ) -> TellingPreferencesOut:
        """Set how one is told.

        As a whole: what is left out is as for who has said nothing. It counts for what waits, too.

        Raises ChangedMeanwhile, QuietHoursInvalid.
        """
        answer: TellingPreferencesOut = await self._ask(
            "PUT",
            "/v1/telling-preferences",
            {200: TellingPreferencesOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

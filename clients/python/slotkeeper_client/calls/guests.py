"""Guests: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.guests import GuestOnMyWayIn, GuestVisitOut
from slotkeeper_client.transport import Calls


class Guests(Calls):
    async def read_guest_visit(self) -> GuestVisitOut:
        """Show a guest where and when.

        Of the reservation that the pass is for.

        Raises GuestPassInvalid, ReservationPending.
        """
        answer: GuestVisitOut = await self._ask("GET", "/v1/guest-visit", {200: GuestVisitOut})
        return answer

    async def announce_guest(self, body: GuestOnMyWayIn) -> GuestVisitOut:
        """Say when the guest comes.

        As `POST /v1/reservations/{code}/on-my-way`.

        Raises ActionFailed, ChargerOffline, ExtensionAlreadyUsed, GuestPassInvalid, NoAnswerYet,
        NotPossibleNow, OutsideArrivalWindow, ReservationPending, SlotInvalid, SlotUnavailable.
        """
        answer: GuestVisitOut = await self._ask(
            "POST", "/v1/guest-visit/on-my-way", {200: GuestVisitOut}, body=body
        )
        return answer

    async def check_guest_in(self) -> GuestVisitOut:
        """Check a guest in.

        As `POST /v1/reservations/{code}/check-in`.

        Raises ActionFailed, ChargerOffline, GuestPassInvalid, NoAnswerYet, NotPossibleNow,
        OutsideArrivalWindow, ReservationPending, SlotUnavailable.
        """
        answer: GuestVisitOut = await self._ask("POST", "/v1/guest-visit/check-in", {200: GuestVisitOut})
        return answer

    async def start_guest(self) -> GuestVisitOut:
        """Start charging as a guest.

        As `POST /v1/reservations/{code}/start`.

        Raises ActionFailed, ChargerOffline, GuestPassInvalid, NoAnswerYet, NotPossibleNow,
        OutsideArrivalWindow, ReservationPending, SlotUnavailable, StartRejected.
        """
        answer: GuestVisitOut = await self._ask("POST", "/v1/guest-visit/start", {200: GuestVisitOut})
        return answer

    async def stop_guest(self) -> GuestVisitOut:
        """Stop charging as a guest.

        As `POST /v1/reservations/{code}/stop`.

        Raises ActionFailed, ChargerOffline, GuestPassInvalid, NoAnswerYet, NotPossibleNow,
        OutsideArrivalWindow, ReservationPending, SlotUnavailable, StopRejected.
        """
        answer: GuestVisitOut = await self._ask("POST", "/v1/guest-visit/stop", {200: GuestVisitOut})
        return answer

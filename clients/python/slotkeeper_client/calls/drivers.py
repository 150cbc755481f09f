"""Drivers: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.shared import ErasedOut, PersonalDataOut
from slotkeeper_client.transport import Calls


class Drivers(Calls):
    async def export_personal_data(self) -> PersonalDataOut:
        """Export what is held about oneself.

        A driver's own: all that is held about them, in one JSON document.
        """
        answer: PersonalDataOut = await self._ask("GET", "/v1/personal-data", {200: PersonalDataOut})
        return answer

    async def erase_personal_data(self) -> ErasedOut:
        """Erase what is held about oneself.

        A driver's own, for good. Refused while something of theirs is not over: a reservation, a payment, a
        debt, a dispute. What was issued and booked stays as long as the law demands, under an alias. With
        the same token one is a new driver afterwards.

        Raises ErasureNotNow.
        """
        answer: ErasedOut = await self._ask("POST", "/v1/personal-data/erasure", {200: ErasedOut})
        return answer

    async def leave_fleet(self) -> None:
        """Leave one's fleet.

        Of a driver whom a fleet has entered, or an operator has put to one: it sees and books nothing new
        of theirs, no date of a series either; what is booked stays. Again, nothing changes.
        """
        await self._ask("DELETE", "/v1/personal-data/fleet", {204: None})

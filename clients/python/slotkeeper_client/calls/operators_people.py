"""Operators people: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_people import PersonOut
from slotkeeper_client.transport import Calls, part


class OperatorsPeople(Calls):
    async def read_person(self, person_id: str, *, if_none_match: str | None = None) -> PersonOut | None:
        """Show whose drivers a person is.

        Raises PersonUnknown.
        """
        answer: PersonOut | None = await self._ask(
            "GET",
            f"/v1/operations/people/{part(person_id)}",
            {200: PersonOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def join_person(
        self, person_id: str, driver_id: str, *, if_none_match: str | None = None, if_match: str | None = None
    ) -> PersonOut:
        """Join a driver to a person.

        What a site limits for one driver counts for all of the person's together from now on: bookings that
        are open, overlap or follow one another, hours, debts, disputes and missed bookings. Of another
        person they are none any more.

        Raises ChangedMeanwhile.
        """
        answer: PersonOut = await self._ask(
            "PUT",
            f"/v1/operations/people/{part(person_id)}/drivers/{part(driver_id)}",
            {200: PersonOut},
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def part_person(self, person_id: str, driver_id: str, *, if_match: str | None = None) -> PersonOut:
        """Part a driver from a person.

        Raises ChangedMeanwhile, PersonUnknown.
        """
        answer: PersonOut = await self._ask(
            "DELETE",
            f"/v1/operations/people/{part(person_id)}/drivers/{part(driver_id)}",
            {200: PersonOut},
            headers={"If-Match": if_match},
        )
        return answer

"""Operators drivers: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_drivers import (
    CardIn,
    DriverIn,
    DriverOut,
    DriversOut,
    GrantIn,
    GrantOut,
)
from slotkeeper_client.models.shared import BlockIn, CardOut, ErasedOut, PersonalDataOut
from slotkeeper_client.transport import Calls, fresh_key, part


class OperatorsDrivers(Calls):
    async def register_card(
        self, driver_id: str, body: CardIn, *, if_none_match: str | None = None, if_match: str | None = None
    ) -> CardOut:
        """Register a driver's card.

        Again, it changes what is said of it. One that is blocked stays so, and one of another driver is
        taken over only where `former_driver_id` names them. Its ETag is that of the card, as `GET
        /v1/operations/cards/{card_id}` shows it.

        Raises CardTaken, ChangedMeanwhile.
        """
        answer: CardOut = await self._ask(
            "PUT",
            f"/v1/operations/drivers/{part(driver_id)}/cards",
            {200: CardOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def list_drivers(
        self,
        *,
        fleet_id: str | None = None,
        blocked: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> DriversOut:
        """List all drivers.

        By id: who has booked, and who was put here.

        `fleet_id`: Only this fleet's
        `blocked`: Only those who are, or are not
        """
        answer: DriversOut = await self._ask(
            "GET",
            "/v1/operations/drivers",
            {200: DriversOut},
            query={"fleet_id": fleet_id, "blocked": blocked, "cursor": cursor, "limit": limit},
        )
        return answer

    async def read_driver(self, driver_id: str, *, if_none_match: str | None = None) -> DriverOut | None:
        """Show a driver.

        Raises DriverUnknown.
        """
        answer: DriverOut | None = await self._ask(
            "GET",
            f"/v1/operations/drivers/{part(driver_id)}",
            {200: DriverOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def put_driver(
        self, driver_id: str, body: DriverIn, *, if_none_match: str | None = None, if_match: str | None = None
    ) -> DriverOut:
        """Enter a driver, or change their fleet.

        Who was never here is entered. What is booked stays as it is.

        Raises ChangedMeanwhile.
        """
        answer: DriverOut = await self._ask(
            "PUT",
            f"/v1/operations/drivers/{part(driver_id)}",
            {200: DriverOut},
            body=body,
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
        )
        return answer

    async def block_driver(self, driver_id: str, body: BlockIn, *, if_match: str | None = None) -> DriverOut:
        """Block a driver's account.

        They book nothing any more, and neither their cards nor the credentials of their reservations open
        anything. What is booked stays until somebody cancels it, what runs until it is stopped.

        Raises ChangedMeanwhile.
        """
        answer: DriverOut = await self._ask(
            "POST",
            f"/v1/operations/drivers/{part(driver_id)}/block",
            {200: DriverOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def unblock_driver(
        self, driver_id: str, body: BlockIn, *, if_match: str | None = None
    ) -> DriverOut:
        """Unblock a driver's account.

        Cards that are blocked by themselves stay so.

        Raises ChangedMeanwhile.
        """
        answer: DriverOut = await self._ask(
            "POST",
            f"/v1/operations/drivers/{part(driver_id)}/unblock",
            {200: DriverOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def export_driver(self, driver_id: str) -> PersonalDataOut:
        """Export what is held about a driver.

        The same document that the driver gets, to be sent to who has asked for it and shown who they are.
        """
        answer: PersonalDataOut = await self._ask(
            "GET", f"/v1/operations/drivers/{part(driver_id)}/export", {200: PersonalDataOut}
        )
        return answer

    async def erase_driver(self, driver_id: str) -> ErasedOut:
        """Erase what is held about a driver.

        For who has asked for it and shown who they are: as they do it themselves.

        Raises ErasureNotNow.
        """
        answer: ErasedOut = await self._ask(
            "POST", f"/v1/operations/drivers/{part(driver_id)}/erasure", {200: ErasedOut}
        )
        return answer

    async def grant_credit(
        self, driver_id: str, body: GrantIn, *, idempotency_key: str | None = None
    ) -> GrantOut:
        """Credit something to a driver.

        It pays their next bills of that currency. Up to the limit of your role, which counts what this
        driver was granted before, it is given at once; beyond it another person decides.

        Raises CreditCurrencyMismatch, DriverUnknown, ReservationCodeInvalid, ReservationUnknown.
        """
        answer: GrantOut = await self._ask(
            "POST",
            f"/v1/operations/drivers/{part(driver_id)}/credits",
            {201: GrantOut, 202: GrantOut},
            body=body,
            key=idempotency_key or fresh_key(),
        )
        return answer

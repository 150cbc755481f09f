"""Vehicles: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.vehicles import VehicleChangeIn, VehicleIn, VehicleOut, VehiclesOut
from slotkeeper_client.transport import Calls, fresh_key, part


class Vehicles(Calls):
    async def list_vehicles(
        self, *, archived: bool | None = None, cursor: str | None = None, limit: int | None = None
    ) -> VehiclesOut:
        """List the caller's vehicles.

        By id: a driver's own and those of their fleet, or a fleet's.

        `archived`: Also those
        """
        answer: VehiclesOut = await self._ask(
            "GET",
            "/v1/vehicles",
            {200: VehiclesOut},
            query={"archived": archived, "cursor": cursor, "limit": limit},
        )
        return answer

    async def create_vehicle(self, body: VehicleIn, *, idempotency_key: str | None = None) -> VehicleOut:
        """Add a vehicle.

        A driver's own, or the fleet's. A booking that names it gets a bay that fits it, and one of its
        plugs.
        """
        answer: VehicleOut = await self._ask(
            "POST", "/v1/vehicles", {201: VehicleOut}, body=body, key=idempotency_key or fresh_key()
        )
        return answer

    async def read_vehicle(self, vehicle_id: str, *, if_none_match: str | None = None) -> VehicleOut | None:
        """Show a vehicle.

        Raises VehicleUnknown.
        """
        answer: VehicleOut | None = await self._ask(
            "GET",
            f"/v1/vehicles/{part(vehicle_id)}",
            {200: VehicleOut, 304: None},
            headers={"If-None-Match": if_none_match},
        )
        return answer

    async def change_vehicle(
        self, vehicle_id: str, body: VehicleChangeIn, *, if_match: str | None = None
    ) -> VehicleOut:
        """Change a vehicle.

        By whose it is. What is booked stays as it was asked for.

        Raises ChangedMeanwhile, VehicleUnknown.
        """
        answer: VehicleOut = await self._ask(
            "PATCH",
            f"/v1/vehicles/{part(vehicle_id)}",
            {200: VehicleOut},
            body=body,
            headers={"If-Match": if_match},
        )
        return answer

    async def archive_vehicle(self, vehicle_id: str, *, if_match: str | None = None) -> VehicleOut:
        """Archive a vehicle.

        By whose it is. Nothing new is booked with it, and what is booked stays; again, nothing changes.

        Raises ChangedMeanwhile, VehicleUnknown.
        """
        answer: VehicleOut = await self._ask(
            "POST",
            f"/v1/vehicles/{part(vehicle_id)}/archive",
            {200: VehicleOut},
            headers={"If-Match": if_match},
        )
        return answer

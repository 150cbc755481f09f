"""A driver's app: the public API over HTTP with the driver's own bearer token."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.reservation.code import reservation_code
from simulator.scenarios.caller import Caller
from simulator.scenarios.world import World


class DriverApp(Caller):
    """Speaks for one driver."""

    def __init__(self, world: World, driver_id: str) -> None:
        super().__init__(world.http, world.token_of(driver_id))
        self.driver_id = driver_id

    async def book(
        self,
        site_id: str,
        *,
        starts_in: float,
        lasts: float,
        payment_method: str | None,
        plug: str | None = None,
        key: str | None = None,
        asks: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """POST /v1/reservations; the answer. Seconds. `asks`: of its bay. Raises Refused when it is declined."""
        start = datetime.now(UTC) + timedelta(seconds=starts_in)
        body: dict[str, Any] = {
            "site_id": site_id,
            "connector_type": plug,
            "start": start.isoformat(),
            "end": (start + timedelta(seconds=lasts)).isoformat(),
            **(asks or {}),
        }
        if payment_method is not None:
            body["payment_method"] = payment_method
        return await self.post("/v1/reservations", body, pending=True, key=key)

    def code_of(self, key: str) -> str:
        """Of the reservation that is booked under this key."""
        return reservation_code(self.driver_id, key)

    async def act(self, code: str, action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST /v1/reservations/{code}/{action}. Raises Refused."""
        return await self.post(f"/v1/reservations/{code}/{action}", body, pending=True)

    async def state_of(self, code: str) -> str:
        """From GET /v1/reservations: what the list says; empty while it is not there yet."""
        answer = await self.get("/v1/reservations")
        return next((str(item["state"]) for item in answer["items"] if item["code"] == code), "")

    async def reservations(self) -> list[dict[str, Any]]:
        return list((await self.get("/v1/reservations"))["items"])

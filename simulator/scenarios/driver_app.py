"""A driver's app: the public API over HTTP with the driver's own bearer token."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from simulator.scenarios.expectation import Unmet, expect_equal
from simulator.scenarios.world import World

_AGAIN_AFTER_S = 0.5
_PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Problem:
    """An RFC 9457 problem document and its status."""

    status: int
    document: dict[str, Any]

    @property
    def code(self) -> str:
        return str(self.document.get("code", ""))


class Refused(Exception):
    """The API answered with a problem document."""

    code = "refused"

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.document.get('detail', '')}")
        self.problem = problem


class DriverApp:
    """Speaks for one driver. Temporary refusals (202, 503) are repeated with the same Idempotency-Key."""

    def __init__(self, world: World, driver_id: str) -> None:
        self._http = world.http
        self._token = world.token_of(driver_id)
        self.driver_id = driver_id

    async def book(
        self,
        site_id: str,
        *,
        starts_in: float,
        lasts: float,
        payment_method: str | None,
        plug: str | None = None,
    ) -> dict[str, Any]:
        """POST /v1/reservations; the answer. Seconds. Raises Refused when it is declined."""
        start = datetime.now(UTC) + timedelta(seconds=starts_in)
        body: dict[str, Any] = {
            "site_id": site_id,
            "connector_type": plug,
            "start": start.isoformat(),
            "end": (start + timedelta(seconds=lasts)).isoformat(),
        }
        if payment_method is not None:
            body["payment_method"] = payment_method
        return await self._send("POST", "/v1/reservations", body)

    async def get(self, path: str) -> dict[str, Any]:
        return await self._send("GET", path)

    async def act(self, code: str, action: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST /v1/reservations/{code}/{action}. Raises Refused."""
        return await self._send("POST", f"/v1/reservations/{code}/{action}", body)

    async def state_of(self, code: str) -> str:
        """From GET /v1/reservations: what the list says; empty while it is not there yet."""
        answer = await self.get("/v1/reservations")
        return next((str(item["state"]) for item in answer["items"] if item["code"] == code), "")

    async def reservations(self) -> list[dict[str, Any]]:
        return list((await self.get("/v1/reservations"))["items"])

    async def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"}
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(12)
        give_up = asyncio.get_running_loop().time() + _PATIENCE_S
        while True:
            response = await self._answered(method, path, headers, body)
            if response is not None and response.status_code not in (202, 503):
                break
            if asyncio.get_running_loop().time() > give_up:
                seen = "no answer" if response is None else f"{response.status_code} {response.text[:300]}"
                raise Unmet(f"{method} {path} to be answered", seen)
            await asyncio.sleep(_AGAIN_AFTER_S)
        answer: dict[str, Any] = response.json()
        if response.status_code >= 400:
            raise Refused(Problem(response.status_code, answer))
        return answer

    async def _answered(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, Any] | None
    ) -> httpx.Response | None:
        """None when the connection failed: the request may be repeated, it carries its key."""
        try:
            return await self._http.request(method, path, headers=headers, json=body)
        except httpx.TransportError:
            return None


def expect_problem(refusal: Refused, status: int, code: str) -> None:
    """The refusal is the documented one."""
    expect_equal("the answer", (refusal.problem.status, refusal.problem.code), (status, code))

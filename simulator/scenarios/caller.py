"""Somebody who uses the public API over HTTP with a bearer token of their own: a driver's app, an operator."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from simulator.scenarios.expectation import Unmet, expect_equal

_AGAIN_AFTER_S = 0.5
_PATIENCE_S = 40.0
"""A booking may take half a minute while the payment provider is away."""


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


class Caller:
    """Temporary refusals (503, and 202 without a decision) are repeated with the same Idempotency-Key."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._token = token

    async def get(self, path: str) -> dict[str, Any]:
        """The answer. Raises Refused."""
        return await self._send("GET", path, {})

    async def post(
        self, path: str, body: dict[str, Any] | None = None, *, pending: bool = False, key: str | None = None
    ) -> dict[str, Any]:
        """The answer. `pending`: 202 is not decided yet and asked again. `key` None: a fresh one. Raises Refused."""
        headers = {"Idempotency-Key": key or secrets.token_hex(12)}
        return await self._send("POST", path, headers, body, again=(202, 503) if pending else (503,))

    async def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer. Raises Refused."""
        return await self._send("PUT", path, {}, body)

    async def delete(self, path: str) -> dict[str, Any]:
        """The answer. Raises Refused."""
        return await self._send("DELETE", path, {})

    async def _send(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: dict[str, Any] | None = None,
        again: tuple[int, ...] = (503,),
    ) -> dict[str, Any]:
        headers["Authorization"] = f"Bearer {self._token}"
        give_up = asyncio.get_running_loop().time() + _PATIENCE_S
        while True:
            response = await self._answered(method, path, headers, body)
            if response is not None and response.status_code not in again:
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

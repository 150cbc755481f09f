"""The app of a driver or an operator: repeats what may be repeated, under its key, and remembers every answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from api.errors import KINDS
from chaos.beliefs import Beliefs, Call

_AGAIN_AFTER_S, _AGAIN_AT_MOST_S = 0.5, 4.0
_ANSWER_TIMEOUT_S = 20.0
_TO_BE_REPEATED = frozenset({202, 500, 503})
"""Pending, undocumented, or away for a moment."""
_SHOWN = 300

Documented = dict[tuple[str, str], set[int]]
"""(method, route) → statuses that the OpenAPI document names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    document: dict[str, Any]
    repeat: bool = False
    """It names a time after which the same request is to be sent again."""

    @property
    def code(self) -> str:
        """Of a problem; empty otherwise."""
        return str(self.document.get("code", "")) if self.status >= 400 else ""

    @property
    def is_decision(self) -> bool:
        """Of a booking: a reservation that was made or declined is named, whatever the status."""
        return not self.repeat and "reservation" in self.document


class App:
    """All calls of the town go through one, each with the caller's own bearer token."""

    def __init__(self, url: str, beliefs: Beliefs) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=_ANSWER_TIMEOUT_S, trust_env=False)
        self._beliefs = beliefs
        self._documented: Documented = {}

    async def learn(self) -> None:
        """Reads which answers are documented. Raises httpx.HTTPError."""
        answer = await self._http.get("/openapi.json")
        answer.raise_for_status()
        self._documented = {
            (verb.upper(), path): {int(status) for status in told["responses"]}
            for path, verbs in answer.json()["paths"].items()
            for verb, told in verbs.items()
        }

    async def aclose(self) -> None:
        await self._http.aclose()

    async def send(
        self,
        token: str,
        method: str,
        route: str,
        *,
        code: str = "",
        query: str = "",
        body: dict[str, Any] | None = None,
        key: str = "",
        patience: float = 30.0,
        heard: Callable[[Answer], None] | None = None,
    ) -> Answer | None:
        """The first answer that settles it; None when there was none within `patience` seconds.

        `route`: as OpenAPI names it; `{code}` in it becomes `code`. `heard` is shown every answer on the way.
        """
        path = route.replace("{code}", code) + query
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        end, pause_s, last = time.monotonic() + patience, _AGAIN_AFTER_S, ""
        while time.monotonic() < end:
            answer = await self._once(
                self._http.request(method, path, headers=headers, json=body), method, route
            )
            if answer is not None and heard is not None:
                heard(answer)
            if answer is not None and (answer.status not in _TO_BE_REPEATED or answer.is_decision):
                return answer
            last = "no connection" if answer is None else f"{answer.status} {answer.code}"
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _AGAIN_AT_MOST_S)
        self._beliefs.unanswered.append(
            Call(at=datetime.now(UTC), method=method, route=route, status=0, code=code or key, text=last)
        )
        return None

    async def _once(self, request: Awaitable[httpx.Response], method: str, route: str) -> Answer | None:
        try:
            response = await request
        except httpx.TransportError as lost:
            self._beliefs.calls[method, route, 0, type(lost).__name__] += 1
            return None
        return self._noted(response, method, route)

    def _noted(self, response: httpx.Response, method: str, route: str) -> Answer:
        try:
            document = response.json()
        except ValueError:
            document = {}
        answer = Answer(
            status=response.status_code,
            document=document if isinstance(document, dict) else {},
            repeat="Retry-After" in response.headers,
        )
        self._beliefs.calls[method, route, answer.status, answer.code] += 1
        if not self._is_documented(answer, method, route):
            self._beliefs.undocumented.append(
                Call(
                    at=datetime.now(UTC),
                    method=method,
                    route=route,
                    status=answer.status,
                    code=answer.code,
                    text=response.text[:_SHOWN],
                )
            )
        return answer

    def _is_documented(self, answer: Answer, method: str, route: str) -> bool:
        """Its status stands in OpenAPI, and its code in our table under that status. A 500 never counts."""
        if answer.status == 500 or answer.status not in self._documented.get((method, route), set()):
            return False
        return answer.status < 400 or (answer.code in KINDS and KINDS[answer.code].status == answer.status)

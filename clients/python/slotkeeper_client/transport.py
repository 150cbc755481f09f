"""One request and what comes of it: who asks, a key that stays the same, patience, and problems that are raised."""

import asyncio
import inspect
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import BaseModel, TypeAdapter

from slotkeeper_client.codes import BY_CODE
from slotkeeper_client.events import Event, events_in
from slotkeeper_client.models.shared import Problem
from slotkeeper_client.refusals import Refusal, Unreadable
from slotkeeper_client.shapes import Answer

Token = str | Callable[[], str] | Callable[[], Awaitable[str]]
"""A bearer token, or what gets the present one: it is asked before each request."""
_REPEATABLE = {"GET", "PUT", "DELETE"}
_CONDITIONS = ("If-Match", "If-None-Match")
_PROBLEM = "application/problem+json"
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 8.0
_LISTEN = httpx.Timeout(10, read=45)
"""A stream says every 15 seconds that it lives."""


def part(value: object) -> str:
    """Of an address."""
    return quote(str(value), safe="")


def fresh_key() -> str:
    return str(uuid4())


class Calls:
    """What every call goes through; the calls themselves are in `slotkeeper_client.calls`, which is generated.

    `patience`, in seconds: so long a request is tried again, by the same Idempotency-Key, when there was no answer or
    the server says when to come back (`Retry-After`). Only what may be repeated is: what reads, PUT, DELETE, and
    whatever has a key. `clock`: seconds, as `sleep` passes them.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        token: Token = "",
        *,
        language: str = "en",
        patience: float = 30,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http, self._token, self._language = http, token, language
        self._patience, self._sleep, self._clock = patience, sleep, clock

    async def _ask(
        self,
        method: str,
        path: str,
        answers: Mapping[int, Any],
        *,
        query: Mapping[str, Any] | None = None,
        body: BaseModel | None = None,
        headers: Mapping[str, str | None] | None = None,
        key: str | None = None,
        refusals: Mapping[int, type[Problem]] | None = None,
    ) -> Any:
        """`answers`: what each status comes with; None for nothing."""
        given = dict(headers or {}) | {"Idempotency-Key": key}
        repeatable, waits = method in _REPEATABLE or key is not None, self._waits()
        # Made but not answered, an edit without a key would find what it names changed next time: by itself.
        edits = method != "GET" and key is None and any(given.get(name) is not None for name in _CONDITIONS)
        content = None if body is None else body.model_dump_json(by_alias=True, exclude_unset=True)
        while True:
            try:
                response = await self._http.request(
                    method,
                    path,
                    params=_query(query),
                    content=content,
                    headers=await self._headers(given, json=body is not None),
                )
            except httpx.TransportError:
                wait = waits.next() if repeatable and not edits else None
                if wait is None:
                    raise
            else:
                told = _retry_after(response)
                again = told is not None and (repeatable or response.status_code == 429)
                wait = waits.fits(told) if again else None
                if wait is None:
                    return _read(response, answers, refusals or {})
            await self._sleep(wait)

    async def _follow(
        self, path: str, kind: Any, *, query: Mapping[str, Any], last_event_id: str | None, once: bool
    ) -> AsyncGenerator[Event[Any], None]:
        """Events, over as many connections as it takes; `once`: until the first ends by itself. Patience is for one
        loss, and begins with it, however long nothing was told before.
        """
        waits = self._waits()
        while True:
            headers = await self._headers({"Last-Event-ID": last_event_id, "Accept": "text/event-stream"})
            asked = self._http.stream("GET", path, params=_query(query), headers=headers, timeout=_LISTEN)
            wait: float | None = 0.0
            try:
                async with asked as response:
                    if response.is_error:
                        await response.aread()
                        wait = waits.fits(_retry_after(response))
                        if wait is None:
                            _read(response, {}, {})
                    else:
                        try:
                            async for told in events_in(response.aiter_lines()):
                                last_event_id = told.id
                                yield Event(told.id, _reader(kind).validate_json(told.data))
                        finally:
                            waits = self._waits()
                        if once:
                            return
            except httpx.TransportError:
                wait = waits.next()
                if wait is None:
                    raise
            await self._sleep(wait or _FIRST_PAUSE_S)

    def _waits(self) -> "_Waits":
        return _Waits(self._patience, self._clock)

    async def _headers(self, given: Mapping[str, str | None], *, json: bool = False) -> dict[str, str]:
        token = self._token() if callable(self._token) else self._token
        if inspect.isawaitable(token):
            token = await token
        own = {"Accept-Language": self._language, "Authorization": f"Bearer {token}" if token else None}
        kind = {"Content-Type": "application/json"} if json else {}
        return {name: value for name, value in (own | kind | dict(given)).items() if value is not None}


class _Waits:
    """How long until the next try; None: no patience is left for it."""

    def __init__(self, patience: float, clock: Callable[[], float]) -> None:
        self._clock, self._until, self._pause = clock, clock() + patience, _FIRST_PAUSE_S

    def next(self) -> float | None:
        pause, self._pause = self._pause, min(2 * self._pause, _LONGEST_PAUSE_S)
        return self.fits(pause)

    def fits(self, wait: float | None) -> float | None:
        return wait if wait is not None and self._clock() + wait <= self._until else None


def _retry_after(response: httpx.Response) -> float | None:
    told = response.headers.get("Retry-After", "")
    return float(told) if response.is_error and told.isdecimal() else None


def _read(response: httpx.Response, answers: Mapping[int, Any], refusals: Mapping[int, type[Problem]]) -> Any:
    """Raises Refusal, Unreadable."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind == _PROBLEM:
        problem = refusals.get(response.status_code, Problem).model_validate_json(response.content)
        raise BY_CODE.get(problem.code, Refusal)(problem, retry_after=_retry_after(response))
    if response.is_error or response.status_code not in answers:
        raise Unreadable(response)
    expected = answers[response.status_code]
    if expected is None:
        return None
    if kind != "application/json":
        return response.content
    answer = _reader(expected).validate_json(response.content)
    if isinstance(answer, Answer):
        answer.seen_as(response.headers.get("ETag"))
    return answer


@cache
def _reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _query(given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _written(value) for name, value in (given or {}).items() if value is not None}


def _written(value: Any) -> Any:
    match value:
        case list() | tuple():
            return [_written(one) for one in value]
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return value

"""Failures on demand: the next N requests that match are answered badly, late or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.stripe_api.errors import StripeApiError


class FaultKind(StrEnum):
    """What goes wrong with a matching request."""

    STATUS = "status"
    """Answered with `Fault.status`, nothing executed."""
    STATUS_AFTER = "status_after"
    """Executed, then answered with `Fault.status`: a retry under the same key gets the true answer."""
    STORED = "stored"
    """Nothing executed, but `Fault.status` is stored under the key: a retry gets it again for a day."""
    STORED_AFTER = "stored_after"
    """Executed, and `Fault.status` stored under the key: a retry never gets the true answer."""
    CUT = "cut"
    """Executed, then the connection breaks in the middle of the answer."""
    TIMEOUT = "timeout"
    """Executed, but never answered: the caller has to give up."""
    SLOW = "slow"
    """Executed and answered after `Fault.seconds`, which a caller may be patient enough for."""
    HOLD = "hold"
    """Kept in flight, not yet executed, until released: its idempotency key is in use."""


@dataclass
class Fault:
    """`path` is a shell pattern such as `/v1/payment_intents/*/capture`; `method` is upper case or `*`. `about`: a
    text that is sent along, or is part of the object that is asked about; all other requests go on as ever.
    """

    kind: FaultKind
    path: str = "*"
    about: str = ""
    method: str = "POST"
    times: int = 1
    status: int = 500
    seconds: float = 0.0
    seen: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Faults:
    """Faults in the order they were asked for; the first that matches is used up by one."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._changed = asyncio.Condition()
        self.closing = asyncio.Event()

    def add(self, fault: Fault) -> None:
        """Arm one more fault."""
        self._faults.append(fault)

    async def take(self, method: str, path: str, about: str) -> Fault | None:
        """The fault this request meets, if any. `about`: all that is sent along, and what is asked about."""
        for fault in self._faults:
            if fault.seen < fault.times and _meets(fault, method, path, about):
                async with self._changed:
                    fault.seen += 1
                    self._changed.notify_all()
                return fault
        return None

    async def wait_until_held(self, count: int) -> None:
        """Return once `count` requests are being held."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._held() >= count)

    def release(self) -> None:
        """Let held requests go on, and hold no more."""
        for fault in self._faults:
            if fault.kind is FaultKind.HOLD:
                fault.released.set()
        self._faults = [fault for fault in self._faults if fault.kind is not FaultKind.HOLD]

    def clear(self) -> None:
        """Disarm everything."""
        self.release()
        self._faults.clear()

    def close(self) -> None:
        """Let go of every caller that is kept waiting, so that the server can stop."""
        self.clear()
        self.closing.set()

    def _held(self) -> int:
        return sum(fault.seen for fault in self._faults if fault.kind is FaultKind.HOLD)


def _meets(fault: Fault, method: str, path: str, about: str) -> bool:
    return fault.method in ("*", method) and fnmatchcase(path, fault.path) and fault.about in about


def injected_error(status: int) -> StripeApiError:
    """The error of a fault that answers with `status`."""
    if status == 429:
        message = (
            "Request rate limit exceeded. Learn more about rate limits: https://stripe.com/docs/rate-limits"
        )
        return StripeApiError(429, message, code="rate_limit", executed=False)
    return _unknown_error(status, executed=False)


def stored_error(status: int) -> StripeApiError:
    """The error of a fault that is kept under the key (docs.stripe.com/api/idempotent_requests: also 500s)."""
    return _unknown_error(status, executed=True)


def _unknown_error(status: int, *, executed: bool) -> StripeApiError:
    return StripeApiError(status, "An unknown error occurred", type="api_error", executed=executed)


class CutResponse(Response):
    """Promises a whole answer and breaks off inside it; the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        first_half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": first_half, "more_body": True})


class SilentResponse(CutResponse):
    """Says nothing until the caller has gone or the server stops."""

    def __init__(self, closing: asyncio.Event, content: str, status_code: int) -> None:
        super().__init__(content, status_code)
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_disconnected(receive))
        closing = asyncio.ensure_future(self._closing.wait())
        await asyncio.wait((gone, closing), return_when=asyncio.FIRST_COMPLETED)
        if closing.done():
            await super().__call__(scope, receive, send)
        for waiting in (gone, closing):
            waiting.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

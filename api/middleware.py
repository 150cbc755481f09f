"""Around every request: its id, its size, security headers, one access line, metrics, and no bare 500.

Plain ASGI: no per-request threads, no buffering of answers.
"""

import re
import time
import uuid
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import ApiMetrics
from api.problems import our_fault, problem_response

_log = structlog.get_logger()
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Of what is no page: data, which may load nothing. Pages bring a policy of their own."""


class Observation:
    """Outermost: whatever happens inside, the caller gets a request id, headers and a problem document."""

    def __init__(self, app: ASGIApp, *, metrics: ApiMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        status, answered = 0, None
        began = time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/event-stream"):
                    answered = time.perf_counter()  # how long it goes on says nothing of how soon it came
                headers["X-Request-Id"] = request_id
                for name, value in _SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as error:  # noqa: BLE001 - the last line of defence: log it and answer
                _log.error("request_failed", method=scope["method"], route=_template(scope), exc_info=error)
                if status == 0:
                    response = our_fault(Request(scope))
                    await response(scope, receive, send_with_headers)
            finally:
                self._account(scope, status, (answered or time.perf_counter()) - began)

    def _account(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = _method(scope), _template(scope)
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.latency.labels(method, route).observe(seconds)
        if route not in ("/healthz", "/readyz", "/metrics"):
            _log.info(
                "request", method=method, route=route, status=status, duration_ms=round(seconds * 1000, 1)
            )


class BodyLimit:
    """Reads the whole body before anything else does, up to the limit of its path; beyond it answers 413."""

    def __init__(self, app: ASGIApp, *, default: int, by_prefix: Mapping[str, int]) -> None:
        self._app = app
        self._default = default
        self._by_prefix = by_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        try:
            body = None if _declared_length(scope) > limit else await _read(receive, limit)
        except ClientDisconnect:
            return
        if body is None:
            response = problem_response(
                Request(scope), "body_too_large", f"a body here has at most {limit} bytes"
            )
            await response(scope, receive, send)
            return
        replayed = False

        async def replay() -> Message:
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    def _limit(self, path: str) -> int:
        return next((n for prefix, n in self._by_prefix.items() if path.startswith(prefix)), self._default)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body, or None when it is longer than `limit`. Half a body is never acted on: ClientDisconnect."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _declared_length(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "0")
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 16 else 0


def _request_id(headers: Headers) -> str:
    offered = headers.get("x-request-id", "")
    return offered if _REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex


def _template(scope: Scope) -> str:
    """The route's template, never the path: metrics and logs stay bounded and free of codes."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _method(scope: Scope) -> str:
    known = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
    return scope["method"] if scope["method"] in known else "other"

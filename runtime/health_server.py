"""/healthz, /readyz and /metrics over plain HTTP, for probes and Prometheus, of processes without an API."""

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus

from runtime.readiness.readiness import Readiness

ALL_INTERFACES = "0.0.0.0"  # noqa: S104 - probes come from outside the container
_PATIENCE_S = 8.0
_TEXT, _JSON = "text/plain", "application/json"


class HealthServer:
    """`alive` False: drains. `metrics` None: they are served elsewhere, or not at all."""

    def __init__(
        self,
        readiness: Readiness,
        *,
        alive: Callable[[], bool] = lambda: True,
        metrics: Callable[[], bytes] | None = None,
    ) -> None:
        self._readiness = readiness
        self._alive = alive
        self._metrics = metrics
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port. Raises OSError when it is taken."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=8192)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._respond(head.split(b"\r\n", 1)[0]))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked is gone, or was no HTTP client
        finally:
            writer.close()

    async def _respond(self, request_line: bytes) -> bytes:
        parts = request_line.split(b" ")
        path = parts[1] if len(parts) == 3 and parts[0] == b"GET" else b""
        match path:
            case b"/metrics" if self._metrics is not None:
                return _response(HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", self._metrics())
            case b"/healthz" if self._alive():
                return _response(HTTPStatus.OK, _TEXT, b"ok\n")
            case b"/healthz":
                return _response(HTTPStatus.SERVICE_UNAVAILABLE, _TEXT, b"draining\n")
            case b"/readyz":
                report = await self._readiness.report()
                status = HTTPStatus.OK if report.ready else HTTPStatus.SERVICE_UNAVAILABLE
                return _response(status, _JSON, json.dumps(report.document()).encode() + b"\n")
            case _:
                return _response(HTTPStatus.NOT_FOUND, _TEXT, b"not found\n")


def _response(status: HTTPStatus, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body

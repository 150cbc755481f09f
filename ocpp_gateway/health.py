"""/healthz and /metrics over plain HTTP, for probes and Prometheus. Nothing else."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from ocpp_gateway.metrics import GatewayMetrics

_PATIENCE_S = 5.0


class HealthServer:
    def __init__(self, metrics: GatewayMetrics, healthy: Callable[[], bool]) -> None:
        self._metrics = metrics
        self._healthy = healthy
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
                writer.write(self._respond(head.split(b"\r\n", 1)[0]))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked is gone, or was no HTTP client
        finally:
            writer.close()

    def _respond(self, request_line: bytes) -> bytes:
        parts = request_line.split(b" ")
        path = parts[1] if len(parts) == 3 and parts[0] == b"GET" else b""
        if path == b"/metrics":
            return _response(
                HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", self._metrics.render()
            )
        if path != b"/healthz":
            return _response(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")
        if self._healthy():
            return _response(HTTPStatus.OK, "text/plain", b"ok\n")
        return _response(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"draining\n")


def _response(status: HTTPStatus, content_type: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body

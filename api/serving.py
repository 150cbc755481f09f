"""How the API speaks HTTP: what its server may be sent, and how long it keeps a connection."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

KEEP_ALIVE_SECONDS = 75
"""Callers and load balancers keep connections idle for up to 60 s. They are to be the ones who close them: else a
request meets a connection that is just being closed, and is lost."""


def http_server(
    app: ASGIApp, *, host: str, port: int, keep_alive_seconds: int = KEEP_ALIVE_SECONDS
) -> uvicorn.Config:
    """What the API's process serves with, and tests of the whole of it."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,  # our own access line knows the route template
        server_header=False,
        h11_max_incomplete_event_size=32 * 1024,
        timeout_keep_alive=keep_alive_seconds,
        timeout_graceful_shutdown=15,
    )


class LeavingServer(uvicorn.Server):
    """Calls `leaving` before it waits for the answers that are under way: some go on until they are told to end."""

    def __init__(self, config: uvicorn.Config, leaving: Callable[[], None]) -> None:
        super().__init__(config)
        self._leaving = leaving

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._leaving()
        await super().shutdown(sockets)

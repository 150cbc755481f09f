"""The API of a stage on a socket: what a client gets, as it comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.serving import http_server
from simulator.stripe_api.server import UnsignalledServer, listen
from tests.api.stage import Stage


@asynccontextmanager
async def served(stage: Stage) -> AsyncIterator[str]:
    """Its address."""
    listener = listen("127.0.0.1", 0)
    server = UnsignalledServer(http_server(stage.app, host="127.0.0.1", port=0))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.stop()
        await serving
        listener.close()

"""The API on a socket: what a client gets, as it comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api.serving import http_server
from simulator.stripe_api.server import UnsignalledServer, listen


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """On a free port; its address."""
    listener = listen("127.0.0.1", 0)
    server = UnsignalledServer(http_server(app, host="127.0.0.1", port=0))
    served = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.stop()
        await served
        listener.close()

"""The stand-in on a real server inside this process, for tests that import it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn

from simulator.stripe_api.app import create_app
from simulator.stripe_api.control_client import StripeApiControl
from simulator.stripe_api.settings import StripeApiSettings

SHUTDOWN_SECONDS = 2


class RunningStripeApi(StripeApiControl):
    """A running stand-in: `base_url`, `api_key`, `webhook_secret`, and its knobs as async methods."""

    def __init__(self, base_url: str, settings: StripeApiSettings) -> None:
        super().__init__(base_url)
        self.api_key = settings.api_key
        self.webhook_secret = settings.webhook_secret


class UnsignalledServer(uvicorn.Server):
    """Uvicorn that leaves the process's signals alone: whoever starts it decides when it ends."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take over no signal: in tests they belong to the runner, on the command line to `__main__`."""
        yield

    def stop(self) -> None:
        """End `serve` soon."""
        self.should_exit = True


class StripeApiServer(UnsignalledServer):
    """The stand-in on uvicorn."""

    def __init__(self, settings: StripeApiSettings) -> None:
        self._app = create_app(settings)
        config = uvicorn.Config(
            self._app,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_keep_alive=75,  # longer than callers keep theirs idle: a request must not meet a closing connection
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        super().__init__(config)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of callers kept waiting, then stop as uvicorn does."""
        self._app.state.account.faults.close()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that the address is known (port 0) and open before the server starts.

    asyncio leaves Nagle's algorithm on for connections of a socket that it did not make: a body waited 40 ms behind its
    headers for the caller's delayed acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted connections inherit it
    return listener


@asynccontextmanager
async def running_stripe_api(
    *,
    api_key: str = "sk_test_slotkeeper",
    webhook_url: str | None = None,
    webhook_secret: str = "whsec_slotkeeper",  # noqa: S107 - of a stand-in, protects nothing
    webhook_retry_seconds: tuple[float, ...] = (0.05, 0.1, 0.2, 0.5, 1.0),
    state_file: Path | None = None,
    port: int = 0,
) -> AsyncIterator[RunningStripeApi]:
    """Run a stand-in on a free loopback port for the length of the block.

    Give the real client `base_addresses={"api": handle.base_url}` and `handle.api_key`.
    """
    settings = StripeApiSettings(
        api_key=api_key,
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
        webhook_retry_seconds=webhook_retry_seconds,
        state_file=state_file,
    )
    listener = listen("127.0.0.1", port)
    server = StripeApiServer(settings)
    serving = asyncio.create_task(server.serve([listener]))
    handle = RunningStripeApi(f"http://127.0.0.1:{listener.getsockname()[1]}", settings)
    try:
        yield handle
    finally:
        await handle.aclose()
        server.stop()
        await serving
        listener.close()

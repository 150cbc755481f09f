"""The real `stripe` package, pointed at a stand-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import stripe

from simulator.stripe_api.server import RunningStripeApi


@asynccontextmanager
async def client_of(
    api: RunningStripeApi, *, api_key: str | None = None, retries: int = 0, timeout: float = 10.0
) -> AsyncIterator[stripe.StripeClient]:
    """A client with connections of its own, closed at the end of the block. `timeout` in seconds."""
    http = stripe.HTTPXClient(timeout=timeout)
    try:
        yield stripe.StripeClient(
            api_key or api.api_key,
            base_addresses={"api": api.base_url},
            http_client=http,
            max_network_retries=retries,
        )
    finally:
        await http.close_async()  # type: ignore[no-untyped-call] # unannotated in stripe 16

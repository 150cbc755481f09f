"""The real `stripe` package, pointed at a stand-in or, with a test key, at Stripe itself."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import stripe

from simulator.stripe_api.server import RunningStripeApi

TEST_KEY = "STRIPE_TEST_KEY"
LOOKS = 30

Found = TypeVar("Found")


def real_key() -> str | None:
    """The key of a test account at Stripe, if the environment has one. A live key is refused."""
    key = os.environ.get(TEST_KEY)
    if key and not key.startswith(("sk_test_", "rk_test_")):
        raise ValueError(f"{TEST_KEY} must be the key of a test account")
    return key or None


async def eventually(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """What `look` finds: at the stand-in at once, at Stripe within some seconds."""
    for _ in range(LOOKS):
        found = await look()
        if found is not None:
            return found
        await asyncio.sleep(1)
    raise AssertionError(f"not there after {LOOKS} looks")


@asynccontextmanager
async def real_client() -> AsyncIterator[stripe.StripeClient]:
    """A client of the test account at Stripe, closed at the end of the block."""
    http = stripe.HTTPXClient(timeout=30.0)
    try:
        yield stripe.StripeClient(real_key() or "", http_client=http, max_network_retries=2)
    finally:
        await http.close_async()  # type: ignore[no-untyped-call] # unannotated in stripe 16


@asynccontextmanager
async def client_of(
    api: RunningStripeApi, *, api_key: str | None = None, retries: int = 0, timeout: float = 10.0
) -> AsyncIterator[stripe.StripeClient]:
    """A client of a stand-in with connections of its own, closed at the end of the block. `timeout` in seconds."""
    async with client_at(api.base_url, api_key or api.api_key, retries=retries, timeout=timeout) as client:
        yield client


@asynccontextmanager
async def client_at(
    address: str, api_key: str, *, retries: int = 0, timeout: float = 10.0
) -> AsyncIterator[stripe.StripeClient]:
    """A client of whoever answers at `address`, closed at the end of the block. `timeout` in seconds."""
    http = stripe.HTTPXClient(timeout=timeout)
    try:
        yield stripe.StripeClient(
            api_key, base_addresses={"api": address}, http_client=http, max_network_retries=retries
        )
    finally:
        await http.close_async()  # type: ignore[no-untyped-call] # unannotated in stripe 16

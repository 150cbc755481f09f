"""A stand-in for Stripe of each test's own, and the real adapter before it."""

from collections.abc import AsyncIterator

import pytest

from activities.money.stripe_gateway import StripeGateway
from simulator.stripe_api.server import RunningStripeApi, running_stripe_api


@pytest.fixture
async def api() -> AsyncIterator[RunningStripeApi]:
    async with running_stripe_api() as api:
        yield api


@pytest.fixture
async def stripe(api: RunningStripeApi) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway(api.api_key, api.base_url, timeout_seconds=2.0, max_network_retries=0)
    yield gateway
    await gateway.aclose()

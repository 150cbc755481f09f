"""The provider's stand-in that days are lived with, emptied for each."""

from collections.abc import AsyncIterator

import pytest

from simulator.stripe_api.server import RunningStripeApi, running_stripe_api


@pytest.fixture
async def stripe_api() -> AsyncIterator[RunningStripeApi]:
    async with running_stripe_api() as running:
        yield running

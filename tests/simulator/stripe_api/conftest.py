"""A running stand-in, the real client pointed at it, and a receiver for its webhooks."""

from collections.abc import AsyncIterator

import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi, running_stripe_api
from tests.simulator.stripe_api.real_client import client_of
from tests.simulator.stripe_api.webhook_receiver import WebhookReceiver, running_receiver


@pytest.fixture
async def api() -> AsyncIterator[RunningStripeApi]:
    async with running_stripe_api() as running:
        yield running


@pytest.fixture
async def client(api: RunningStripeApi) -> AsyncIterator[stripe.StripeClient]:
    async with client_of(api) as client:
        yield client


@pytest.fixture
async def receiver(api: RunningStripeApi) -> AsyncIterator[WebhookReceiver]:
    async with running_receiver(api.webhook_secret) as running:
        await api.set_webhook(running.url, api.webhook_secret)
        yield running
        await api.set_webhook(None, api.webhook_secret)

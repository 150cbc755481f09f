"""A running stand-in, the real client pointed at it, and a receiver for its webhooks.

A test that asks for `client` alone is a contract: with a test key of the real Stripe in `STRIPE_TEST_KEY` it is held
against both. One that turns a knob of the stand-in (`api`) or receives its webhooks (`receiver`) is about the
stand-in only. Nothing is cleaned up at the real one: use an account (a sandbox) that is for this.
"""

from collections.abc import AsyncIterator
from inspect import signature
from uuid import uuid4

import pytest
import stripe

from simulator.stripe_api.server import RunningStripeApi, running_stripe_api
from tests.simulator.stripe_api.real_client import client_of, real_client, real_key
from tests.simulator.stripe_api.webhook_receiver import WebhookReceiver, running_receiver

ABOUT_THE_STAND_IN = {"api", "receiver"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    asked = set(signature(metafunc.function).parameters)
    if real_key() is not None and "client" in asked and not asked & ABOUT_THE_STAND_IN:
        metafunc.parametrize("provider", ["stand-in", "stripe"])


@pytest.fixture
def provider() -> str:
    """Who answers: the stand-in, unless a contract is held against the real one."""
    return "stand-in"


@pytest.fixture
async def api() -> AsyncIterator[RunningStripeApi]:
    async with running_stripe_api() as running:
        yield running


@pytest.fixture
async def client(provider: str, api: RunningStripeApi) -> AsyncIterator[stripe.StripeClient]:
    async with real_client() if provider == "stripe" else client_of(api) as client:
        yield client


@pytest.fixture
def key() -> str:
    """An idempotency key nobody used before."""
    return f"contract-{uuid4().hex}"


@pytest.fixture
async def receiver(api: RunningStripeApi) -> AsyncIterator[WebhookReceiver]:
    async with running_receiver(api.webhook_secret) as running:
        await api.set_webhook(running.url, api.webhook_secret)
        yield running
        await api.set_webhook(None, api.webhook_secret)

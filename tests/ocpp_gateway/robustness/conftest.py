"""Raw chargers that hang up when their test is over."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.robustness.raw_charger import RawCharger

MakeRaw = Callable[..., Awaitable[RawCharger]]


@pytest.fixture
async def connect(gateway: Gateway) -> AsyncIterator[MakeRaw]:
    async with AsyncExitStack() as stack:

        async def make(identity: str = CHARGER, **over: object) -> RawCharger:
            charger = await RawCharger.connect(gateway.url, identity, **over)  # type: ignore[arg-type]  # typed by the caller
            stack.push_async_callback(charger.leave)
            return charger

        yield make

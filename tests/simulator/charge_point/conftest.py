"""Chargers against an honest CSMS; every frame of a well-behaved charger is judged when the test ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from simulator.charge_point import VirtualChargePoint
from tests.simulator.charge_point.csms import HonestCSMS, running

Start = Callable[..., Awaitable[VirtualChargePoint]]


@pytest.fixture(params=["1.6", "2.0.1"])
async def csms(request: pytest.FixtureRequest) -> AsyncIterator[HonestCSMS]:
    """In both versions, or in those a test names with `versions(...)`."""
    async with running(HonestCSMS(version=request.param)) as honest:
        yield honest
    assert honest.violations == []


@pytest.fixture
async def start(csms: HonestCSMS) -> AsyncIterator[Start]:
    """Starts a charger of the CSMS's version; it is stopped when the test ends."""
    async with AsyncExitStack() as stack:

        async def begin(**options: Any) -> VirtualChargePoint:
            charger = build(csms, **options)
            stack.push_async_callback(charger.stop)
            await charger.start()
            return charger

        yield begin


def build(csms: HonestCSMS, **options: Any) -> VirtualChargePoint:
    given: dict[str, Any] = {"identity": "CP-1", "password": None, "reconnect_delay_s": 0.01, **options}
    return VirtualChargePoint(version=csms.version, url=csms.url, **given)

"""Who has just signed in, each in a browser of their own."""

from collections.abc import AsyncIterator

import pytest

from tests.api.stage import Stage
from tests.api.web.visits import ANA, BEN, DORA, OLGA, Browser, signed_in


@pytest.fixture
async def ana(stage: Stage) -> AsyncIterator[Browser]:
    browser = await signed_in(stage, ANA)
    async with browser.http:
        yield browser


@pytest.fixture
async def ben(stage: Stage) -> AsyncIterator[Browser]:
    browser = await signed_in(stage, BEN)
    async with browser.http:
        yield browser


@pytest.fixture
async def dora(stage: Stage) -> AsyncIterator[Browser]:
    browser = await signed_in(stage, DORA)
    async with browser.http:
        yield browser


@pytest.fixture
async def olga(stage: Stage) -> AsyncIterator[Browser]:
    browser = await signed_in(stage, OLGA)
    async with browser.http:
        yield browser

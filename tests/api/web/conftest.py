"""Who has just signed in, each in a browser of their own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.stage import Stage
from tests.api.web.visits import ANA, BEN, DORA, OLGA, Browser, signed_in


def _browser_of(claims: dict[str, Any]) -> Any:
    @pytest.fixture
    async def browser(stage: Stage) -> AsyncIterator[Browser]:
        theirs = await signed_in(stage, claims)
        async with theirs.http:
            yield theirs

    return browser


ana = _browser_of(ANA)
ben = _browser_of(BEN)
dora = _browser_of(DORA)
olga = _browser_of(OLGA)

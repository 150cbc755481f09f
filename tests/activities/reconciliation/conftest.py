"""What the reconciler's tests begin with."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.activities.money.money_desk import money_desk
from tests.activities.reconciliation.left_behind import LeftBehind, some_code


@pytest.fixture
async def left_behind(database_url: str, temporal_env: WorkflowEnvironment) -> AsyncIterator[LeftBehind]:
    async with money_desk(database_url) as desk:
        yield LeftBehind(desk, temporal_env.client)


@pytest.fixture
def code() -> str:
    return some_code()

"""The fake world for workflow tests."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.world import World


@pytest.fixture
async def world(temporal_env: WorkflowEnvironment, workflow_cache: int) -> AsyncIterator[World]:
    async with World.opened(temporal_env, workflow_cache) as opened:
        yield opened

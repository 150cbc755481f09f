"""The fake world for workflow tests."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.world import World


@pytest.fixture
def workflow_cache(request: pytest.FixtureRequest) -> int:
    """None, unless a test asks for it (`with_and_without_cache`): so every workflow task replays all before it.

    That proves more of a story than a cache would, which only hides what a reservation remembers beside its history.
    """
    return int(getattr(request, "param", 0))


@pytest.fixture
async def world(temporal_env: WorkflowEnvironment, workflow_cache: int) -> AsyncIterator[World]:
    async with World.opened(temporal_env, workflow_cache) as opened:
        yield opened

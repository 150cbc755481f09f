"""One stack for the session; each test has a site of its own on it."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from runtime.embedded.postgres import EmbeddedPostgres
from tests.whole_stack.place import Place, new_place
from tests.whole_stack.stack import Stack, own_stack


@pytest.fixture(scope="session")
async def stack(
    postgres: EmbeddedPostgres,
    migrated_template: str,
    temporal_env: WorkflowEnvironment,
    tmp_path_factory: pytest.TempPathFactory,
    workflow_cache: int,
) -> AsyncIterator[Stack]:
    # Tests of other rooms have it, too: a worker may make it more than once.
    folder = tmp_path_factory.mktemp("whole-stack-issuer")
    async with own_stack(
        "whole", postgres, migrated_template, temporal_env, folder, workflow_cache
    ) as running:
        yield running


@pytest.fixture
async def place(stack: Stack) -> AsyncIterator[Place]:
    """A site with one charger."""
    async with new_place(stack) as opened:
        yield opened


@pytest.fixture
async def roomy(stack: Stack) -> AsyncIterator[Place]:
    """A site with three chargers."""
    async with new_place(stack, chargers=3) as opened:
        yield opened

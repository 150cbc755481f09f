"""The sandbox that workflow code runs in: the same for the worker, the tests and the replayer."""

from collections.abc import Callable

from temporalio.worker.workflow_sandbox import SandboxRestrictions

from texts.catalogue import load_catalogues
from workflows.engine.undivided_tasks import UndividedTasksRunner

PASSED_THROUGH = ("workflows", "domain", "contracts", "texts", "babel", "zoneinfo")
"""Free of hidden state: workflows, rules, messages and words. Importing them afresh for every run would take seconds;
the module of a workflow alone was a tenth of what a booking costs a worker (`make bench`)."""


def runner(clock: Callable[[], float] | None = None) -> UndividedTasksRunner:
    """A runner that imports nothing afresh for a run. `clock`: the worker's, if not the machine's.

    What workflows may not do (read a clock, roll dice, reach a client) is kept from them by ruff's bans in
    `workflows` and by the import contracts.
    """
    load_catalogues()  # a tenth of a second, which no workflow task should spend
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return UndividedTasksRunner(restrictions) if clock is None else UndividedTasksRunner(restrictions, clock)

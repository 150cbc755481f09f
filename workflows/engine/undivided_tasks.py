"""A runner of workflows whose tasks a query never divides, and whose time passes (`passing_time`).

Why: docs/decisions/0007-queries-wait-for-steps.md.
"""

import time
from collections.abc import Callable

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from workflows.engine.passing_time import PassingTime, Refused
from workflows.engine.wrapped_instance import WrappedInstance

_MONOTONIC = time.monotonic  # noqa: TID251 - of the worker, never of a workflow
_ASKED_ALONE = "legacy_query"
"""The core's id of a query that came without a workflow task: it must be answered, and ends no task."""


class UndividedTasksRunner(SandboxedWorkflowRunner):
    """As the SDK's, but a query that comes with a workflow task waits until no local activity is under way.

    `clock`: monotonic seconds, of the worker.
    """

    def __init__(self, restrictions: SandboxRestrictions, clock: Callable[[], float] = _MONOTONIC) -> None:
        super().__init__(restrictions=restrictions)
        self._refused: Refused = {}
        self._clock = clock

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _UndividedTasks(PassingTime(super().create_instance(det), self._refused, self._clock))


class _UndividedTasks(WrappedInstance):
    """Leaves such a query unanswered: the task goes on, and the server asks again by itself when it has ended."""

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return _unanswered() if self._under_way and _only_asks(act) else self._activated(act)


def _only_asks(act: WorkflowActivation) -> bool:
    """Whether it holds nothing but queries, which came with a workflow task. The core never mixes them with more."""
    return bool(act.jobs) and all(
        job.HasField("query_workflow") and job.query_workflow.query_id != _ASKED_ALONE for job in act.jobs
    )


def _unanswered() -> WorkflowActivationCompletion:
    completion = WorkflowActivationCompletion()
    completion.successful.SetInParent()
    return completion

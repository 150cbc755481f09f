"""A runner of workflows whose tasks a query never divides. Why: docs/decisions/0007-queries-wait-for-steps.md."""

from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

_ASKED_ALONE = "legacy_query"
"""The core's id of a query that came without a workflow task: it must be answered, and ends no task."""


class UndividedTasksRunner(SandboxedWorkflowRunner):
    """As the SDK's, but a query that comes with a workflow task waits until no local activity is under way."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _UndividedTasks(super().create_instance(det))


class _UndividedTasks(WorkflowInstance):
    """Leaves such a query unanswered: the task goes on, and the server asks again by itself when it has ended."""

    def __init__(self, workflow: WorkflowInstance) -> None:
        self._workflow = workflow
        self._under_way: set[int] = set()

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        if self._under_way and _only_asks(act):
            return _unanswered()
        for job in act.jobs:
            if job.HasField("resolve_activity") and job.resolve_activity.is_local:
                self._under_way.discard(job.resolve_activity.seq)
        completion = self._workflow.activate(act)
        for command in completion.successful.commands:
            if command.HasField("schedule_local_activity"):
                self._under_way.add(command.schedule_local_activity.seq)
        return completion

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        return self._workflow.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return self._workflow.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._workflow.get_info()

    def get_thread_id(self) -> int | None:
        return self._workflow.get_thread_id()


def _only_asks(act: WorkflowActivation) -> bool:
    """Whether it holds nothing but queries, which came with a workflow task. The core never mixes them with more."""
    return bool(act.jobs) and all(
        job.HasField("query_workflow") and job.query_workflow.query_id != _ASKED_ALONE for job in act.jobs
    )


def _unanswered() -> WorkflowActivationCompletion:
    completion = WorkflowActivationCompletion()
    completion.successful.SetInParent()
    return completion

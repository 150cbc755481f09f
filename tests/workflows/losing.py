"""A worker that loses the completion of one workflow task: all was done, nobody was told, and something else comes."""

from collections.abc import Callable
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info


class TaskLost(Exception):
    """As if the worker had died at the very end of the task."""


class Loss:
    """Of the `nth` task (from 1) of the workflow that comes first. `meanwhile` is called before anybody knows of it."""

    def __init__(self, nth: int, meanwhile: Callable[[str], None]) -> None:
        self._left = nth
        self._meanwhile = meanwhile

    def at_the_end_of_a_task(self, workflow_id: str) -> None:
        """Raises TaskLost."""
        self._left -= 1
        if self._left == 0:
            self._meanwhile(workflow_id)
            raise TaskLost


class LosingRunner(WorkflowRunner):
    def __init__(self, inner: WorkflowRunner, loss: Loss) -> None:
        self._inner = inner
        self._loss = loss

    def prepare_workflow(self, defn: Any) -> None:
        self._inner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Losing(self._inner.create_instance(det), det.info.workflow_id, self._loss)

    def set_worker_level_failure_exception_types(self, types: Any) -> None:
        self._inner.set_worker_level_failure_exception_types(types)


class _Losing(WorkflowInstance):
    def __init__(self, workflow: WorkflowInstance, workflow_id: str, loss: Loss) -> None:
        self._workflow = workflow
        self._workflow_id = workflow_id
        self._loss = loss
        self._under_way: set[int] = set()

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = self._workflow.activate(act)
        for job in act.jobs:
            if job.HasField("resolve_activity") and job.resolve_activity.is_local:
                self._under_way.discard(job.resolve_activity.seq)
        for command in completion.successful.commands:
            if command.HasField("schedule_local_activity"):
                self._under_way.add(command.schedule_local_activity.seq)
        asked = all(job.HasField("query_workflow") for job in act.jobs)
        if not (act.is_replaying or self._under_way or asked):
            self._loss.at_the_end_of_a_task(self._workflow_id)
        return completion

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        return self._workflow.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return self._workflow.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._workflow.get_info()

    def get_thread_id(self) -> int | None:
        return self._workflow.get_thread_id()

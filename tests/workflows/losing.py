"""A worker that loses the completion of one workflow task: all was done, nobody was told, and something else comes."""

from collections.abc import Callable
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from workflows.engine.wrapped_instance import WrappedInstance


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


class _Losing(WrappedInstance):
    def __init__(self, workflow: WorkflowInstance, workflow_id: str, loss: Loss) -> None:
        super().__init__(workflow)
        self._workflow_id = workflow_id
        self._loss = loss

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = self._activated(act)
        asked = all(job.HasField("query_workflow") for job in act.jobs)
        if not (act.is_replaying or self._under_way or asked):
            self._loss.at_the_end_of_a_task(self._workflow_id)
        return completion

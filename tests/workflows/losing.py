"""A worker that loses one workflow task: all of it was done, or some, nobody was told, and something else comes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from workflows.engine.wrapped_instance import WrappedInstance


class TaskLost(Exception):
    """As if the worker had died."""


@dataclass(frozen=True, slots=True)
class Place:
    """In the `nth` task (from 1): at its end, or when so many of its local activities were carried out (from 1)."""

    nth: int
    done: int | None = None


class Loss:
    """Of the workflow that comes first. `meanwhile` is called before anybody knows of it."""

    def __init__(self, place: Place, meanwhile: Callable[[str], None]) -> None:
        self._place = place
        self._at = Place(1, 0)
        self._over = False
        self._meanwhile = meanwhile

    def after_a_local_activity(self, workflow_id: str) -> None:
        """Before its result is taken. Raises TaskLost."""
        self._at = Place(self._at.nth, (self._at.done or 0) + 1)
        self._lose_here(self._at, workflow_id)

    def at_the_end_of_a_task(self, workflow_id: str) -> None:
        """Raises TaskLost."""
        ended, self._at = Place(self._at.nth), Place(self._at.nth + 1, 0)
        self._lose_here(ended, workflow_id)

    def _lose_here(self, here: Place, workflow_id: str) -> None:
        if here == self._place and not self._over:
            self._over = True
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
        if any(job.HasField("remove_from_cache") for job in act.jobs):
            return self._activated(act)
        if not act.is_replaying:
            for _ in filter(_is_local_result, act.jobs):
                self._loss.after_a_local_activity(self._workflow_id)
        completion = self._activated(act)
        asked = all(job.HasField("query_workflow") for job in act.jobs)
        if not (act.is_replaying or self._under_way or asked):
            self._loss.at_the_end_of_a_task(self._workflow_id)
        return completion


def _is_local_result(job: WorkflowActivationJob) -> bool:
    return job.HasField("resolve_activity") and job.resolve_activity.is_local

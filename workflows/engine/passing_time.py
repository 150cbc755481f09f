"""Time passes between two workflow tasks: one that is handed out with the time of the one before is refused, once.

Why, with what was seen: docs/decisions/0007-queries-wait-for-steps.md.
"""

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance

from workflows.engine.wrapped_instance import WrappedInstance


class TimeStoodStill(Exception):
    """The task is failed, and given out again with the history: its time is right then."""


class PassingTime(WrappedInstance):
    """Within a task, time goes on only with its local activities; what comes from outside comes with another task.

    `refused`: run → length of the history at the task that was refused last, of all runs of the worker. Where the
    server's clock was set back, time stands still for good: the second attempt at a task is not refused.
    """

    def __init__(self, workflow: WorkflowInstance, refused: dict[str, int]) -> None:
        super().__init__(workflow)
        self._refused = refused
        self._latest_ns = 0

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Raises TimeStoodStill."""
        if not act.is_replaying and any(map(_begins_a_task, act.jobs)):
            self._require_later(act)
        self._latest_ns = max(self._latest_ns, act.timestamp.ToNanoseconds())
        return self._activated(act)

    def _require_later(self, act: WorkflowActivation) -> None:
        refused = self._refused.pop(act.run_id, None)
        if act.timestamp.ToNanoseconds() > self._latest_ns or refused == act.history_length:
            return
        self._refused[act.run_id] = act.history_length
        raise TimeStoodStill(f"at {act.timestamp.ToJsonString()}, {act.history_length} events")


def _begins_a_task(job: WorkflowActivationJob) -> bool:
    if job.HasField("resolve_activity"):
        return not job.resolve_activity.is_local
    return (
        job.HasField("fire_timer")
        or job.HasField("signal_workflow")
        or job.HasField("do_update")
        or job.HasField("cancel_workflow")
    )

"""Time passes between two workflow tasks: what is handed out with the time of the one before is refused, for a minute.

Why, with what was seen: docs/decisions/0007-queries-wait-for-steps.md.
"""

from collections.abc import Callable

from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance

from workflows.engine.wrapped_instance import WrappedInstance

REFUSED_FOR_S = 60.0

Refused = dict[str, tuple[int, float]]
"""Run → length of the history at what was refused last, and when that length was refused first (monotonic)."""


class TimeStoodStill(Exception):
    """The task is failed, and given out again with the history: its time is right then."""


class PassingTime(WrappedInstance):
    """Within a task, time goes on only with its local activities; what comes from outside comes with another task.

    `refused`: of all runs of the worker. Where the server's clock was set back, time stands still for long: what is
    still tried after a minute is not refused.
    """

    def __init__(self, workflow: WorkflowInstance, refused: Refused, clock: Callable[[], float]) -> None:
        super().__init__(workflow)
        self._refused = refused
        self._clock = clock
        self._latest_ns = 0

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Raises TimeStoodStill."""
        if not act.is_replaying and any(map(_begins_a_task, act.jobs)):
            self._require_later(act)
        self._latest_ns = max(self._latest_ns, act.timestamp.ToNanoseconds())
        return self._activated(act)

    def _require_later(self, act: WorkflowActivation) -> None:
        length, since = self._refused.pop(act.run_id, (0, 0.0))
        if act.timestamp.ToNanoseconds() > self._latest_ns:
            return
        if length != act.history_length:
            since = self._clock()
        elif self._clock() - since >= REFUSED_FOR_S:
            return
        self._refused[act.run_id] = (act.history_length, since)
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

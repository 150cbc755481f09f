"""A workflow task with the time of the one before is refused: on replay it would have its own, and decide otherwise."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.bridge.proto.workflow_activation import (
    FireTimer,
    ResolveActivity,
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance
from temporalio.workflow import Info

from workflows.engine.passing_time import REFUSED_FOR_S, PassingTime, Refused, TimeStoodStill

LOCAL = WorkflowActivationJob(resolve_activity=ResolveActivity(seq=1, is_local=True))
BY_WORKER = WorkflowActivationJob(resolve_activity=ResolveActivity(seq=2))
FIRED = WorkflowActivationJob(fire_timer=FireTimer(seq=3))


class Taken(WorkflowInstance):
    """Takes whatever comes, and remembers at what second."""

    def __init__(self) -> None:
        self.at: list[int] = []

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        self.at.append(act.timestamp.seconds)
        return WorkflowActivationCompletion()

    def get_serialization_context(self, command_info: object) -> None:
        return None

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        raise NotImplementedError

    def get_info(self) -> Info:
        raise NotImplementedError

    def get_thread_id(self) -> int | None:
        return None


def task(at: int, *jobs: WorkflowActivationJob, replay: bool = False, length: int = 3) -> WorkflowActivation:
    return WorkflowActivation(
        run_id="run-1", timestamp=Timestamp(seconds=at), jobs=jobs, is_replaying=replay, history_length=length
    )


def after_a_replay(taken: Taken, refused: Refused, clock: float = 0.0) -> PassingTime:
    workflow = PassingTime(taken, refused, lambda: clock)
    workflow.activate(task(10, FIRED, replay=True))
    workflow.activate(task(12, LOCAL, replay=True))
    return workflow


@pytest.mark.parametrize("job", [BY_WORKER, FIRED])
def test_a_task_with_the_time_of_the_one_before_is_refused(job: WorkflowActivationJob) -> None:
    taken, refused = Taken(), Refused()
    with pytest.raises(TimeStoodStill):
        after_a_replay(taken, refused).activate(task(12, job, length=15))
    assert taken.at == [10, 12]
    after_a_replay(taken, refused).activate(task(30, job, length=15))
    assert (taken.at[-1], refused) == (30, {})


def test_a_clock_that_was_set_back_keeps_no_reservation_from_going_on() -> None:
    taken, refused = Taken(), Refused()
    for clock in (5.0, 6.0, 5.0 + REFUSED_FOR_S - 1):
        with pytest.raises(TimeStoodStill):
            after_a_replay(taken, refused, clock).activate(task(12, FIRED, length=15))
    after_a_replay(taken, refused, 5.0 + REFUSED_FOR_S).activate(task(12, FIRED, length=15))
    assert (taken.at[-1], refused) == (12, {})


def test_what_belongs_to_the_task_or_is_replayed_is_taken_at_its_time() -> None:
    taken = Taken()
    workflow = after_a_replay(taken, {})
    workflow.activate(task(12, FIRED, replay=True))
    workflow.activate(task(13, FIRED))
    workflow.activate(task(13, LOCAL))
    assert taken.at == [10, 12, 12, 13, 13]

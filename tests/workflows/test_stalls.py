"""A machine that stands still in the middle of a workflow's step: the SDK gives it up, and the workflow goes on."""

import secrets
import time
from datetime import timedelta

import pytest
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from workflows.engine.threads import WorkflowThreads

TOLD = 20
STILL_S = 2.6
"""Longer than the SDK waits for a step."""


def stand_still(seconds: float) -> None:
    time.sleep(seconds)


@workflow.defn(sandboxed=False)
class Counting:
    """Ends when it has been told of everything; the machine stands still once, while others wait behind it."""

    stood_still = False

    def __init__(self) -> None:
        self.heard = 0

    @workflow.run
    async def run(self) -> int:
        await workflow.wait_condition(lambda: self.heard == TOLD)
        return self.heard

    @workflow.signal
    async def tell(self) -> None:
        if self.heard == 3 and not Counting.stood_still:
            Counting.stood_still = True
            stand_still(STILL_S)
        self.heard += 1


@pytest.mark.parametrize("workflow_cache", [pytest.param(0, id="replayed"), pytest.param(10, id="cached")])
async def test_a_step_during_which_the_machine_stands_still_is_taken_again(
    temporal_env: WorkflowEnvironment, workflow_cache: int
) -> None:
    Counting.stood_still = False
    queue = f"stalls-{secrets.token_hex(6)}"
    handle = await temporal_env.client.start_workflow(
        Counting.run, id=queue, task_queue=queue, execution_timeout=timedelta(minutes=1)
    )
    for _ in range(TOLD):
        await handle.signal(Counting.tell)
    with WorkflowThreads(4) as threads:
        async with Worker(
            temporal_env.client,
            task_queue=queue,
            workflows=[Counting],
            workflow_task_executor=threads,
            max_cached_workflows=workflow_cache,
        ):
            assert await handle.result() == TOLD
    assert Counting.stood_still

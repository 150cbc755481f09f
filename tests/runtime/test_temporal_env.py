"""The shared time-skipping environment: time moves only when a test says so."""

import uuid
from datetime import timedelta

from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@workflow.defn
class Sleeper:
    @workflow.run
    async def run(self) -> str:
        await workflow.sleep(timedelta(days=1), summary="A day passes")
        return "awake"


async def test_a_day_passes_at_once(temporal_env: WorkflowEnvironment, workflow_cache: int) -> None:
    queue = f"sleeper-{uuid.uuid4()}"
    async with Worker(
        temporal_env.client,
        task_queue=queue,
        workflows=[Sleeper],
        max_cached_workflows=workflow_cache,
        workflow_runner=UnsandboxedWorkflowRunner(),  # a test module is not importable by name
    ):
        handle = await temporal_env.client.start_workflow(Sleeper.run, id=queue, task_queue=queue)
        assert await temporal_env.fast_forward(handle, timedelta(hours=1))
        assert (await handle.describe()).close_time is None
        await temporal_env.fast_forward(handle)
        assert await handle.result() == "awake"

"""A worker that ends by itself is followed by another; the process goes on."""

import asyncio
import uuid
from datetime import timedelta

import structlog
from temporalio import activity
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from runtime.polling import Polling
from tests.api.namespace import bare_namespace, once_known


@activity.defn
async def nothing() -> None:
    return


def _takes_tasks(polling: Polling) -> bool:
    return polling.active


async def _work(client: Client) -> None:
    await client.execute_activity(
        nothing,
        id=f"{client.namespace}-works",
        task_queue="late",
        start_to_close_timeout=timedelta(seconds=10),
        schedule_to_close_timeout=timedelta(seconds=50),
    )


async def test_a_worker_whose_namespace_is_missing_is_followed_by_others_until_it_is_there(
    temporal_env: WorkflowEnvironment,
) -> None:
    name = f"late-{uuid.uuid4().hex[:8]}"
    client = Client(temporal_env.client.service_client, namespace=name)
    made: asyncio.Queue[Worker] = asyncio.Queue()

    def make(over: Client) -> Worker:
        worker = Worker(over, task_queue="late", activities=[nothing])
        made.put_nowait(worker)
        return worker

    polling = Polling(lambda: client, make)
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(polling.run())
        for _ in range(3):
            await made.get()
        assert not _takes_tasks(polling)
        await bare_namespace(temporal_env, name)
        await once_known(client, _work)
        assert _takes_tasks(polling)
        polling.stop()
        await running
    assert not _takes_tasks(polling)
    assert [entry["event"] for entry in logs].count("worker_ended_itself") == 1


async def test_it_can_be_stopped_while_it_still_looks_for_its_namespace(
    temporal_env: WorkflowEnvironment,
) -> None:
    client = Client(temporal_env.client.service_client, namespace=f"never-{uuid.uuid4().hex[:8]}")
    polling = Polling(lambda: client, lambda over: Worker(over, task_queue="never", activities=[nothing]))
    running = asyncio.create_task(polling.run())
    await asyncio.sleep(0)
    polling.stop()
    await running
    assert not _takes_tasks(polling)

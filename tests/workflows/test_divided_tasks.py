"""Workflow tasks that end in the middle of a step: the reservation can be taken up again from its history."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowUpdateStage
from temporalio.testing import WorkflowEnvironment

from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.reservation.actions.messages import Operate
from tests.workflows.caching import with_and_without_cache
from tests.workflows.visit import Visit
from tests.workflows.world import World
from workflows.engine.threads import WorkflowThreads

pytestmark = with_and_without_cache

CANCEL: Any = "operator_cancel"
WHY = Operate(reason="half-way")


class BusyWorker(WorkflowThreads):
    """Takes its time for every activation: local activities end, and requests arrive, while it is at one."""

    PAUSE_S = 0.05

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(self._slowly, work, *args, **kwargs)

    def _slowly(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        time.sleep(self.PAUSE_S)
        return work(*args, **kwargs)


async def test_a_query_and_a_request_that_meet_a_step_replay(
    temporal_env: WorkflowEnvironment, workflow_cache: int
) -> None:
    """The query is answered, but not in the middle of the step; the request is carried out after it."""
    with BusyWorker(4) as executor:
        async with World.opened(temporal_env, workflow_cache, executor) as world:
            visit = await world.locked()
            await meet_a_step(visit)
            await visit.ended()
            await visit.replay()


async def meet_a_step(visit: Visit) -> None:
    troubles = visit.world.troubles
    stranger = await visit.fact(ChargerEventKind.STRANGER_REFUSED)
    fault = await visit.fact(ChargerEventKind.CONNECTOR_STATUS, status=ConnectorStatus.FAULTED)
    troubles.hang("publish")
    await visit.send(stranger)
    await troubles.until_hanging("publish")
    reading = asyncio.create_task(visit.view())
    await visit.send(fault)  # it and the query wait for the next task, in which the fault's step begins
    troubles.mend("publish")
    troubles.hang("publish")
    await troubles.until_hanging("publish")
    asking = asyncio.create_task(visit.ask(CANCEL, WHY))
    await visit.handle.describe()
    troubles.mend("publish")
    await asyncio.gather(asking, reading)


async def test_a_request_during_a_step_longer_than_a_task_replays(world: World) -> None:
    world.task_timeout = timedelta(seconds=2)
    visit = await world.locked()
    world.troubles.hang("publish")
    await visit.status(ConnectorStatus.FAULTED)
    await world.troubles.until_hanging("publish")
    asked = await visit.handle.start_update(CANCEL, WHY, wait_for_stage=WorkflowUpdateStage.ACCEPTED)
    world.troubles.mend("publish")
    await asked.result()
    await visit.ended()
    await visit.replay()

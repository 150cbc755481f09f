"""The schedules of the last net are there, and follow the settings."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client, ScheduleActionStartWorkflow
from temporalio.testing import WorkflowEnvironment

from runtime.readiness.findings import NOT_SCHEDULED
from runtime.readiness.readiness import Readiness
from runtime.schedules import Schedules
from runtime.settings import WorkerSettings
from tests.api.namespace import own_namespace
from worker import times_of
from workflows.reconciliation.schedule import ensure_schedules

ANSWERS = {
    "reconciliation-schedule": ("ReconciliationWorkflow", timedelta(seconds=60)),
    "comparison-schedule": ("ComparisonWorkflow", timedelta(minutes=5)),
    "complete-comparison-schedule": ("ComparisonWorkflow", timedelta(days=1)),
    "money-reconciliation-schedule": ("MoneyReconciliationWorkflow", timedelta(hours=1)),
}


async def test_each_is_made_once_and_brought_up_to_date(temporal_env: WorkflowEnvironment) -> None:
    client = await own_namespace(temporal_env, f"schedules-{uuid4().hex}")
    times = times_of(WorkerSettings())
    await ensure_schedules(client, times)
    assert {id_: await _described(client, id_) for id_ in ANSWERS} == ANSWERS
    await ensure_schedules(client, replace(times, compare_every=timedelta(minutes=7)))
    assert await _described(client, "comparison-schedule") == ("ComparisonWorkflow", timedelta(minutes=7))


async def test_readiness_tells_while_they_could_not_be_made(temporal_env: WorkflowEnvironment) -> None:
    """And the worker works all the same: its namespace comes late."""
    name = f"schedules-{uuid4().hex}"
    schedules = Schedules(times_of(WorkerSettings()), again_s=0.05)
    readiness = Readiness([schedules.need])
    assert (await readiness.report()).degraded == ()
    client = Client(temporal_env.client.service_client, namespace=name)
    keeping = asyncio.create_task(schedules.keep(client))
    while not (report := await readiness.report()).degraded:  # noqa: ASYNC110 - the server refuses when it has looked
        await asyncio.sleep(0.05)
    assert (report.ready, report.degraded) == (True, (NOT_SCHEDULED,))
    await own_namespace(temporal_env, name)
    await keeping
    while (await readiness.report()).degraded:  # noqa: ASYNC110 - an answer is kept for a moment
        await asyncio.sleep(0.05)


async def _described(client: Client, schedule_id: str) -> tuple[str, timedelta]:
    schedule = (await client.get_schedule_handle(schedule_id).describe()).schedule
    assert isinstance(schedule.action, ScheduleActionStartWorkflow)
    (interval,) = schedule.spec.intervals
    return str(schedule.action.workflow), interval.every

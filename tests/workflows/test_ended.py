"""What a closed reservation would have settled next is asked of its history: the same that it asks for itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from contracts.money import OpenSettlement, SettleReservation
from contracts.names import RESERVATION_WORKFLOW, MessageName
from contracts.reconciliation import Unsettled
from contracts.reservation import BookRequest
from domain.causes import Cause
from domain.charging.events import ChargerEventKind
from domain.reservation.actions.messages import Cancel
from domain.reservation.lifecycle import State
from tests.whole_stack.answers import eventually
from tests.workflows.visit import Visit
from tests.workflows.world import World
from workflows.client.ended import EndedReservations
from workflows.engine.passing_time import REFUSED_FOR_S
from workflows.engine.sandbox import runner
from workflows.engine.threads import WorkflowThreads
from workflows.reservation.workflow import ReservationWorkflow

AT = datetime(2030, 1, 1, tzinfo=UTC)


@workflow.defn(name=RESERVATION_WORKFLOW, sandboxed=False)
class Another:
    """Another story under the same name: what was recorded is none of its doing."""

    @workflow.run
    async def run(self, request: BookRequest) -> None:
        await workflow.sleep(timedelta(days=1))

    @workflow.query(name=MessageName.OPEN_SETTLEMENT)
    def open_settlement(self, ended_at: datetime) -> OpenSettlement:
        return OpenSettlement()


async def said(world: World, visit: Visit) -> SettleReservation:
    answer = await EndedReservations(world.client).open_settlement(visit.code)
    assert isinstance(answer, OpenSettlement)
    assert answer.ask is not None
    return answer.ask


async def test_a_story_that_was_cut_off_ends_by_our_failure_and_the_record_stays(world: World) -> None:
    visit = await world.locked()
    await visit.card()
    await visit.started()
    await visit.until("CHARGING")
    assert await EndedReservations(world.client).open_settlement(visit.code) is Unsettled.RUNS
    seen = await visit.handle.query(ReservationWorkflow.open_settlement, AT)
    assert seen.ask is not None
    assert (seen.ask.progress.state, seen.ask.progress.cancelled_at) == (State.CANCELLED, AT)
    assert (await visit.view()).state == "CHARGING"
    await visit.handle.terminate()
    closed_at = (await visit.handle.describe()).close_time
    ask = await said(world, visit)
    assert (ask.step, ask.progress.ended_by, ask.progress.cancelled_at) == ("settle", Cause.SYSTEM, closed_at)
    assert ask.terms == world.site.terms


async def test_it_says_just_what_its_workflow_asks_for_next(world: World) -> None:
    """Cancelled late, for a fee, while the payment provider is away: it goes on with the step that was begun."""
    visit = await world.locked()
    world.troubles.fail("settle_reservation", times=1000)
    await visit.ask("cancel", Cancel())
    await visit.until("CANCELLED")
    seen = await visit.handle.query(ReservationWorkflow.open_settlement, AT)
    assert seen.ask is not None
    world.troubles.mend("settle_reservation")
    await visit.ended()
    (asked,) = world.bank.settled
    assert replace(seen.ask, now=asked.now) == replace(asked, giving_back=None, version=0)
    nothing = await EndedReservations(world.client).open_settlement(visit.code)
    assert nothing == OpenSettlement()


async def test_after_a_settlement_that_failed_for_good_the_next_step_is_asked_for(world: World) -> None:
    visit = await world.locked()
    world.troubles.fail_for_good("settle_reservation")
    await visit.ask("cancel", Cancel())
    assert (await visit.view()).attention
    await visit.handle.terminate()
    ask = await said(world, visit)
    assert (ask.step, ask.progress.ended_by) == ("settle-2", Cause.DRIVER)


@pytest.mark.parametrize("served", [True, False])
async def test_a_history_that_cannot_be_replayed_or_that_nobody_replays(
    temporal_env: WorkflowEnvironment, served: bool
) -> None:
    async with World.opened(temporal_env, 0) as world:
        visit = await world.locked()
        await eventually(visit.is_at_rest)
        await visit.handle.terminate()
    ended = EndedReservations(world.client, patience=timedelta(seconds=3))
    if not served:
        assert await ended.open_settlement(visit.code) is Unsettled.NO_ANSWER
        return
    other = Worker(
        world.client,
        task_queue=world.queue,
        workflows=[Another],
        workflow_runner=runner(),
        max_cached_workflows=0,
        max_concurrent_workflow_tasks=1,
    )
    async with other:
        assert await ended.open_settlement(visit.code) is Unsettled.NOT_REPLAYED


async def test_news_that_no_task_had_taken_up_are_asked_about_again_after_a_minute(
    temporal_env: WorkflowEnvironment,
) -> None:
    """The worker is down, a charger reports, somebody terminates what stands still."""
    async with World.opened(temporal_env, 0) as world:
        visit = await world.locked()
        shown = await visit.fact(ChargerEventKind.TOKEN_PRESENTED, matches_driver=True)
    await visit.send(shown)
    await visit.handle.terminate()
    ended, now = EndedReservations(world.client), 0.0
    again = Worker(
        world.client,
        task_queue=world.queue,
        workflows=[ReservationWorkflow],
        activities=world.activities(),
        workflow_runner=runner(lambda: now),
        workflow_task_executor=WorkflowThreads(),
        max_cached_workflows=0,
        max_concurrent_workflow_tasks=1,
    )
    async with again:
        assert await ended.open_settlement(visit.code) is Unsettled.NOT_TAKEN_UP
        now = REFUSED_FOR_S
        told = await ended.open_settlement(visit.code)
        assert isinstance(told, OpenSettlement)
        assert told.ask is not None
        assert told.ask.progress.ended_by is Cause.SYSTEM


async def test_what_the_namespace_does_not_know_is_forgotten(world: World) -> None:
    assert await EndedReservations(world.client).open_settlement("AAAA-AAAA-AAAA") is Unsettled.FORGOTTEN

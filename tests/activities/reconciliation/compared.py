"""Reservations that say of themselves how they stand, and a comparison of what is shown with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.worker import Worker

from activities.asking import Asking
from activities.people.projection import show
from activities.reconciliation.comparison import STARTING, ComparisonActivities
from contracts import search_attributes
from contracts.comparison import Comparison, ComparisonReport, Standing
from contracts.names import RESERVATION_WORKFLOW
from contracts.publication import Publication, ReservationView
from db.tables import ReservationRow
from domain.reservation.code import workflow_id
from tests.activities.reconciliation.left_behind import LeftBehind
from workflows.client.standing import Standings

SOME = Comparison(sample=20, closed_within_seconds=3600)
ALL = replace(SOME, sample=None)


@workflow.defn(name=RESERVATION_WORKFLOW, sandboxed=False)
class SaysOfItself:
    """What a reservation's workflow has to say to whoever compares, and nothing else."""

    @workflow.init
    def __init__(self, view: ReservationView) -> None:
        self._view = view
        self._over = False

    @workflow.run
    async def run(self, view: ReservationView) -> ReservationView:
        await workflow.wait_condition(lambda: self._over)
        return self._view

    @workflow.query
    def view(self) -> ReservationView:
        return self._view

    @workflow.signal
    def show_again(self) -> None:
        workflow.upsert_search_attributes(search_attributes.of_view(self._view))

    @workflow.update
    async def becomes(self, view: ReservationView) -> None:
        self._view = view
        self.show_again()

    @workflow.update
    async def begins_a_step(self) -> None:
        self._step = workflow.start_activity(
            "whatever", task_queue="nobody", schedule_to_close_timeout=timedelta(hours=1)
        )

    @workflow.signal
    def end(self) -> None:
        self._over = True


Handle = WorkflowHandle[SaysOfItself, ReservationView]


class Compared:
    def __init__(self, left_behind: LeftBehind, queue: str) -> None:
        self._left_behind = left_behind
        self._queue = queue
        self.sessions = left_behind.desk.sessions
        self.bugs = left_behind.counted.bugs

    async def shown(self, view: ReservationView, *, attributes: ReservationView | None = None) -> Handle:
        """Running, and shown by row and search attributes as it says."""
        pairs = [
            SearchAttributePair(wanted.key, wanted.value)
            for wanted in search_attributes.of_view(attributes or view)
        ]
        handle = await self._left_behind.client.start_workflow(
            SaysOfItself.run,
            view,
            id=workflow_id(view.code),
            task_queue=self._queue,
            search_attributes=TypedSearchAttributes(pairs),
        )
        await handle.query(SaysOfItself.view)  # its first task is over then
        async with self.sessions.begin() as session:
            now = datetime.now(UTC)
            published = Publication(version=1, view=view, closed=False, now=now)
            await show(session, published, by=Asking(handle.result_run_id or "", now))
        return handle

    async def row_says(self, code: str, **values: Any) -> None:
        async with self.sessions.begin() as session:
            await session.execute(update(ReservationRow).where(ReservationRow.code == code).values(**values))

    async def row(self, code: str) -> ReservationRow:
        async with self.sessions() as session:
            return (await session.scalars(select(ReservationRow).where(ReservationRow.code == code))).one()

    async def compare(
        self,
        ask: Comparison = SOME,
        *,
        standings: Standings | None = None,
        starting: timedelta = STARTING,
        after: list[str] | None = None,
        beats: list[list[str]] | None = None,
    ) -> ComparisonReport:
        """`after`: what an attempt before has told last. `beats`: takes what this one tells."""
        client = self._left_behind.client
        work = ComparisonActivities(
            self.sessions,
            self._left_behind.namespace,
            standings or Standings(client),
            look_again_after=timedelta(0),
            starting=starting,
        )
        attempt = await self._left_behind.attempt()
        if after is not None:
            attempt.info = replace(attempt.info, heartbeat_details=[after])
        if beats is not None:
            attempt.on_heartbeat = beats.append
        return await attempt.run(work.compare_with_workflows, ask)


class SomethingHappens(Standings):
    """Between the first look and the second."""

    def __init__(self, client: Client, happens: Callable[[], Awaitable[None]]) -> None:
        super().__init__(client)
        self._happens = happens
        self._looks = 0

    async def of(self, code: str) -> Standing | None:
        self._looks += 1
        if self._looks == 2:
            await self._happens()
        return await super().of(code)


@asynccontextmanager
async def comparing(left_behind: LeftBehind) -> AsyncIterator[Compared]:
    queue = f"compared-{uuid4()}"
    async with Worker(left_behind.client, task_queue=queue, workflows=[SaysOfItself]):
        yield Compared(left_behind, queue)


async def until_listed(client: Client, count: int) -> None:
    """Lists know of a workflow a moment after it has begun."""
    async with asyncio.timeout(30):
        while True:
            listed = await client.count_workflows(f"WorkflowType = '{RESERVATION_WORKFLOW}'")
            if listed.count >= count:
                return
            await asyncio.sleep(0.05)

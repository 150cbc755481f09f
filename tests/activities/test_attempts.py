"""An attempt whose time is over ends, and leaves nothing behind: neither rows nor a lock nor a connection."""

import asyncio
import uuid
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.attempts import EndsInTime
from db.engine import Sessions, create_engine, create_sessions


@workflow.defn(sandboxed=False)
class Patient:
    @workflow.run
    async def run(self) -> int:
        attempt: int = await workflow.execute_activity(
            "write",
            result_type=int,
            start_to_close_timeout=timedelta(seconds=2),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)),
        )
        return attempt


class Writer:
    """The first attempt writes, and then waits for what never comes."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.ended: list[int] = []
        self.ended_before: list[int] = []

    @activity.defn
    async def write(self) -> int:
        attempt = activity.info().attempt
        try:
            async with self._sessions.begin() as session:
                self.ended_before = list(self.ended)
                await self._write(session, attempt)
        finally:
            self.ended.append(attempt)
        return attempt

    async def _write(self, session: AsyncSession, attempt: int) -> None:
        # Of the one row there may be: a second attempt waits for a first one that still holds it.
        await session.execute(text("INSERT INTO written VALUES (1, :attempt)"), {"attempt": attempt})
        if attempt == 1:
            await asyncio.Event().wait()


async def test_a_late_attempt_is_rolled_back_before_the_next_one_needs_its_connection(
    database_url: str, temporal_env: WorkflowEnvironment
) -> None:
    engine = create_engine(database_url, pool_size=1)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE written (id int PRIMARY KEY, attempt int)"))
    writer = Writer(create_sessions(engine))
    queue = f"attempts-{uuid.uuid4().hex}"
    async with Worker(
        temporal_env.client,
        task_queue=queue,
        workflows=[Patient],
        activities=[writer.write],
        interceptors=[EndsInTime()],
    ):
        attempt = await temporal_env.client.execute_workflow(Patient.run, id=queue, task_queue=queue)
    # With one connection, and one row: the second is the first to get either only if the first one ended in time.
    assert attempt == 2
    assert writer.ended_before == [1]
    async with engine.begin() as connection:
        assert (await connection.execute(text("SELECT attempt FROM written"))).scalars().all() == [2]
    await engine.dispose()

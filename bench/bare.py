"""The yardstick: a workflow that answers Update-with-Start after one local activity with one `SELECT 1`.

It does what any reservation on Temporal and Postgres must do at least, on the same server, worker settings,
sandbox, connection pool and data converter.
"""

from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from sqlalchemy import text

    from db.engine import Sessions

BARE_QUEUE = "bench-bare"


class BareActivities:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @activity.defn
    async def select_one(self) -> int:
        """One transaction with one statement."""
        async with self._sessions.begin() as session:
            return int((await session.execute(text("SELECT 1"))).scalar_one())


@workflow.defn(name="BareWorkflow")
class BareWorkflow:
    @workflow.init
    def __init__(self, request: str) -> None:
        self._decision: int | None = None

    @workflow.run
    async def run(self, request: str) -> None:
        self._decision = await workflow.execute_local_activity_method(
            BareActivities.select_one, start_to_close_timeout=timedelta(seconds=4)
        )
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def book(self) -> int:
        await workflow.wait_condition(lambda: self._decision is not None)
        return self._decision or 0

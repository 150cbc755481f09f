"""The debts of a day: whoever owes something is looked at, as its workflow does when it is told that there is news.

Within a day no card is tried again: the first wait is longer (`domain.terms.debts`).
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.exceptions import ApplicationError

from activities.failures import RETRYABLE
from activities.money.debts import DebtActivities
from contracts.debts import CollectDebt
from days.virtual_time import VirtualTime
from db.delivery.outbox import Settled, claim, settle
from db.tables import Target

_BATCH = 64


class DayDebts:
    def __init__(self, engine: AsyncEngine, debts: DebtActivities, time: VirtualTime) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._debts = debts
        self._time = time
        self._due: set[str] = set()

    async def hear(self) -> int:
        """How many debts were looked at. Those that the provider keeps from it are looked at the next time."""
        await self._take()
        looked = [code for code in sorted(self._due) if await self._look(code)]
        self._due.difference_update(looked)
        return len(looked)

    async def _take(self) -> None:
        now = self._time.now()
        async with self._engine.connect() as connection:
            claimed = await claim(connection, Target.DEBTS, now, patience=timedelta(seconds=15), limit=_BATCH)
            self._due.update(delivery.key for delivery in claimed.taken)
            settled = [Settled(id=delivery.id, outcome="told") for delivery in claimed.taken]
            if settled:
                await settle(connection, settled, now)

    async def _look(self, code: str) -> bool:
        try:
            await self._debts.collect_debt(CollectDebt(code=code, now=self._time.now()))
        except ApplicationError as failure:
            if failure.type not in RETRYABLE:
                raise
            return False
        return True

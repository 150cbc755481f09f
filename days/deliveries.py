"""The relay of a day: what is committed for reservations reaches their workflows, in order, once it is asked to."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from days.temporal import Workflows
from days.virtual_time import VirtualTime
from db.delivery.outbox import Settled, claim, settle
from domain.reservation.code import workflow_id
from ocpp_gateway.storage.relay import CHARGER_EVENTS

_BATCH = 64


class Deliveries:
    def __init__(self, engine: AsyncEngine, workflows: Workflows, time: VirtualTime) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._workflows = workflows
        self._time = time
        self._paused = False

    def pause(self, seconds: float) -> None:
        async def go_on() -> None:
            self._paused = False

        self._paused = True
        self._time.after(seconds, go_on)

    async def all(self, *, asked_for: bool = False) -> int:
        """How many there were. `asked_for`: by somebody who cannot go on without."""
        if self._paused and not asked_for:
            return 0
        count = 0
        while done := await self._some():
            count += done
        return count

    async def _some(self) -> int:
        now = self._time.now()
        async with self._engine.connect() as connection:
            claimed = await claim(
                connection, CHARGER_EVENTS.target, now, patience=timedelta(seconds=15), limit=_BATCH
            )
            settled = []
            for delivery in claimed.taken:
                told = self._workflows.signal(
                    workflow_id(delivery.key), CHARGER_EVENTS.signal, CHARGER_EVENTS.read(delivery)
                )
                settled.append(Settled(id=delivery.id, outcome="signalled" if told else "no_workflow"))
            if settled:
                await settle(connection, settled, now)
        return len(settled)

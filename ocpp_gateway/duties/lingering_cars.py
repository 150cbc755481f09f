"""A car that stays after its session is asked about: some chargers never tell that the bay is free again.

What the charger shows costs somebody there (overstay, or a bay for the next driver), so its word is asked for once more
by TriggerMessage, now and then for as long as it says the same.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.asking import Question
from domain.charging.capabilities import does_not_know
from domain.charging.commands import CommandOutcome, TriggerMessage
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.live_chargers import LiveChargers
from ocpp_gateway.rounds import rounds
from ocpp_gateway.storage.lingering import Bay, lingering

log = structlog.get_logger(__name__)

_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LingeringOptions:
    """Seconds. `every_s`: between two looks. `quiet_s`: how long its status must be told. `again_s`: until it is asked
    anew. `at_once`: questions."""

    every_s: float = 30.0
    quiet_s: float = 100.0
    again_s: float = 600.0
    at_once: int = 16


class LingeringCars:
    def __init__(
        self,
        engine: AsyncEngine,
        chargers: LiveChargers,
        capabilities: CapabilityRecords,
        *,
        instance: str,
        options: LingeringOptions | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._chargers = chargers
        self._capabilities = capabilities
        self._instance = instance
        self._options = options or LingeringOptions()
        self._clock = clock
        self._turns = asyncio.Semaphore(self._options.at_once)
        self._asked: dict[Bay, datetime] = {}

    async def run(self) -> None:
        """Look for ever."""
        await rounds(self._options.every_s, self.look)

    async def look(self) -> None:
        """Ask about whoever lingers. The database's troubles leave it to the next look."""
        now = self._clock()
        again = now - timedelta(seconds=self._options.again_s)
        self._asked = {bay: at for bay, at in self._asked.items() if at > again}
        before = now - timedelta(seconds=self._options.quiet_s)
        try:
            async with self._engine.connect() as connection:
                bays = await lingering(connection, instance=self._instance, now=now, before=before)
        except (SQLAlchemyError, OSError) as error:
            log.warning("lingering_cars_not_found", error=repr(error))
            return
        new = [bay for bay in bays if bay not in self._asked][: _MOST_REMEMBERED - len(self._asked)]
        self._asked |= dict.fromkeys(new, now)
        await asyncio.gather(*(self._ask(bay) for bay in new))

    async def _ask(self, bay: Bay) -> None:
        try:
            async with self._turns:
                await self._trigger(bay)
        except (SQLAlchemyError, OSError) as error:
            log.warning("lingering_car_not_asked_about", charger=bay.charger_id, error=repr(error))

    async def _trigger(self, bay: Bay) -> None:
        """Unless it has said that it does not know the question. What it is told, it tells as a status like any."""
        charger = self._chargers.get(bay.charger_id)
        known = await self._capabilities.described(bay.charger_id)
        if charger is None or (known is not None and Question.STATUS in known.record.unknown_questions):
            return
        command = TriggerMessage(message=Question.STATUS.value, connector_number=bay.number, plug=bay.plug)
        reply = await charger.command(command)
        if reply.outcome is CommandOutcome.NOT_SUPPORTED:
            await self._capabilities.teach(bay.charger_id, partial(does_not_know, question=Question.STATUS))

"""Sessions that their charger contradicts: asked about where the protocol can be asked, then ended as inferred.

A stop may still be on its way (chargers show Available before they tell what was queued), so an end is inferred only
after a settling time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.commands import CommandOutcome, TriggerMessage
from ocpp_gateway.duties.live_chargers import LiveChargers
from ocpp_gateway.duties.session_ends import infer_end
from ocpp_gateway.storage.contradicted import Contradicted, contradicted_before, locked

log = structlog.get_logger(__name__)

_METER_VALUES = "MeterValues"
"""1.6: they name the transaction that they belong to."""
_TRANSACTION_EVENT = "TransactionEvent"
"""2.x: an Updated of each transaction that is ongoing (F06.FR.07)."""
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtOptions:
    """Seconds. `every_s`: between two looks. `settle_s`: from the contradiction to the inferred end."""

    every_s: float = 30.0
    settle_s: float = 25.0


class Doubts:
    """`wake`: an event was recorded, deliver it."""

    def __init__(
        self,
        engine: AsyncEngine,
        chargers: LiveChargers,
        *,
        wake: Callable[[], None],
        options: DoubtOptions | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._chargers = chargers
        self._wake = wake
        self._options = options or DoubtOptions()
        self._clock = clock
        self._asked: set[tuple[str, int, int]] = set()
        self._cannot: set[str] = set()
        """Chargers that do not know TriggerMessage, until this process ends."""

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(self._options.every_s)
            await self.look()

    async def look(self) -> None:
        """Ask about what is new, end what is settled. The database's troubles leave it to the next look."""
        now = self._clock()
        settled = now - timedelta(seconds=self._options.settle_s)
        try:
            async with self._engine.connect() as connection:
                found = await contradicted_before(connection, now)
            await asyncio.gather(*(self._ask(each) for each in found if each.contradicted_at > settled))
            for each in found:
                if each.contradicted_at <= settled:
                    await self._end(each, now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("doubts_not_settled", error=repr(error))

    async def _ask(self, doubt: Contradicted) -> None:
        """Once a connection: a reading of the transaction is a sign of life, and no answer is none."""
        charger = self._chargers.get(doubt.charger_id)
        if charger is None or doubt.charger_id in self._cannot:
            return
        key = (charger.charger_id, charger.epoch, doubt.session_id)
        if key in self._asked:
            return
        if len(self._asked) > _MOST_REMEMBERED:
            self._asked.clear()
        self._asked.add(key)
        message = _METER_VALUES if doubt.number_is_ours else _TRANSACTION_EVENT
        question = TriggerMessage(message=message, connector_number=doubt.connector_number)
        reply = await charger.command(question)
        if reply.outcome is CommandOutcome.NOT_SUPPORTED:
            self._cannot.add(doubt.charger_id)

    async def _end(self, doubt: Contradicted, now: datetime) -> None:
        """Unless something was heard of it meanwhile."""
        async with self._engine.begin() as connection:
            session = await locked(connection, doubt)
            if session is None:
                return
            await infer_end(connection, doubt.charger_id, session, now)
        log.info("session_end_inferred", charger=doubt.charger_id, transaction=doubt.transaction_id)
        self._wake()

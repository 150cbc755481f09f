"""Forgotten cancellations: a hold that we have given back and the device still shows is cancelled again."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.commands import CancelReservation, CommandOutcome
from domain.charging.connector import ConnectorStatus
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.live_chargers import LiveChargers
from ocpp_gateway.storage.device_holds import Sight, newest_given_back

log = structlog.get_logger(__name__)

_CANCELS = 3
"""At most so often for one hold."""
_REMEMBERED = 4096


class LeftOverHolds:
    def __init__(self, engine: AsyncEngine, chargers: LiveChargers, capabilities: CapabilityRecords) -> None:
        self._engine = engine
        self._chargers = chargers
        self._capabilities = capabilities
        self._cancelled: Counter[int] = Counter()

    async def cancel(self, settled: Sequence[Sight]) -> None:
        """Cancel again what was given back and is still shown."""
        left_over = [sight for sight in settled if self._is_left_over(sight)]
        if not left_over:
            return
        async with self._engine.connect() as database:
            holds = await newest_given_back(
                database, [sight.connector_id for sight in left_over], datetime.now(UTC)
            )
        await asyncio.gather(
            *(
                self._cancel_one(sight.charger_id, holds[sight.connector_id])
                for sight in left_over
                if sight.connector_id in holds
            )
        )

    def _is_left_over(self, sight: Sight) -> bool:
        """Reserved, but not for us: nothing is locked there, or ours found it taken. Nor for an operator."""
        if sight.status is not ConnectorStatus.RESERVED or sight.by_hand:
            return False
        if sight.hold_id is None:
            return True
        return self._capabilities.answer_to(sight.hold_id) is CommandOutcome.OCCUPIED

    async def _cancel_one(self, charger_id: str, hold_id: int) -> None:
        connection = self._chargers.get(charger_id)
        if connection is None or self._cancelled[hold_id] >= _CANCELS:
            return
        if len(self._cancelled) >= _REMEMBERED:
            self._cancelled.clear()
        self._cancelled[hold_id] += 1
        reply = await self._chargers.send(charger_id, connection.epoch, CancelReservation(hold_id=hold_id))
        log.info("hold_cancelled_again", charger=charger_id, hold=hold_id, outcome=reply.outcome.value)
        if reply.outcome is CommandOutcome.REJECTED:
            self._cancelled[hold_id] = _CANCELS  # it has no such hold: what it shows is not ours

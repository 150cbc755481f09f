"""Compares what chargers show with what we hold there, and has both ways mended: lost holds, forgotten cancellations.

The only place that decides that a hold is missing on a device. It looks now and then; what it sees counts once it
has been the same for a settling time, so a flicker is nothing.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.capabilities import SeenHold, after_sight, is_missing
from domain.charging.commands import CommandOutcome
from domain.charging.connector import ConnectorStatus
from domain.reservation.hold_losses import is_to_stand
from ocpp_gateway.duties.capabilities.records import CapabilityRecords
from ocpp_gateway.duties.device_holds.left_over import LeftOverHolds
from ocpp_gateway.duties.device_holds.lost import LostHolds
from ocpp_gateway.duties.live_chargers import LiveChargers
from ocpp_gateway.rounds import rounds
from ocpp_gateway.storage.device_holds import Sight, sights

log = structlog.get_logger(__name__)

_CHARGERS_AT_ONCE = 500
"""So that reading the answer keeps no charger's message waiting for long."""

Key = tuple[int, int | None, ConnectorStatus, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWatch:
    """Seconds. `every_s`: between two looks. `settle_s`: how long something must be so before it counts."""

    every_s: float = 30.0
    settle_s: float = 25.0


class DeviceHolds:
    """`wake`: an event was recorded, deliver it."""

    def __init__(
        self,
        engine: AsyncEngine,
        chargers: LiveChargers,
        capabilities: CapabilityRecords,
        *,
        wake: Callable[[], None],
        watch: HoldWatch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._chargers = chargers
        self._capabilities = capabilities
        self._watch = watch or HoldWatch()
        self._clock = clock
        self._since: dict[Key, float] = {}
        self._lost = LostHolds(engine, capabilities, wake=wake, settle_s=self._watch.settle_s)
        self._left_over = LeftOverHolds(engine, chargers, capabilities)

    async def run(self) -> None:
        """Look for ever."""
        await rounds(self._watch.every_s, self.look)

    async def look(self) -> None:
        """One comparison of all our chargers. The database's troubles leave it to the next one."""
        ours = [connection.charger_id for connection in self._chargers]
        try:
            seen = await self._sights(ours)
            settled = self._settled(seen)
            await self._learn(seen, settled)
            self._lost.keep({sight.hold_id for sight in seen})
            await self._lost.report([sight for sight in settled if self._is_missing(sight)])
            await self._left_over.cancel(settled)
        except (SQLAlchemyError, OSError) as error:
            log.warning("holds_not_compared", error=repr(error))

    async def _sights(self, charger_ids: Sequence[str]) -> list[Sight]:
        seen: list[Sight] = []
        async with self._engine.connect() as database:
            for first in range(0, len(charger_ids), _CHARGERS_AT_ONCE):
                some = charger_ids[first : first + _CHARGERS_AT_ONCE]
                seen += await sights(database, some)
        return seen

    def _settled(self, seen: Sequence[Sight]) -> list[Sight]:
        """Those that have shown the same since an earlier look, for long enough."""
        now = self._clock()
        self._since = {key: self._since.get(key, now) for key in map(_key, seen)}
        return [sight for sight in seen if now - self._since[_key(sight)] >= self._watch.settle_s]

    async def _learn(self, seen: Sequence[Sight], settled: Sequence[Sight]) -> None:
        now, calm = datetime.now(UTC), set(map(_key, settled))
        for sight in seen:
            if sight.hold_id is None:
                continue
            lesson = partial(after_sight, seen=self._seen_hold(sight, settled=_key(sight) in calm), now=now)
            if lesson(sight.record) != sight.record:
                await self._capabilities.teach(sight.charger_id, lesson)

    def _is_missing(self, settled: Sight) -> bool:
        return is_missing(settled.record, self._seen_hold(settled, settled=True))

    def _seen_hold(self, sight: Sight, *, settled: bool) -> SeenHold:
        answer = None if sight.hold_id is None else self._capabilities.answer_to(sight.hold_id)
        return SeenHold(
            status=sight.status,
            locked_at=sight.locked_at,
            accepted=answer is CommandOutcome.ACCEPTED,
            awaited=is_to_stand(sight.push, sight.came_at, datetime.now(UTC)),
            settled=settled,
            stranger_began=sight.stranger_began,
        )


def _key(sight: Sight) -> Key:
    return sight.connector_id, sight.hold_id, sight.status, sight.status_at

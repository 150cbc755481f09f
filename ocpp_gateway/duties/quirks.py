"""Oddities of chargers' messages: collected in memory, written every few seconds. Bounded at every step."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.charging.quirks import Quirk
from ocpp_gateway.storage.quirks import SeenQuirk, record

log = structlog.get_logger(__name__)

_WAITING = 4_096
"""Kinds of all chargers together."""


class QuirkLog:
    """`note` never waits. While the database is away, or when too many kinds wait, the oldest are let go."""

    def __init__(self, engine: AsyncEngine, *, flush_s: float = 3.0, waiting: int = _WAITING) -> None:
        self._engine = engine
        self._flush_s = flush_s
        self._most_waiting = waiting
        self._waiting: OrderedDict[tuple[str, str, str, str], SeenQuirk] = OrderedDict()

    def note(self, charger_id: str, quirks: Iterable[Quirk], at: datetime) -> None:
        """What had to be done to read one message."""
        for quirk in quirks:
            self._put(
                SeenQuirk(
                    charger_id=charger_id,
                    action=quirk.action,
                    path=quirk.path,
                    kind=quirk.kind.value,
                    example=quirk.example,
                    first_at=at,
                    last_at=at,
                    seen=1,
                )
            )

    async def run(self) -> None:
        """Write for ever; once more when cancelled."""
        try:
            while True:
                await asyncio.sleep(self._flush_s)
                await self.flush()
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await self.flush()

    async def flush(self) -> None:
        """Write what waits; what cannot be written is kept for the next time, within bounds."""
        if not self._waiting:
            return
        batch, self._waiting = list(self._waiting.values()), OrderedDict()
        try:
            async with self._engine.begin() as connection:
                await record(connection, batch)
        except (SQLAlchemyError, OSError) as error:
            log.warning("quirks_not_written", waiting=len(batch), error=type(error).__name__)
            newer, self._waiting = self._waiting, OrderedDict((one.key, one) for one in batch)
            for one in newer.values():
                self._put(one)

    def _put(self, seen: SeenQuirk) -> None:
        earlier = self._waiting.get(seen.key)
        self._waiting[seen.key] = seen if earlier is None else earlier.and_then(seen)
        self._waiting.move_to_end(seen.key)
        while len(self._waiting) > self._most_waiting:
            self._waiting.popitem(last=False)

"""Who knocked and was not let in: collected in memory, written every few seconds. Bounded at every step."""

import asyncio
import contextlib
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ocpp_gateway.storage.refused_connections import RefusedAttempts, record, trim

log = structlog.get_logger(__name__)

_WAITING = 1_000
_KEPT_ROWS = 1_000
_LONGEST_IDENTITY, _LONGEST_DETAIL, _LONGEST_ADDRESS = 64, 200, 64


class RefusedConnections:
    """`note` never waits. When the database is away, or more than `waiting` identities knock, oldest ones go."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        flush_s: float = 3.0,
        waiting: int = _WAITING,
        kept_rows: int = _KEPT_ROWS,
    ) -> None:
        self._engine = engine
        self._flush_s = flush_s
        self._most_waiting = waiting
        self._kept_rows = kept_rows
        self._waiting: OrderedDict[tuple[str, str], RefusedAttempts] = OrderedDict()

    def __len__(self) -> int:
        """Identities and reasons not written yet."""
        return len(self._waiting)

    def note(self, identity: str, code: str, remote: str, at: datetime, detail: str = "") -> None:
        """One refused attempt. `identity` as claimed: cleaned and shortened here, verified by nobody."""
        attempt = RefusedAttempts(
            identity=_clean(identity, _LONGEST_IDENTITY),
            code=code,
            first_at=at,
            last_at=at,
            attempts=1,
            remote=_clean(remote, _LONGEST_ADDRESS),
            detail=_clean(detail, _LONGEST_DETAIL),
        )
        self._put(attempt)

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
                await trim(connection, self._kept_rows)
        except (SQLAlchemyError, OSError) as error:
            log.warning("refused_connections_not_written", waiting=len(batch), error=type(error).__name__)
            newer, self._waiting = self._waiting, OrderedDict((a.key, a) for a in batch)
            for attempt in newer.values():
                self._put(attempt)

    def _put(self, attempt: RefusedAttempts) -> None:
        earlier = self._waiting.get(attempt.key)
        if earlier is not None:
            attempt = replace(
                attempt, first_at=earlier.first_at, attempts=earlier.attempts + attempt.attempts
            )
        self._waiting[attempt.key] = attempt
        self._waiting.move_to_end(attempt.key)
        while len(self._waiting) > self._most_waiting:
            self._waiting.popitem(last=False)


def _clean(text: str, longest: int) -> str:
    """What a database and a terminal can show of bytes that anybody may have sent."""
    return "".join(c if c.isprintable() else "�" for c in text[:longest])

"""The figures of a target's backlog: read now and then, shown at any time."""

import math
import time
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.delivery.waiting import Backlog, backlog
from db.tables import Target

log = structlog.get_logger(__name__)

_READ_EVERY_S = 5.0


class BacklogFigures:
    def __init__(self, engine: AsyncEngine, target: Target) -> None:
        self._engine = engine
        self._target = target
        self._backlog = Backlog(count=0, oldest_at=None)
        self._read_at: float | None = None

    async def read(self) -> None:
        """Ask Postgres, unless that was only seconds ago."""
        now = time.monotonic()
        if self._read_at is not None and now - self._read_at < _READ_EVERY_S:
            return
        try:
            async with self._engine.connect() as connection:
                self._backlog = await backlog(connection, self._target)
        except (SQLAlchemyError, OSError) as error:
            log.debug("backlog_not_read", target=self._target, error=type(error).__name__)
            return  # `read_age_s` tells
        self._read_at = now

    @property
    def undelivered(self) -> int:
        return self._backlog.count

    @property
    def oldest_s(self) -> float:
        """Age of the oldest; 0 when there is none."""
        oldest_at = self._backlog.oldest_at
        return 0.0 if oldest_at is None else max(0.0, (datetime.now(UTC) - oldest_at).total_seconds())

    @property
    def read_age_s(self) -> float:
        """Since the other two were read; NaN before the first time."""
        return math.nan if self._read_at is None else time.monotonic() - self._read_at

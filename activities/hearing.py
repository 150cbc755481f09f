"""Hearing out: a deadline waits for what was reported before it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from contracts.declaration import implements
from contracts.hearing import HEAR_OUT, HeardOut, HearOut
from db.delivery.under_way import under_way
from db.engine import Sessions

COMMITTED_WITHIN = timedelta(seconds=1)
"""What was received before the deadline may still be on its way into the inbox: group commits take milliseconds."""
PATIENCE = timedelta(seconds=60)
"""For deliveries that stand still: relays that are all down, a target that hangs."""
LOOK_EVERY_S = 0.1

log = structlog.get_logger()


class HearingActivities:
    def __init__(self, sessions: Sessions, patience: timedelta = PATIENCE) -> None:
        self._sessions = sessions
        self._patience = patience

    def all(self) -> list[Callable[..., Any]]:
        return [self.hear_out]

    @implements(HEAR_OUT)
    async def hear_out(self, ask: HearOut) -> HeardOut:
        now = datetime.now(UTC)
        until_committed = ask.up_to + COMMITTED_WITHIN - now
        await asyncio.sleep(min(max(until_committed, timedelta(0)), COMMITTED_WITHIN).total_seconds())
        give_up = now + self._patience
        while missing := await self._missing(ask):
            if datetime.now(UTC) >= give_up:
                log.error("deadline_does_not_wait", reservation=ask.code, missing=missing)
                break
            await asyncio.sleep(LOOK_EVERY_S)
        return HeardOut(missing=missing)

    async def _missing(self, ask: HearOut) -> int:
        async with self._sessions() as session:
            return await under_way(session, ask.code, ask.up_to)

"""Whoever bills walk-ins, on a day: the product records what they have to hear, and here it is heard and kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from db.delivery.outbox import Settled, claim, settle
from db.engine import create_sessions
from db.queries.charging.walk_ins import note_receiver
from db.tables import Target
from domain.settlement.walk_ins import WalkInNews
from webhooks.walk_ins import WalkInRecorder

_KEY = b"whoever bills walk-ins"
_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One event, as it was received. `told`: the session as it is billed, or why it was taken back."""

    session: int
    kind: str
    revision: int
    told: dict[str, Any]

    @property
    def is_bill(self) -> bool:
        return self.kind == WalkInNews.ENDED


class WalkInBiller:
    """`heard`: all that it was told, in order."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._sessions = create_sessions(engine)
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._recorder = WalkInRecorder(self._sessions, _KEY)
        self.heard: list[Handed] = []

    async def open(self) -> None:
        """From now on somebody wants to know."""
        async with self._sessions.begin() as session:
            await note_receiver(session, is_there=True, now=datetime.now(UTC))

    async def hear(self) -> None:
        """All that has changed since."""
        await self._recorder.record_all()
        while await self._take():
            pass

    async def _take(self) -> int:
        now = datetime.now(UTC)
        async with self._engine.connect() as connection:
            claimed = await claim(
                connection, Target.WALK_INS, now, patience=timedelta(seconds=15), limit=_BATCH
            )
            for delivery in claimed.taken:
                told = dict(delivery.payload)
                revision = int(told.pop("revision"))
                self.heard.append(
                    Handed(session=int(delivery.key), kind=delivery.kind, revision=revision, told=told)
                )
            settled = [Settled(id=delivery.id, outcome="heard") for delivery in claimed.taken]
            if settled:
                await settle(connection, settled, now)
        return len(settled)

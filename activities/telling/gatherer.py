"""Makes messages of notices: a loop of the worker, one transaction a person.

In it, what they have not been told is read, `domain.telling` decides, messages are written with the facts that have
them delivered, and the notices are ticked off. So each is told once, whoever works at it and wherever it breaks off.

While nothing is taken where somebody is told, nothing more is decided for them: after an outage they are told how
things are, in one message, and not how they came to be so, in many.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from activities.rounds import repeat
from activities.telling.facts import SERVED_BY, message_event, messages_in
from db.delivery.inbox import record
from db.delivery.waiting import Waiting, waiting_for
from db.engine import Sessions, create_sessions
from db.failures import may_pass
from db.queries import telling
from db.queries.messages import still_true
from db.tables import Message, Source
from domain.telling.addressee import Addressee
from domain.telling.channels import Channel
from domain.telling.gathering import Gathered, gathered, may_be_told
from domain.telling.preferences import Preferences
from domain.telling.urgency import GATHERED_FOR, Urgency

log = structlog.get_logger(__name__)

_SWEEP = timedelta(seconds=1)
_AT_ONCE = 100
_AFTER_A_FAULT = timedelta(minutes=1)
_IN_HAND = timedelta(seconds=30)
"""What was decided so lately is being sent, and keeps nothing else."""
_LONGEST_LOOK = timedelta(minutes=1)
"""Between two looks at somebody who takes nothing: as long as that lasts already, at most so long."""


async def gather_notices(
    engine: AsyncEngine,
    served: frozenset[Channel],
    stop: asyncio.Event,
    wake: Callable[[], None],
    waits: Mapping[Urgency, timedelta] = GATHERED_FOR,
) -> None:
    """Until `stop` is set. `served`: channels by which this installation sends. `wake`: after messages were made.
    `waits`: how long a notice waits for others.
    """
    gatherer = Gatherer(create_sessions(engine), served, wake, waits)

    async def go_round() -> None:
        await gatherer.gather_all(datetime.now(UTC))

    await repeat("telling", go_round, _SWEEP, stop)


class Gatherer:
    def __init__(
        self,
        sessions: Sessions,
        served: frozenset[Channel],
        wake: Callable[[], None] = lambda: None,
        waits: Mapping[Urgency, timedelta] = GATHERED_FOR,
    ) -> None:
        self._sessions = sessions
        self._served = served
        self._wake = wake
        self._waits = waits

    async def gather_all(self, now: datetime) -> None:
        """All that is to be looked at by `now`."""
        more = True
        while more:
            async with self._sessions() as session:
                people = await telling.waiting(session, now, _AT_ONCE)
            for addressee in people:
                await self._gather(addressee, now)
            more = len(people) == _AT_ONCE

    async def _gather(self, addressee: Addressee, now: datetime) -> None:
        try:
            async with self._sessions.begin() as session:
                await telling.lock_telling(session, addressee)
                made = await self._messages(session, addressee, now)
        except Exception as error:
            if may_pass(error):
                raise
            log.exception("notices_ungathered", addressee=addressee.key)
            async with self._sessions.begin() as session:
                await telling.put_off(session, addressee, now + _AFTER_A_FAULT)
            return
        if made:
            self._wake()

    async def _messages(self, session: AsyncSession, addressee: Addressee, now: datetime) -> bool:
        """Are there any?"""
        points = await telling.reached(session, addressee, self._served)
        preferences = telling.preferences_in(await telling.preferences_row(session, addressee))
        since = await _taking_nothing_since(session, points, preferences, now)
        if since is not None and now - since > _IN_HAND:
            await telling.put_off(session, addressee, now + min(now - since, _LONGEST_LOOK))
            return False
        untold = await telling.untold(session, addressee)
        found = gathered(untold, preferences, frozenset(points), now, self._waits)
        messages = list(_made(addressee, found, points, now))
        session.add_all(messages)
        await session.flush()
        facts = [message_event(message, now) for message in messages]
        await record(await session.connection(), Source.TELLING, facts)
        await telling.settle(session, found)
        return bool(messages)


async def _taking_nothing_since(
    session: AsyncSession, points: Mapping[Channel, Sequence[int]], preferences: Preferences, now: datetime
) -> datetime | None:
    """None: there is an address, or no address at all, for which nothing waits; or what waits does so for the end of
    quiet hours, which keeps nothing that wakes them.
    """
    connection, waiting, oldest = await session.connection(), list[Waiting](), list[datetime]()
    for channel, ids in points.items():
        keys = {str(point) for point in ids}
        found = await waiting_for(connection, SERVED_BY[channel], keys)
        since = {one.key: one.since for one in reversed(found)}
        if since.keys() != keys:
            return None
        waiting += found
        oldest += since.values()
    left = await still_true(session, messages_in(waiting))
    return None if left and not may_be_told(left, preferences, now) else max(oldest, default=None)


def _made(
    addressee: Addressee, found: Gathered, points: Mapping[Channel, Sequence[int]], now: datetime
) -> list[Message]:
    """One for each address of a channel."""
    return [
        Message(
            driver_id=addressee.driver_id,
            fleet_id=addressee.fleet_id,
            channel=channel.value,
            contact_point_id=point,
            notices=list(ids),
            recorded_at=now,
            sendings=1,
        )
        for channel, ids in found.told.items()
        for point in points[channel]
    ]

"""The relay: takes what waits in the outbox to one target until each delivery has an outcome.

Woken right after a commit, and by a sweep for what a dead process or an unreachable target left behind. Any number
may run for a target. It never holds a database connection while it talks to the target. While that is away it tries
one delivery now and then, however many are committed meanwhile. Who is slow keeps their own deliveries waiting: those
under way to one receiver are few, and nobody else waits until they are over.
"""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.delivery.outbox import Delivery, Settled, claim, settle
from db.failures import is_connection_loss
from delivery.backlog import BacklogFigures
from delivery.in_hand import Done, InHand
from delivery.target import Target, TargetAway, TryAgain

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=15)
_ATTEMPT = 2 / 3
"""Of the patience: what hangs for longer is put off, while the claims of its batch still hold."""
_BATCH = 64
"""Deliveries that are tried at once; a target that takes fewer says so."""
_LONGEST_PAUSE = timedelta(seconds=10)
_LONGEST_REST_S = 5.0
_DOUBLED_AT_MOST = 30
"""Times: an hour needs thirteen, and what is beyond years no calendar holds."""
_GAP_S = 0.02
"""Between two looks at the outbox: with thousands of commits a second, each would wake it for a few rows."""
_AFTER_A_SURPRISE_S = 1.0


async def _no_fewer() -> Mapping[str, int]:
    return {}


class Relay:
    """`sweep_s`: what nobody woke it for waits as long at most. `patience`: for so long a claim lasts; after it, what
    a dead relay had in hand is anybody's. `longest_pause`: between two attempts with one delivery. `batch`: so many
    are tried at once, each for two thirds of the patience. `delivered` learns each outcome, and how many seconds after
    its fact was recorded it came. `fewer`: receivers to whom fewer deliveries than to others may be under way at once,
    and how many.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        target: Target,
        *,
        sweep_s: float = 1.0,
        patience: timedelta = _PATIENCE,
        longest_pause: timedelta = _LONGEST_PAUSE,
        batch: int = _BATCH,
        delivered: Callable[[str, float], None] = lambda _outcome, _lag_s: None,
        waiting: Callable[[BacklogFigures], None] = lambda _: None,
        fewer: Callable[[], Awaitable[Mapping[str, int]]] = _no_fewer,
    ) -> None:
        # Every statement is a transaction of its own: one round trip each.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._target = target
        self._sweep_s = sweep_s
        self._patience = patience
        self._longest_pause = longest_pause
        self._delivered = delivered
        self._waiting = waiting
        self._fewer = fewer
        self._in_hand = InHand(self._try, batch)
        self._woken = asyncio.Event()
        self._rounds_away = 0
        self._met_at = -math.inf
        """When somebody was there last, by the loop's clock."""
        self._left_alone_until = -math.inf
        """As whoever is away has asked for; by the loop's clock."""
        self._without_database = False
        self._after = ""
        """The key that had its turn last."""
        self.backlog = BacklogFigures(self._engine, target.name)

    def wake(self) -> None:
        """Something was committed; deliver it now."""
        self._woken.set()

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Deliver until `stop` is set, what is in hand still to its end; without it for ever."""
        stop = stop or asyncio.Event()
        is_more = False
        try:
            while not stop.is_set():
                if not is_more:
                    await self._wait(stop)
                self._woken.clear()
                try:
                    is_more = await self._deliver_some()
                    await self.backlog.read()
                    self._waiting(self.backlog)
                except Exception:
                    is_more = False
                    log.exception("relay_broke", target=self._target.name)
                    await _set_within(stop, _AFTER_A_SURPRISE_S)
            await self._in_hand.finish()
            await self._settled_or_left()
        finally:
            self._in_hand.cancel()

    async def _wait(self, stop: asyncio.Event) -> None:
        if self._rounds_away:
            await _set_within(stop, _rest_s(self._rounds_away))
            return
        await _set_within(self._woken, self._sweep_s)
        await asyncio.sleep(_GAP_S)

    async def deliver_all(self) -> None:
        """Deliver everything that is due, to its end; what fails is left for a later sweep."""
        try:
            while await self._deliver_some():
                self._woken.clear()
            await self._in_hand.finish()
            await self._settled_or_left()
        except asyncio.CancelledError:
            self._in_hand.cancel()
            raise

    async def _deliver_some(self) -> bool:
        """Begin what there is room for, and settle what is over. May there be more to do at once?"""
        try:
            batch = await self._claim() if self._may_try else ()
        except (SQLAlchemyError, OSError) as error:
            self._note_without_database(error)
            return False
        if batch:
            await self._in_hand.begin(batch)
        elif self._in_hand:
            await self._in_hand.wait(self._woken, self._sweep_s)
            await asyncio.sleep(_GAP_S)
        else:
            self._rounds_away = 0 if self._may_try else self._rounds_away  # nothing waits for it
            return False
        return await self._settled_or_left()

    @property
    def _may_try(self) -> bool:
        return self._target.ready and asyncio.get_running_loop().time() >= self._left_alone_until

    async def _settled_or_left(self) -> bool:
        """Settle what is over. Does it make sense to go on at once?"""
        try:
            is_away = await self._settle_done()
        except (SQLAlchemyError, OSError) as error:
            self._note_without_database(error)
            return False
        self._without_database = False
        return not is_away

    def _note_without_database(self, error: Exception) -> None:
        if not self._without_database:
            log.warning("relay_without_database", target=self._target.name, error=type(error).__name__)
        self._without_database = True
        self._in_hand.take_done()  # their claims run out, and they are delivered again

    async def _settle_done(self) -> bool:
        """Is nobody there? Raises what the database does."""
        done = self._in_hand.take_done()
        if not done:
            return False
        now = datetime.now(UTC)
        is_away = self._all_met_nobody(done)
        # One that cannot be delivered, for whatever reason, holds up its own key only.
        settled = [self._settled(one.delivery, one.result, now, away=is_away) for one in done]
        async with self._engine.connect() as connection:
            await settle(connection, settled, now)
        for one, item in zip(done, settled, strict=True):
            if item.outcome:
                self._delivered(item.outcome, max(0.0, (now - one.delivery.received_at).total_seconds()))
        self._note_away([one.result for one in done], is_away=is_away)
        return is_away

    def _all_met_nobody(self, done: Sequence[Done]) -> bool:
        """Of what was under way at the same time, too, as one that is slow to meet nobody is over after the others."""
        if not all(_is_away(one.result) for one in done):
            self._met_at = asyncio.get_running_loop().time()
        return all(one.began > self._met_at for one in done)

    def _note_away(self, results: Sequence[str | BaseException], *, is_away: bool) -> None:
        if not is_away:
            if self._rounds_away:
                log.info("target_back", target=self._target.name, rounds_away=self._rounds_away)
            self._rounds_away = 0
            return
        if not self._rounds_away:  # once an outage
            reason = next((str(result) for result in results if isinstance(result, TargetAway)), "")
            log.warning("target_away", target=self._target.name, reason=reason)
        self._rounds_away += 1
        asked = max(map(_asked_for, results), default=timedelta())
        self._left_alone_until = asyncio.get_running_loop().time() + asked.total_seconds()

    async def _try(self, delivery: Delivery) -> str:
        async with asyncio.timeout(self._patience.total_seconds() * _ATTEMPT):
            return await self._target.deliver(delivery)

    async def _claim(self) -> Sequence[Delivery]:
        """What is due next and there is room for; empty once every key has been looked at in vain."""
        room = self._in_hand.room if not self._rounds_away else int(not self._in_hand)
        if room <= 0:
            return ()
        left = self._in_hand.left(await self._fewer())
        passes = 1 if not self._after else 2
        async with self._engine.connect() as connection:
            while passes:
                claimed = await claim(
                    connection,
                    self._target.name,
                    datetime.now(UTC),
                    patience=self._patience,
                    limit=room,
                    after=self._after,
                    left=left,
                )
                self._after = claimed.after
                if claimed.taken:
                    return claimed.taken
                if not self._after:
                    passes -= 1
        return ()

    def _settled(
        self, delivery: Delivery, result: str | BaseException, now: datetime, *, away: bool
    ) -> Settled:
        if isinstance(result, str):
            return Settled(id=delivery.id, outcome=result)
        if away:
            # The relay itself rests: no delivery waits longer for having been tried.
            return Settled(id=delivery.id)
        about = {"target": self._target.name, "key": delivery.key, "event_id": delivery.event_id}
        if isinstance(result, TryAgain | TimeoutError) or _is_away(result):
            log.warning("delivery_put_off", **about, attempts=delivery.attempts, error=repr(result))
        else:
            log.error("delivery_broke", **about, attempts=delivery.attempts, exc_info=result)
        pause = max(_pause(delivery.attempts, self._longest_pause), _asked_for(result))
        return Settled(id=delivery.id, not_before=now + pause)


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _is_away(result: str | BaseException) -> bool:
    return isinstance(result, TargetAway) or (
        isinstance(result, BaseException) and is_connection_loss(result)
    )


def _asked_for(result: str | BaseException) -> timedelta:
    return result.pause if isinstance(result, TryAgain | TargetAway) else timedelta()


def _pause(attempts: int, longest: timedelta) -> timedelta:
    return min(timedelta(seconds=0.5 * 2.0 ** min(attempts, _DOUBLED_AT_MOST)), longest)


def _rest_s(rounds: int) -> float:
    return min(0.25 * float(2 ** min(rounds, 10)), _LONGEST_REST_S)

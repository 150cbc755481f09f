"""The relay: takes what waits in the outbox to one target until each delivery has an outcome.

Woken right after a commit, and by a sweep for what a dead process or an unreachable target left behind. Any number
may run for a target. It never holds a database connection while it talks to the target. While that is away it tries
one delivery now and then, however many are committed meanwhile.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from db.delivery.outbox import Delivery, Settled, claim, settle
from db.failures import is_connection_loss
from delivery.backlog import BacklogFigures
from delivery.target import Target, TargetAway, TryAgain

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=15)
_ATTEMPT = 2 / 3
"""Of the patience: what hangs for longer is put off, while the claims of its batch still hold."""
_BATCH = 64
"""Deliveries that are tried at once; a target that takes fewer says so."""
_LONGEST_PAUSE = timedelta(seconds=10)
_LONGEST_REST_S = 5.0
_GAP_S = 0.02
"""Between two looks at the outbox: with thousands of commits a second, each would wake it for a few rows."""
_AFTER_A_SURPRISE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Round:
    """One batch: how many there were, whether every single one met nobody, and why, if the target knows."""

    tried: int
    away: bool
    reason: str = ""


class Relay:
    """`sweep_s`: what nobody woke it for waits as long at most. `patience`: for so long a claim lasts; after it, what
    a dead relay had in hand is anybody's. `longest_pause`: between two attempts with one delivery. `batch`: so many
    are tried at once, each for two thirds of the patience. `delivered` learns each outcome, and how many seconds after
    its fact was recorded it came.
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
    ) -> None:
        # Every statement is a transaction of its own: one round trip each.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._target = target
        self._sweep_s = sweep_s
        self._patience = patience
        self._longest_pause = longest_pause
        self._batch = batch
        self._delivered = delivered
        self._waiting = waiting
        self._woken = asyncio.Event()
        self._rounds_away = 0
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
        while not stop.is_set():
            await self._wait(stop)
            self._woken.clear()
            try:
                await self.deliver_all()
                await self.backlog.read()
                self._waiting(self.backlog)
            except Exception:
                log.exception("relay_broke", target=self._target.name)
                await _set_within(stop, _AFTER_A_SURPRISE_S)

    async def _wait(self, stop: asyncio.Event) -> None:
        if self._rounds_away:
            await _set_within(stop, _rest_s(self._rounds_away))
            return
        await _set_within(self._woken, self._sweep_s)
        await asyncio.sleep(_GAP_S)

    async def deliver_all(self) -> None:
        """Deliver everything that is due; what fails is left for a later sweep."""
        try:
            while self._target.ready:
                done = await self._deliver_some()
                if done.away:
                    if not self._rounds_away:  # once an outage
                        log.warning("target_away", target=self._target.name, reason=done.reason)
                    self._rounds_away += 1
                    return
                if self._rounds_away and done.tried:
                    log.info("target_back", target=self._target.name, rounds_away=self._rounds_away)
                self._rounds_away, self._without_database = 0, False
                if not done.tried:
                    return
        except (SQLAlchemyError, OSError) as error:
            if not self._without_database:
                log.warning("relay_without_database", target=self._target.name, error=type(error).__name__)
            self._without_database = True

    async def _deliver_some(self) -> _Round:
        batch = await self._claim(1 if self._rounds_away else self._batch)
        if not batch:
            return _Round(tried=0, away=False)
        # One that cannot be delivered, for whatever reason, holds up its own key only.
        results = await asyncio.gather(*(self._try(delivery) for delivery in batch), return_exceptions=True)
        now = datetime.now(UTC)
        away = all(_is_away(result) for result in results)
        settled = [
            self._settled(delivery, result, now, away=away)
            for delivery, result in zip(batch, results, strict=True)
        ]
        async with self._engine.connect() as connection:
            await settle(connection, settled, now)
        for delivery, item in zip(batch, settled, strict=True):
            if item.outcome:
                self._delivered(item.outcome, max(0.0, (now - delivery.received_at).total_seconds()))
        reason = next((str(result) for result in results if isinstance(result, TargetAway)), "")
        return _Round(tried=len(batch), away=away, reason=reason)

    async def _try(self, delivery: Delivery) -> str:
        async with asyncio.timeout(self._patience.total_seconds() * _ATTEMPT):
            return await self._target.deliver(delivery)

    async def _claim(self, limit: int) -> Sequence[Delivery]:
        """What is due next; empty once every key has been looked at in vain."""
        passes = 1 if not self._after else 2
        async with self._engine.connect() as connection:
            while passes:
                claimed = await claim(
                    connection,
                    self._target.name,
                    datetime.now(UTC),
                    patience=self._patience,
                    limit=limit,
                    after=self._after,
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
        return Settled(id=delivery.id, not_before=now + _pause(delivery.attempts, self._longest_pause))


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _is_away(result: str | BaseException) -> bool:
    return isinstance(result, TargetAway) or (
        isinstance(result, BaseException) and is_connection_loss(result)
    )


def _pause(attempts: int, longest: timedelta) -> timedelta:
    return min(timedelta(seconds=0.5 * 2.0 ** min(attempts, 10)), longest)


def _rest_s(rounds: int) -> float:
    return min(0.25 * float(2 ** min(rounds, 10)), _LONGEST_REST_S)

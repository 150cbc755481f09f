"""What is done again and again beside the work for Temporal: a round that fails costs only itself."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Sessions
from db.failures import may_pass

log = structlog.get_logger(__name__)


async def repeat(
    what: str,
    go_round: Callable[[], Awaitable[timedelta | None]],
    pause: timedelta,
    stop: asyncio.Event,
    wake: asyncio.Event | None = None,
) -> None:
    """A round, then a pause, until `stop` is set; a round that is under way ends first. What fails is logged under
    `what` and left to the next one.

    `go_round`: answers how long to pause after it; None: `pause`, as after a failure. `wake`: ends a pause, and is
    cleared before the round that follows.
    """
    while not stop.is_set():
        if wake is not None:
            wake.clear()
        said = await _tried(what, go_round)
        await rest(pause if said is None else said, stop, wake)


async def until_done(
    what: str, work: Callable[[], Awaitable[object]], pause: timedelta, stop: asyncio.Event
) -> None:
    """The same, but only until it was done once."""
    done = False

    async def once() -> None:
        nonlocal done
        await work()
        done = True

    while not (done or stop.is_set()):
        await _tried(what, once)
        if not done:
            await rest(pause, stop)


async def page_by_page(sessions: Sessions, work: Callable[[AsyncSession], Awaitable[bool]]) -> None:
    """A transaction for each page. `work`: on one of them; are there more?"""
    more = True
    while more:
        async with sessions.begin() as session:
            more = await work(session)


async def _tried(what: str, go_round: Callable[[], Awaitable[timedelta | None]]) -> timedelta | None:
    try:
        return await go_round()
    except Exception as error:
        if may_pass(error):
            log.warning("round_without_database", round=what, error=type(error).__name__)
        else:
            log.exception("round_broke", round=what)
        return None


async def rest(pause: timedelta, stop: asyncio.Event, wake: asyncio.Event | None = None) -> None:
    """Shorter if `stop` or `wake` is set meanwhile."""
    ends = [asyncio.ensure_future(event.wait()) for event in (stop, wake) if event is not None]
    try:
        await asyncio.wait(ends, timeout=pause.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()

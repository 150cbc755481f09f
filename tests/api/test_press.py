"""Documents are made a few at a time; who comes when enough are waiting is told so at once."""

import asyncio
import threading

import pytest

from api.desk.refusals import Overloaded
from api.press import Press


async def test_so_many_at_once_some_more_wait_and_the_next_is_refused() -> None:
    press, gate, running = Press(at_once=2, waiting=1), threading.Event(), threading.Semaphore(2)

    def make() -> bool:
        alone = running.acquire(blocking=False)
        gate.wait()
        running.release()
        return alone

    async def one_too_many() -> bool:
        try:
            return await press.made(make)
        finally:
            gate.set()

    tried = await asyncio.gather(
        *(press.made(make) for _ in range(3)), one_too_many(), return_exceptions=True
    )
    assert tried[:3] == [True, True, True]
    assert isinstance(tried[3], Overloaded)
    assert await press.made(make)


async def test_one_that_nobody_waits_for_any_more_keeps_its_turn_until_it_is_made() -> None:
    press, begun, gate = Press(at_once=1, waiting=0), asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def make() -> None:
        loop.call_soon_threadsafe(begun.set)
        gate.wait()

    gone = asyncio.ensure_future(press.made(make))
    await begun.wait()
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    with pytest.raises(Overloaded):
        await press.made(make)
    gate.set()

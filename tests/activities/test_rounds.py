"""What a worker repeats: a round that fails harms no other, and none begins once it is to stop."""

import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from activities.rounds import repeat, until_done

AT_ONCE = timedelta(0)


class Rounds:
    """Each does what is written for it; after the last one `stop` is set."""

    def __init__(self, *script: BaseException | timedelta | None) -> None:
        self.stop = asyncio.Event()
        self.gone = 0
        self._script = script

    async def go(self) -> timedelta | None:
        deed = self._script[self.gone]
        self.gone += 1
        if self.gone == len(self._script):
            self.stop.set()
        if isinstance(deed, BaseException):
            raise deed
        return deed


async def test_goes_on_after_a_round_that_failed_and_names_it() -> None:
    rounds = Rounds(ValueError("odd"), ConnectionError("away"), None)
    with capture_logs() as logs:
        await repeat("credits", rounds.go, AT_ONCE, rounds.stop)
    assert rounds.gone == 3
    assert {entry["round"] for entry in logs} == {"credits"}
    assert [entry["event"] for entry in logs] == ["round_broke", "round_without_database"]


async def test_the_round_that_is_under_way_ends_and_no_other_begins() -> None:
    stop, begun, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
    ended = 0

    async def go() -> None:
        nonlocal ended
        begun.set()
        await go_on.wait()
        ended += 1

    work = asyncio.create_task(repeat("slow", go, AT_ONCE, stop))
    await begun.wait()
    stop.set()
    go_on.set()
    async with asyncio.timeout(10):
        await work
    assert ended == 1


async def test_a_round_says_how_long_it_is_until_the_next() -> None:
    """With a day between rounds the second would not come in this test."""
    rounds = Rounds(AT_ONCE, AT_ONCE, None)
    async with asyncio.timeout(10):
        await repeat("said", rounds.go, timedelta(days=1), rounds.stop)
    assert rounds.gone == 3


async def test_done_once_is_done() -> None:
    rounds = Rounds(ValueError("odd"), None, None)
    await until_done("once", rounds.go, AT_ONCE, rounds.stop)
    assert rounds.gone == 2


async def test_nothing_is_done_after_the_stop() -> None:
    rounds = Rounds(None)
    rounds.stop.set()
    await repeat("late", rounds.go, AT_ONCE, rounds.stop)
    await until_done("late", rounds.go, AT_ONCE, rounds.stop)
    assert rounds.gone == 0

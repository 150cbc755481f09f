"""Who is let in, who waits in line, and who is told to come back, and when."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from api.desk.admission import Admission
from api.desk.refusals import Overloaded

AT_ONCE, AT_ONE_SITE = 3, 2
NOT_AT_ALL, LONG = timedelta(0), timedelta(hours=1)


class Doors:
    """Bookings that take until they are let go; `begun`, in their order."""

    def __init__(self, patience: timedelta) -> None:
        self.admission = Admission(at_once=AT_ONCE, at_one_site=AT_ONE_SITE, patience=patience)
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}

    def come(self, who: str, site: str = "north") -> asyncio.Task[None]:
        self._ends[who] = asyncio.Event()
        return asyncio.create_task(self._book(who, site))

    def end(self, who: str) -> None:
        self._ends[who].set()

    async def _book(self, who: str, site: str) -> None:
        async with self.admission.at(site):
            self.begun.append(who)
            await self._ends[who].wait()


@asynccontextmanager
async def doors(patience: timedelta) -> AsyncIterator[Doors]:
    opened = Doors(patience)
    async with asyncio.timeout(10):
        yield opened


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - numbers, nobody tells their change
        await asyncio.sleep(0)


async def test_those_at_one_site_wait_in_their_order_and_keep_nobody_out_elsewhere() -> None:
    async with doors(LONG) as at:
        tasks = [at.come(who) for who in ("a", "b", "c", "d")]
        await until(lambda: at.admission.waiting == 2)
        tasks.append(at.come("elsewhere", "south"))
        await until(lambda: at.begun == ["a", "b", "elsewhere"])
        at.end("b")
        await until(lambda: at.begun[-1] == "c")
        assert (at.admission.inside, at.admission.waiting) == (AT_ONCE, 1)
        for who in ("a", "c", "d", "elsewhere"):
            at.end(who)
        await asyncio.gather(*tasks)
        assert at.begun[-1] == "d"
        assert (at.admission.inside, at.admission.waiting) == (0, 0)


async def test_all_sites_together_have_room_for_so_many() -> None:
    async with doors(LONG) as at:
        tasks = [at.come(who, f"site-{who}") for who in ("a", "b", "c", "d")]
        await until(lambda: at.admission.waiting == 1)
        assert at.begun == ["a", "b", "c"]
        for who in ("a", "b", "c", "d"):
            at.end(who)
        await asyncio.gather(*tasks)


async def test_who_is_sent_away_is_told_to_come_when_those_before_have_been() -> None:
    async with doors(NOT_AT_ALL) as at:
        inside = [at.come(who) for who in ("a", "b")]
        await until(lambda: len(at.begun) == AT_ONE_SITE)
        told = list[int]()
        for _ in range(60):
            with pytest.raises(Overloaded) as away:
                async with at.admission.at("north"):
                    pass
            assert away.value.retry_after_s is not None
            told.append(away.value.retry_after_s)
        assert told == sorted(told)
        assert told[0] < told[-1]
        assert all(told.count(second) < 10 for second in told)
        for who in ("a", "b"):
            at.end(who)
        await asyncio.gather(*inside)
        async with at.admission.at("north"):
            assert at.admission.inside == 1


async def test_a_line_that_moves_slower_than_thought_is_left_in_time() -> None:
    async with doors(timedelta(milliseconds=250)) as at:
        inside = [at.come(who) for who in ("a", "b")]
        await until(lambda: len(at.begun) == AT_ONE_SITE)
        with pytest.raises(Overloaded):
            await at.come("c")
        for who in ("a", "b"):
            at.end(who)
        await asyncio.gather(*inside)
        assert at.begun == ["a", "b"]
        assert (at.admission.inside, at.admission.waiting) == (0, 0)


async def test_who_leaves_the_line_takes_nobodys_turn() -> None:
    async with doors(LONG) as at:
        tasks = [at.come(who) for who in ("a", "b", "c", "d")]
        await until(lambda: at.admission.waiting == 2)
        tasks[2].cancel()
        at.end("a")
        await until(lambda: at.begun == ["a", "b", "d"])
        for who in ("b", "d"):
            at.end(who)
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (at.admission.inside, at.admission.waiting) == (0, 0)

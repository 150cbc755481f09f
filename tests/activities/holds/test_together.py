"""One search for all who want the same at one moment, and none that began before they did."""

import asyncio

import pytest

from activities.holds.together import Together


class Searches:
    """Each ends when it is told to, and gives its number; `begun` of them so far."""

    def __init__(self) -> None:
        self.together = Together[int]()
        self.begun = 0
        self.fails = False
        self._ends = dict[int, asyncio.Event]()

    def ask(self, wish: str = "a slot") -> asyncio.Task[int]:
        return asyncio.create_task(self.together.found(wish, self._search))

    async def go_on(self, begun: int) -> None:
        async with asyncio.timeout(10):
            while self.begun < begun:  # noqa: ASYNC110 - a number, nobody tells its change
                await asyncio.sleep(0)

    def end(self, number: int) -> None:
        self._ends[number].set()

    async def _search(self) -> int:
        self.begun += 1
        number = self.begun
        self._ends[number] = asyncio.Event()
        await self._ends[number].wait()
        if self.fails:
            raise LookupError(str(number))
        return number


async def test_who_asks_while_one_goes_on_shares_the_next() -> None:
    searches = Searches()
    first = [searches.ask() for _ in range(3)]
    await searches.go_on(1)
    second = [searches.ask() for _ in range(4)]
    other = searches.ask("another slot")
    await searches.go_on(2)
    searches.end(2)
    assert await other == 2
    searches.end(1)
    assert await asyncio.gather(*first) == [1] * 3
    await searches.go_on(3)
    searches.end(3)
    assert await asyncio.gather(*second) == [3] * 4


async def test_who_leaves_takes_the_search_from_nobody() -> None:
    searches = Searches()
    first, second = searches.ask(), searches.ask()
    await searches.go_on(1)
    first.cancel()
    searches.end(1)
    assert await second == 1


async def test_a_failure_is_told_to_all_of_that_search_and_to_no_other() -> None:
    searches = Searches()
    searches.fails = True
    failing = [searches.ask(), searches.ask()]
    await searches.go_on(1)
    searches.end(1)
    assert [type(told) for told in await asyncio.gather(*failing, return_exceptions=True)] == [
        LookupError
    ] * 2
    searches.fails = False
    again = searches.ask()
    await searches.go_on(2)
    searches.end(2)
    assert await again == 2


@pytest.mark.parametrize("asking", [1, 20])
async def test_when_all_have_their_answer_the_next_is_searched_anew(asking: int) -> None:
    searches = Searches()
    for number in (1, 2):
        asked = [searches.ask() for _ in range(asking)]
        await searches.go_on(number)
        searches.end(number)
        assert set(await asyncio.gather(*asked)) == {number}

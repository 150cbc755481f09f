"""Many who look at a site while it changes: real sockets to one API process, each a browser's stream."""

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench.figures import milliseconds, quantile
from bench.ground import Say
from bench.pages.making import cpu_s, make, slowest
from bench.pages.place import Place
from bench.pages.sizes import Sizes

_PATIENCE_S = 20.0
_EVERY_S = 1.0
_MEGABYTE = 1_000_000
_AT_ONCE = 64 * 1024
_STATE = b"\nid: "
"""In each event, after what is shown."""


class Looker:
    """One stream. `heard`: how many states, the first one included, and `at` when the last of them came."""

    def __init__(self, origin: str, address: str, cookie: str) -> None:
        self._host, self._address, self._cookie = urlsplit(origin), address, cookie
        self._news = asyncio.Condition()
        self._following: asyncio.Task[None] | None = None
        self.heard = 0
        self.at = 0.0
        self.ended = ""

    async def begin(self) -> None:
        reader, writer = await asyncio.open_connection(self._host.hostname, self._host.port)
        writer.write(
            f"GET {self._address} HTTP/1.1\r\nHost: {self._host.netloc}\r\nAccept: text/event-stream\r\n"
            f"Cookie: {self._cookie}\r\n\r\n".encode()
        )
        status = (await reader.readline()).split()
        if status[1:2] != [b"200"]:
            raise ConnectionError(f"{self._address} was answered {b' '.join(status).decode()}")
        self._following = asyncio.create_task(self._follow(reader, writer))

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """By what came at once, not by lines: whoever measures is not to be what takes the time."""
        rest = b""
        try:
            while came := await reader.read(_AT_ONCE):
                seen = rest + came
                rest = seen[1 - len(_STATE) :]
                if states := seen.count(_STATE):
                    async with self._news:
                        self.heard, self.at = self.heard + states, time.perf_counter()
                        self._news.notify_all()
            self.ended = "the stream ended"
        finally:
            writer.close()

    async def has_heard(self, states: int) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE_S), self._news:
                await self._news.wait_for(lambda: self.heard >= states)
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)


async def look(place: Place, sizes: Sizes, say: Say) -> dict[str, Any]:
    """Half of them look at the site's times, half at the bay; each change is of both."""
    api = psutil.Process(place.stack.processes["api"].pid)
    without = await make(place, sizes.requests, sizes.per_second)
    before = api.memory_info().rss
    lookers = [
        Looker(
            place.stack.api_url,
            f"{place.site if n % 2 else place.bay}/live",
            place.cookies[n % len(place.cookies)],
        )
        for n in range(sizes.subscribers)
    ]
    say(f"{len(lookers)} begin to look")
    began = time.perf_counter()
    for looker in lookers:
        await looker.begin()
    complete = [await looker.has_heard(1) for looker in lookers]
    opened_s = time.perf_counter() - began
    after = api.memory_info().rss
    say(f"{sizes.changes} changes, one a second")
    told = await _changed(place, lookers, sizes.changes, api)
    say("pages meanwhile")
    changing = asyncio.create_task(_keep_changing(place))
    meanwhile = await make(place, sizes.requests, sizes.per_second)
    changing.cancel()
    await asyncio.gather(changing, return_exceptions=True)
    for looker in lookers:
        await looker.stop()
    return {
        "subscribers": len(lookers),
        "complete": all(complete),
        "begin_s": round(opened_s, 2),
        "memory_mb": round((after - before) / _MEGABYTE, 1),
        "memory_kb_each": round((after - before) / 1000 / len(lookers), 1),
        **told,
        "pages_p95_ms_without": slowest(without),
        "pages_p95_ms": slowest(meanwhile),
        "pages_ratio": round(slowest(meanwhile) / slowest(without), 2),
    }


async def _changed(place: Place, lookers: list[Looker], changes: int, api: psutil.Process) -> dict[str, Any]:
    """Each is awaited by all before the next."""
    spans: list[float] = []
    missed = 0
    cpu = cpu_s(api)
    for number in range(changes):
        states = [looker.heard + 1 for looker in lookers]
        began = time.perf_counter()
        await place.change(works=bool(number % 2))
        heard = await asyncio.gather(
            *(looker.has_heard(count) for looker, count in zip(lookers, states, strict=True))
        )
        missed += heard.count(False)
        spans.append(max(looker.at for looker in lookers) - began)
        await asyncio.sleep(max(0.0, _EVERY_S - (time.perf_counter() - began)))
    spent = cpu_s(api) - cpu
    if changes % 2:
        await place.change(works=True)
    return {
        "changes": changes,
        "missed": missed,
        "ended": sum(bool(looker.ended) for looker in lookers),
        "all_heard_p50_ms": milliseconds(quantile(spans, 0.5)),
        "all_heard_p95_ms": milliseconds(quantile(spans, 0.95)),
        "cpu_ms_a_change": milliseconds(spent / changes),
        "cpu_us_a_change_and_subscriber": round(spent / changes / len(lookers) * 1e6),
    }


async def _keep_changing(place: Place) -> None:
    works = False
    while True:
        await place.change(works=works)
        works = not works
        await asyncio.sleep(_EVERY_S)

"""How many bookings are decided at once: of one site a few, as they are made one after the other anyway; of all
together more. Some others wait in line, without a connection and without a workflow. Whoever would wait longer than
that is sent away at once, and told when there will be room: each a little later than the one before.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from api.desk.refusals import Overloaded
from domain.facts.refused_for_now import TooManyAtOnce

_USUAL_S = 0.4
"""What a booking takes, until it is known."""
_NEWEST = 0.1
"""How much the newest booking weighs in what one is thought to take."""
_SOONEST_S, _LATEST_S = 1, 60


@dataclass(slots=True)
class _Line:
    """At one site. `inside`: with those in line. `taken_until`: by whom it has sent away, on the loop's clock."""

    turns: asyncio.Semaphore
    inside: int = 0
    taken_until: float = 0.0


class Admission:
    """`patience`: how long somebody waits in line at most. `inside`: being decided now; `waiting`: in line."""

    def __init__(self, *, at_once: int, at_one_site: int, patience: timedelta) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._at_one_site = at_one_site
        self._patience_s = patience.total_seconds()
        self._lines: dict[str, _Line] = {}
        self._takes_s = _USUAL_S
        self.inside = 0
        self.waiting = 0

    @asynccontextmanager
    async def at(self, site_id: str) -> AsyncIterator[None]:
        """Raises Overloaded, which says when to come back."""
        line = self._line(site_id)
        if self._wait_s(line) > self._patience_s:
            raise self._sent_away(line)
        line.inside += 1
        try:
            await self._admit(line)
            try:
                self.inside += 1
                began = _now()
                yield
                self._takes_s += (_now() - began - self._takes_s) * _NEWEST
            finally:
                self.inside -= 1
                self._room.release()
                line.turns.release()
        finally:
            line.inside -= 1

    async def _admit(self, line: _Line) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience_s):
                await line.turns.acquire()
                try:
                    await self._room.acquire()
                except BaseException:
                    line.turns.release()
                    raise
        except TimeoutError as error:
            raise self._sent_away(line) from error
        finally:
            self.waiting -= 1

    def _line(self, site_id: str) -> _Line:
        if site_id not in self._lines:
            now = _now()
            self._lines = {
                site: line for site, line in self._lines.items() if line.inside or line.taken_until > now
            }
            self._lines[site_id] = _Line(asyncio.Semaphore(self._at_one_site))
        return self._lines[site_id]

    def _wait_s(self, line: _Line) -> float:
        """Of who comes now."""
        before = line.inside + 1 - self._at_one_site
        return max(0, before) * self._each_s

    @property
    def _each_s(self) -> float:
        """From one who is done to the next."""
        return self._takes_s / self._at_one_site

    def _sent_away(self, line: _Line) -> Overloaded:
        now = _now()
        line.taken_until = max(line.taken_until, now + self._wait_s(line)) + self._each_s
        come_back = math.ceil(line.taken_until - now)
        return Overloaded(TooManyAtOnce(), retry_after_s=min(max(come_back, _SOONEST_S), _LATEST_S))


def _now() -> float:
    return asyncio.get_running_loop().time()

"""Names that customers have given, resolved apart from those of our own: whose name servers are slow keep nobody else
of this process waiting. One lookup holds a thread until it is over, however long ago it was given up.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

LookUp = Callable[[str, int], Sequence[str]]

_THREADS = 64
"""As many as a relay has deliveries in hand."""
_OF_ONE = 4
"""Threads: whose name servers answer nothing hold no others, however many names and endpoints they have."""
_WITHIN_S = 4.0
_TURN_WITHIN_S = 1.5
"""A relay allows an attempt so much more than it may take (`webhooks.outgoing`)."""


class NoTurn(Exception):
    """All the threads that they may hold were held: nothing is known of the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """`key`: who gave the name; they have turns of their own. `on_hold`: entered while one waits for a turn."""

    key: str
    on_hold: Callable[[], AbstractContextManager[None]] = nullcontext


@dataclass(slots=True)
class _Asked:
    """`begun`: its turn has come."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[Sequence[str]] = field(init=False)


class Names:
    """`within_s`: of one lookup, from when its turn has come; `turn_within_s`: until then; `look_up`: asks, in a
    thread. Close it after use.
    """

    def __init__(
        self,
        look_up: LookUp | None = None,
        *,
        within_s: float = _WITHIN_S,
        turn_within_s: float = _TURN_WITHIN_S,
    ) -> None:
        self._look_up = look_up or _look_up
        self._within_s = within_s
        self._turn_within_s = turn_within_s
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")
        self._asking: dict[tuple[str, str, int], _Asked] = {}
        self._turns: dict[str, asyncio.Semaphore] = {}

    async def resolve(self, host: str, port: int, whose: Whose) -> Sequence[str]:
        """All addresses of a name; who asks for one that they are asking for already waits for the same answer.

        Raises OSError (TimeoutError is one), UnicodeError for what is no name, NoTurn.
        """
        asked = self._asked(whose.key, host.lower(), port)
        with whose.on_hold():
            try:
                async with asyncio.timeout(self._turn_within_s):
                    await asked.begun.wait()
            except TimeoutError:
                raise NoTurn from None
        async with asyncio.timeout(self._within_s):
            return await asyncio.shield(asked.task)

    def _asked(self, whose: str, host: str, port: int) -> _Asked:
        name = whose, host, port
        if name not in self._asking:
            asked = self._asking[name] = _Asked()
            asked.task = asyncio.create_task(self._ask(asked, *name))
            asked.task.add_done_callback(lambda task: self._over(name, task))
        return self._asking[name]

    async def _ask(self, asked: _Asked, whose: str, host: str, port: int) -> Sequence[str]:
        """Its turn is over with the thread, not with whoever waited for it."""
        async with self._turns.setdefault(whose, asyncio.Semaphore(_OF_ONE)):
            asked.begun.set()
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._threads, self._look_up, host, port)
        return list(dict.fromkeys(found))

    def _over(self, name: tuple[str, str, int], task: asyncio.Task[Sequence[str]]) -> None:
        """Whoever waited has its failure; nobody may have."""
        if not task.cancelled():
            task.exception()
        del self._asking[name]
        if not any(whose == name[0] for whose, _, _ in self._asking):
            del self._turns[name[0]]

    def close(self) -> None:
        """Waits for nothing."""
        for asked in self._asking.values():
            asked.task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    return [str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

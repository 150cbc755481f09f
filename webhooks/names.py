"""Names that customers have given, resolved apart from those of our own: whose name servers are slow keep nobody else
of this process waiting. One lookup holds a thread until it is over, however long ago it was given up.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

LookUp = Callable[[str, int], Sequence[str]]

_THREADS = 64
"""As many as a relay has deliveries in hand."""
_OF_ONE_DOMAIN = 4
"""Threads: name servers that answer nothing hold no others, however many names and endpoints lead to them."""
_WITHIN_S = 4.0


class Names:
    """`within_s`: of one lookup; `look_up`: asks, in a thread. Close it after use."""

    def __init__(self, look_up: LookUp | None = None, *, within_s: float = _WITHIN_S) -> None:
        self._look_up = look_up or _look_up
        self._within_s = within_s
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")
        self._asking: dict[tuple[str, int], asyncio.Task[Sequence[str]]] = {}
        self._turns: dict[str, asyncio.Semaphore] = {}

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """All addresses of a name; who asks for one that is being asked for waits for the same answer, and who asks for
        one of a domain that is slow for its turn.

        Raises OSError (TimeoutError is one), UnicodeError for what is no name.
        """
        name = host.lower(), port
        if name not in self._asking:
            self._asking[name] = asyncio.create_task(self._asked(*name))
            self._asking[name].add_done_callback(lambda task: self._over(name, task))
        async with asyncio.timeout(self._within_s):
            return await asyncio.shield(self._asking[name])

    async def _asked(self, host: str, port: int) -> Sequence[str]:
        """Its turn is over with the thread, not with whoever waited for it."""
        async with self._turns.setdefault(_domain_of(host), asyncio.Semaphore(_OF_ONE_DOMAIN)):
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(self._threads, self._look_up, host, port)
        return list(dict.fromkeys(found))

    def _over(self, name: tuple[str, int], task: asyncio.Task[Sequence[str]]) -> None:
        """Whoever waited has its failure; nobody may have."""
        if not task.cancelled():
            task.exception()
        del self._asking[name]
        domain = _domain_of(name[0])
        if not any(_domain_of(host) == domain for host, _ in self._asking):
            del self._turns[domain]

    def close(self) -> None:
        """Waits for nothing."""
        for task in self._asking.values():
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _domain_of(host: str) -> str:
    """Whose name servers answer, about: its last two labels. Where many share those, they share the turns."""
    return ".".join(host.removesuffix(".").split(".")[-2:])


def _look_up(host: str, port: int) -> list[str]:
    return [str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

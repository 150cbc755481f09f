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
_WITHIN_S = 4.0


class Names:
    """`within_s`: of one lookup; `look_up`: asks, in a thread. Close it after use."""

    def __init__(self, look_up: LookUp | None = None, *, within_s: float = _WITHIN_S) -> None:
        self._look_up = look_up or _look_up
        self._within_s = within_s
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """All addresses of a name. Raises OSError (TimeoutError is one), UnicodeError for what is no name."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._within_s):
            found = await loop.run_in_executor(self._threads, self._look_up, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Waits for nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    return [str(address[0]) for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

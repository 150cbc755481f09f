"""Kills and freezes processes of the stack, by their ids, and starts again whatever has ended."""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from runtime.embedded.failures import EmbeddedServerFailed
from runtime.embedded.process import ManagedProcess
from runtime.stack.stack import Stack

_TAIL = 300
_AGAIN_AFTER_S = 0.5
_SERVERS = frozenset({"postgres", "temporal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEnd:
    """A process that ended although nobody had killed it."""

    at: datetime
    name: str
    status: int
    words: str


class Processes:
    """`keep()` starts what has ended, after a pause that `pause_s` draws for what was killed."""

    def __init__(self, stack: Stack, pause_s: Callable[[], float]) -> None:
        self._stack = stack
        self._pause_s = pause_s
        self._killed: set[str] = set()
        self._frozen: dict[str, list[int]] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self.kills: Counter[str] = Counter()
        self.freezes: Counter[str] = Counter()
        self.own_ends: list[OwnEnd] = []
        self.back_after_s: dict[str, list[float]] = defaultdict(list)
        """From the new start until it could be used."""

    def keep(self) -> None:
        self._keepers = [asyncio.create_task(self._keep(*one)) for one in self._stack.processes.items()]

    async def leave(self) -> None:
        """Let processes end from now on."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    def may_be_hit(self, name: str) -> bool:
        return self._stack.processes[name].running and name not in self._killed and name not in self._frozen

    async def kill(self, name: str) -> None:
        """SIGKILL, with everything it had started: Postgres has a process for each connection."""
        process = self._stack.processes[name]
        self._killed.add(name)
        self.kills[name] += 1
        family = list(_family(process.pid))
        await process.kill()
        for member in family:
            _send(member, signal.SIGKILL)

    async def freeze(self, name: str, duration_s: float) -> None:
        """SIGSTOP, and SIGCONT after `duration_s`."""
        process = self._stack.processes[name]
        self.freezes[name] += 1
        self._frozen[name] = [process.pid, *_family(process.pid)]
        for member in self._frozen[name]:
            _send(member, signal.SIGSTOP)
        try:
            await asyncio.sleep(duration_s)
        finally:
            for member in self._frozen.pop(name, []):
                _send(member, signal.SIGCONT)

    async def wait_until_all_answer(self, timeout_s: float) -> list[str]:
        """The names of those that still do not."""

        async def answers(name: str) -> bool:
            with contextlib.suppress(EmbeddedServerFailed, TimeoutError):
                async with asyncio.timeout(timeout_s):
                    while name in self._killed or not self._stack.processes[name].running:  # noqa: ASYNC110 - others' end
                        await asyncio.sleep(_AGAIN_AFTER_S)
                    await self._stack.answers(name)
                    return True
            return False

        names = list(self._stack.processes)
        replies = await asyncio.gather(*(answers(name) for name in names))
        return [name for name, there in zip(names, replies, strict=True) if not there]

    async def _keep(self, name: str, process: ManagedProcess) -> None:
        while True:
            status = await process.exited()
            ours = name in self._killed
            if not ours and name not in _SERVERS:
                words = process.log_tail()[-_TAIL:]
                self.own_ends.append(OwnEnd(at=datetime.now(UTC), name=name, status=status, words=words))
            # A killed Postgres may need a moment until its shared memory can be had again.
            await asyncio.sleep(self._pause_s() if ours else _AGAIN_AFTER_S)
            began = time.monotonic()
            await process.start()
            self._killed.discard(name)
            if await self._answers(name):
                self.back_after_s[name].append(round(time.monotonic() - began, 1))

    async def _answers(self, name: str) -> bool:
        try:
            await self._stack.answers(name)
        except EmbeddedServerFailed:
            return False  # it has ended, or stays away: the next look tells
        return True


def _family(pid: int) -> Iterator[int]:
    with contextlib.suppress(psutil.NoSuchProcess):
        yield from [child.pid for child in psutil.Process(pid).children(recursive=True)]


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)

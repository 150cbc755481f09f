"""Which process runs on which core, and what it has used there. One core for the server, the other for all else."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

SERVER_CORE, LOAD_CORE = 0, 1


def can_pin() -> bool:
    """Linux with two cores or more."""
    return hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > LOAD_CORE


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes started inside stay on `core`, with all their threads. We ourselves leave it at the end.

    No effect where pinning is impossible.
    """
    if not can_pin():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """User and system time of the process so far, all threads."""
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)


class Others:
    """What processes that are none of ours used of this machine since the start. Latencies on a busy one say little."""

    def __init__(self) -> None:
        self._began, self._busy, self._ours = time.monotonic(), _busy_seconds(), _our_seconds()

    def cores(self) -> float:
        used = (_busy_seconds() - self._busy) - (_our_seconds() - self._ours)
        return round(max(0.0, used) / (time.monotonic() - self._began), 2)


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


class Shares:
    """Cores that server, Postgres and load have used since the start: who is at its limit."""

    def __init__(self, server_pid: int, postgres_pid: int) -> None:
        self._pids = {"server": server_pid, "postgres": postgres_pid, "load": os.getpid()}
        self._began, self._used = time.monotonic(), self._now()

    def cores(self) -> dict[str, float]:
        took, now = time.monotonic() - self._began, self._now()
        return {name: round((now[name] - used) / took, 2) for name, used in self._used.items()}

    def _now(self) -> dict[str, float]:
        return {
            name: _tree_seconds(pid) if name == "postgres" else cpu_seconds(pid)
            for name, pid in self._pids.items()
        }


def _our_seconds() -> float:
    """Ours and our descendants', those that have ended too."""
    return _tree_seconds(os.getpid())


def _tree_seconds(pid: int) -> float:
    total = 0.0
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def rss_kb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1024

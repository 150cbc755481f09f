"""Which process runs on which core, and what it has used there. One core for the server, the other for all else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

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


def rss_kb(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1024

"""Many days, in as many processes as asked for; each has servers of its own."""

import asyncio
import logging
import multiprocessing
import queue
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from days.chance import script_of
from days.living import Outcome, Places
from days.script import Script
from days.shrink import shrunk

_STOPS_WITHIN_S = 30.0
_MOSTLY_WAITING = 2
"""Processes more than asked for, while there are days over sockets: those pass at the pace of the wall."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One day to live. `over_sockets`: with a Temporal server and real sockets, its minutes parts of a second."""

    script: Script
    over_sockets: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """Of shrinking one day: days lived for it, deeds left."""

    seed: int
    attempts: int
    deeds: int


Report = Outcome | Tried


def run(days: Sequence[Asked], *, processes: int, shrink: int) -> Iterator[Report]:
    """Outcomes as they come, shrunk where something was wrong; in between, how shrinking goes on.

    `shrink`: at most so many days are lived to make a failing one small.
    """
    over_sockets = sum(day.over_sockets for day in days)
    context = multiprocessing.get_context("spawn")
    asked: Any = context.Queue()
    reports: Any = context.Queue()
    for day in days:
        asked.put(day)
    workers = [
        context.Process(target=_work, args=(asked, reports, shrink), daemon=True)
        for _ in range(min(processes + min(_MOSTLY_WAITING, over_sockets), len(days)))
    ]
    for worker in workers:
        worker.start()
    try:
        left = len(days)
        while left:
            report: Report | None = None
            with suppress(queue.Empty):
                report = reports.get(timeout=1.0)
            if report is not None:
                left -= isinstance(report, Outcome)
                yield report
            elif not any(worker.is_alive() for worker in workers):
                raise RuntimeError("the processes that live days have ended; their last words are above")
    finally:
        for _ in workers:
            asked.put(None)
        for worker in workers:
            worker.join(_STOPS_WITHIN_S)


def _work(asked: Any, reports: Any, shrink: int) -> None:
    asyncio.run(_live_all(asked, reports, shrink))


async def _live_all(asked: Any, reports: Any, shrink: int) -> None:
    quiet()
    async with Places.opened() as places:
        while (day := _next(asked)) is not None:
            outcome = await places.live(day.script, over_sockets=day.over_sockets)
            if outcome.violations and shrink and not day.over_sockets:
                seed = day.script.seed

                def tried(attempts: int, deeds: int, seed: int = seed) -> None:
                    reports.put(Tried(seed, attempts, deeds))

                outcome = await shrunk(outcome, places.live, attempts=shrink, tried=tried)
            reports.put(outcome)


def _next(asked: Any) -> Asked | None:
    try:
        day: Asked | None = asked.get_nowait()
    except queue.Empty:
        return None
    return day


def quiet() -> None:
    """What the product logs of a day's troubles is no news here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger().setLevel(logging.CRITICAL)


def days_of(seeds: Sequence[int], *, every: int) -> list[Asked]:
    """Those over sockets, one of `every` so many (0: none), first: each takes minutes, and mostly waits."""
    days = [Asked(script_of(seed), bool(every) and seed % every == 0) for seed in seeds]
    return sorted(days, key=lambda day: not day.over_sockets)

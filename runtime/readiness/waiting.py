"""Waiting for servers that are away: one line when something is missing, one when it is there again."""

import asyncio
import time
from collections.abc import Collection, Coroutine, Sequence
from typing import Any

import structlog

from runtime.readiness.findings import Finding
from runtime.readiness.readiness import Readiness

_log = structlog.get_logger()

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 3.0
_WATCHED_EVERY_S = 2.0


class Outages:
    """What is missing now, as the log knows it: a line for each change, however often one looks."""

    def __init__(self) -> None:
        self._since: dict[Finding, float] = {}

    def note(self, found: Sequence[Finding]) -> None:
        now = time.monotonic()
        for finding in found:
            if finding not in self._since:
                self._since[finding] = now
                told = _log.warning if finding.blocking else _log.info
                told("missing", **finding.document(), reason=finding.reason)
        for finding in self._since.keys() - set(found):
            away_s = now - self._since.pop(finding)
            _log.info("no_longer_missing", code=finding.code, after_s=round(away_s, 1))


async def wait_for(readiness: Readiness, names: Collection[str], outages: Outages) -> None:
    """Until nothing is found of these needs, for as long as it takes."""
    pause_s = _FIRST_PAUSE_S
    while True:
        found = await readiness.lacking(names)
        outages.note(found)
        if not found:
            return
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


async def watch(readiness: Readiness, outages: Outages, *, first_after_s: float = _WATCHED_EVERY_S) -> None:
    """Look for ever, so that every outage is told once, also when nobody asks for readiness."""
    await asyncio.sleep(first_after_s)
    while True:
        report = await readiness.report()
        outages.note((*report.missing, *report.degraded))
        await asyncio.sleep(_WATCHED_EVERY_S)


async def unless_stopped(stop: asyncio.Event, work: Coroutine[object, object, None]) -> bool:
    """Do the work to its end; False, and the work cancelled, when `stop` is set before. Raises what the work raises."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() or not working.done():
            return False
        working.result()
        return True
    finally:
        await ended(working)
        await ended(stopping)


async def ended(task: "asyncio.Future[Any]") -> None:
    """Cancel what runs beside the process's work, and wait until it is gone."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

"""Is everything there? Asked concurrently, bounded in time, and kept for a moment, so that asking costs nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from runtime.readiness.findings import Finding

Check = Callable[[], Awaitable[Sequence[Finding]]]
_log = structlog.get_logger()

_TROUBLE_KEPT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing a process needs. `silent`: what it means when the check has no answer within `patience_s`.

    A good answer is kept for `kept_s`. `optional`: the process is of use without, and says so.
    """

    name: str
    check: Check
    silent: Finding
    optional: bool = False
    patience_s: float = 4.0
    kept_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`missing`: without it the process is not ready. `degraded`: it is, and somebody should know."""

    missing: tuple[Finding, ...]
    degraded: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        return not self.missing

    def document(self) -> dict[str, Any]:
        """As JSON: `status`, `missing` and `degraded` with code, detail and mend of each."""
        return {
            "status": "ready" if self.ready else "unavailable",
            "missing": [finding.document() for finding in self.missing],
            "degraded": [finding.document() for finding in self.degraded],
        }


class Readiness:
    """Any number of callers may ask at once; the servers are asked at most once a second by all of them."""

    def __init__(self, needs: Sequence[Need]) -> None:
        self._looks = {need.name: _Look(need) for need in needs}

    async def report(self) -> Report:
        """The state of every need, in their order."""
        found = await self._found(self._looks)
        return Report(
            missing=tuple(finding for finding in found if finding.blocking),
            degraded=tuple(finding for finding in found if not finding.blocking),
        )

    async def lacking(self, names: Collection[str]) -> Sequence[Finding]:
        """What is found of these needs only, whether it blocks or not."""
        return await self._found(names)

    async def _found(self, names: Collection[str]) -> list[Finding]:
        answers = await asyncio.gather(*(self._looks[name].findings() for name in names))
        return [finding for answer in answers for finding in answer]


class _Look:
    """The last answer of one check."""

    def __init__(self, need: Need) -> None:
        self._need = need
        self._lock = asyncio.Lock()
        self._last: tuple[Finding, ...] = ()
        self._good_until = -1.0

    async def findings(self) -> tuple[Finding, ...]:
        async with self._lock:
            if time.monotonic() >= self._good_until:
                self._last = await self._ask()
                kept_s = min(self._need.kept_s, _TROUBLE_KEPT_S) if self._last else self._need.kept_s
                self._good_until = time.monotonic() + kept_s
            return self._last

    async def _ask(self) -> tuple[Finding, ...]:
        need = self._need
        try:
            async with asyncio.timeout(need.patience_s):
                found = await need.check()
        except TimeoutError:
            found = [replace(need.silent, reason=f"no answer within {need.patience_s:g} s")]
        except Exception as error:  # noqa: BLE001 - logged; it must take the process from nobody
            _log.error("readiness_check_broke", need=need.name, exc_info=error)
            found = [replace(need.silent, reason=type(error).__name__)]
        if need.optional:
            found = [replace(finding, blocking=False) for finding in found]
        return tuple(found)

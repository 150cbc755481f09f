"""Compares what lists and searches show with what the workflows say; mends what differs, and counts it as a bug.

News is always on its way: a difference counts when the workflow says the same a little later and nobody has written
the row meanwhile.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from temporalio import activity

from activities.findings import found_bug
from activities.reconciliation.differences import Difference
from activities.reconciliation.home import Home, Namespace
from activities.reconciliation.look import Look, look_at, stands
from activities.reconciliation.mending import mend_row
from contracts.comparison import COMPARE, Comparison, ComparisonReport, Standing
from contracts.declaration import implements
from db.engine import Sessions
from db.queries.shown import closed_rows, lately_closed, open_rows, without_row
from domain.reservation.code import ALPHABET

PAGE = 100
AT_ONCE = 4
"""Workflows asked at once: workers have bookings to answer."""
LOOKS = 3
LOOK_AGAIN_AFTER = timedelta(seconds=3)
STARTING = timedelta(minutes=1)
"""A reservation younger than that may not have a row yet."""
CODES_TOLD = 20

log = structlog.get_logger()


class Workflows(Protocol):
    """Each raises when nothing is known."""

    async def of(self, code: str) -> Standing | None:
        """None: there is no such workflow."""
        ...

    async def show_again(self, code: str) -> bool:
        """Have it publish its search attributes anew. False: it cannot."""
        ...


@dataclass(slots=True)
class Tally:
    compared: int = 0
    silent: int = 0
    repaired: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    codes: list[str] = field(default_factory=list)

    def report(self) -> ComparisonReport:
        return ComparisonReport(
            compared=self.compared,
            silent=self.silent,
            differences=dict(self.differences),
            repaired=self.repaired,
            codes=self.codes[:CODES_TOLD],
        )


@dataclass(frozen=True, slots=True)
class Page:
    codes: list[str]
    resume: list[str]
    """Where the next attempt goes on: which of the sources, and behind what."""


class ComparisonActivities:
    def __init__(
        self,
        sessions: Sessions,
        namespace: Namespace,
        workflows: Workflows,
        *,
        look_again_after: timedelta = LOOK_AGAIN_AFTER,
        starting: timedelta = STARTING,
    ) -> None:
        self._sessions = sessions
        self._namespace = namespace
        self._workflows = workflows
        self._home = Home(sessions)
        self._look_again_after = look_again_after
        self._starting = starting

    def all(self) -> list[Callable[..., Any]]:
        return [self.compare_with_workflows]

    @implements(COMPARE)
    async def compare_with_workflows(self, ask: Comparison) -> ComparisonReport:
        """Where the namespace proves nothing, nothing is compared: the reconciler has raised the alarm."""
        doubt = await self._home.doubt(self._namespace)
        if doubt is not None:
            log.warning("comparison_put_off", doubt=doubt)
            return ComparisonReport(implausible=doubt.value)
        tally = Tally()
        async with aclosing(self._pages(ask)) as pages:
            async for page in pages:
                await self._compare(page, tally)
        return tally.report()

    # --- which ---------------------------------------------------------------------------------------

    def _pages(self, ask: Comparison) -> AsyncGenerator[Page]:
        since = datetime.now(UTC) - timedelta(seconds=ask.closed_within_seconds)
        return self._all(since) if ask.sample is None else self._some(ask.sample, since)

    async def _some(self, sample: int, since: datetime) -> AsyncGenerator[Page]:
        """Codes are digests, so those behind any of them are a fair sample."""
        anywhere = "".join(secrets.choice(ALPHABET) for _ in range(4))
        async with self._sessions() as session:
            codes = await open_rows(session, after=anywhere, page=sample)
            if len(codes) < sample:
                codes = list(dict.fromkeys(codes + await open_rows(session, after="", page=sample)))[:sample]
            codes += await lately_closed(session, since=since, at_most=sample)
        for start in range(0, len(codes), PAGE):
            yield Page(codes[start : start + PAGE], [])

    async def _all(self, since: datetime) -> AsyncGenerator[Page]:
        source, *behind = _left_by_the_last_attempt() or ["open", ""]
        if source == "open":
            async for page in self._open(behind[0]):
                yield page
            source, behind = "closed", [since.isoformat(), ""]
        if source == "closed":
            async for page in self._closed((datetime.fromisoformat(behind[0]), behind[1])):
                yield page
        async for page in self._running_without_row():
            yield page

    async def _open(self, after: str) -> AsyncGenerator[Page]:
        while True:
            async with self._sessions() as session:
                codes = await open_rows(session, after=after, page=PAGE)
            if not codes:
                return
            yield Page(codes, ["open", after])
            after = codes[-1]

    async def _closed(self, after: tuple[datetime, str]) -> AsyncGenerator[Page]:
        while True:
            async with self._sessions() as session:
                rows = await closed_rows(session, after=after, page=PAGE)
            if not rows:
                return
            yield Page([code for _, code in rows], ["closed", after[0].isoformat(), after[1]])
            after = rows[-1]

    async def _running_without_row(self) -> AsyncGenerator[Page]:
        running: list[str] = []
        async for code in self._namespace.running(datetime.now(UTC) - self._starting):
            running.append(code)
            if len(running) == PAGE:
                yield await self._unshown(running)
                running = []
        yield await self._unshown(running)

    async def _unshown(self, codes: list[str]) -> Page:
        async with self._sessions() as session:
            return Page(await without_row(session, codes), ["running"])

    # --- comparing -----------------------------------------------------------------------------------

    async def _compare(self, page: Page, tally: Tally) -> None:
        looks = await self._look(page.codes, page.resume)
        tally.compared += len(looks)
        tally.silent += sum(look.is_silent for look in looks)
        doubtful = [look for look in looks if look.found]
        for _ in range(LOOKS - 1):
            if not doubtful:
                return
            await asyncio.sleep(self._look_again_after.total_seconds())
            before = {look.code: look for look in doubtful}
            again = await self._look(list(before), page.resume)
            for look in again:
                if found := stands(before[look.code], look):
                    await self._found(look, found, tally)
                    del before[look.code]
            doubtful = [look for look in again if look.found and look.code in before]

    async def _look(self, codes: list[str], resume: list[str]) -> list[Look]:
        looks = []
        for start in range(0, len(codes), AT_ONCE):
            chunk = codes[start : start + AT_ONCE]
            looking: list[Awaitable[Look]] = [
                look_at(self._sessions, self._workflows.of, code) for code in chunk
            ]
            looks += await asyncio.gather(*looking)
            if activity.in_activity():
                activity.heartbeat(resume)
        return looks

    async def _found(self, look: Look, found: frozenset[Difference], tally: Tally) -> None:
        is_repaired = await self._repair(look, found)
        tally.repaired += is_repaired
        tally.codes.append(look.code)
        for kind in sorted(found):
            tally.differences[kind] += 1
            found_bug("projection_differs", kind, reservation=look.code, repaired=is_repaired)

    async def _repair(self, look: Look, found: frozenset[Difference]) -> bool:
        """All of it? What it cannot mend (a connector that is still held) is the reconciler's, or an operator's."""
        is_row_right = await mend_row(self._sessions, look, found)
        if Difference.SEARCH_ATTRIBUTES in found:
            return await self._workflows.show_again(look.code) and is_row_right
        return is_row_right


def _left_by_the_last_attempt() -> list[str]:
    details = activity.info().heartbeat_details if activity.in_activity() else ()
    return list(details[0]) if details and isinstance(details[0], list) else []

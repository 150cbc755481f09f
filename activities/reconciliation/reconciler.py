"""Frees what a lost workflow leaves behind: holds and authorisations nobody will ever release. Run on a schedule.

A running workflow is never touched, and nothing is as long as it is not proven that the workflow is gone: the namespace
says that it is closed; or does not know it, while it is ours, remembers our own last run, and knows most of what it was
asked about. Captured money whose settlement was posted stays taken: that was decided.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio import activity

from activities.findings import found_bug
from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.freeing import Freed, Freeing
from activities.reconciliation.home import Doubt, Home, Namespace
from activities.reconciliation.settling import Ended
from contracts.declaration import implements
from contracts.reconciliation import NOT_FOUND, RELEASE_ORPHANS, ReconciliationReport
from db.engine import Sessions
from db.queries import orphans
from db.queries.left_open import open_codes
from db.queries.money.unsettled import lately_charging

Result = TypeVar("Result")

PAGE = 100
AT_ONCE = 8
EXAMINED_AT_MOST = 4000
"""In one run, some ten seconds of questions: it costs the same however much is open. The next run goes on behind it."""
FREED_AT_MOST = 1000
"""In one run: what is found goes into memory and heartbeats. The next run finds the others."""
CHARGED_WITHIN = timedelta(minutes=30)
"""Sessions that run or ended within it are looked at in each run; others by the comparison of the money."""
SETTLED_AT_MOST = 100
"""In one run, of those that have nothing else open."""
ALARM = "reconciler_view_implausible"
"""In the log. People wake up for it: docs/operating.md."""


@dataclass(slots=True)
class Survey:
    """What is open, as the namespace sees it. `gone`: code → how its workflow ended.

    `reached`: the last code examined; empty once there is none behind it.
    """

    examined: int = 0
    unknown: int = 0
    gone: dict[str, str] = field(default_factory=dict)
    reached: str = ""

    def saw(self, code: str, ended_as: str | None) -> None:
        self.examined += 1
        self.unknown += ended_as == NOT_FOUND
        if ended_as is not None and len(self.gone) < FREED_AT_MOST:
            self.gone[code] = ended_as

    @property
    def doubt(self) -> Doubt | None:
        return Doubt.MOST_UNKNOWN if 2 * self.unknown > self.examined else None


async def survey_of(
    sessions: Sessions,
    namespace: Namespace,
    before: datetime,
    *,
    behind: str = "",
    at_most: int | None = None,
    beat: Callable[[], None] = lambda: None,
) -> Survey:
    """Ask about each reservation that has had something open since `before`, in the order of codes.

    Begins behind the code `behind` and ends after `at_most` of them (None: all). Raises what the namespace raises.
    """
    survey = Survey(reached=behind)
    while at_most is None or survey.examined < at_most:
        page = PAGE if at_most is None else min(PAGE, at_most - survey.examined)
        async with sessions() as session:
            codes = await open_codes(session, before=before, after=survey.reached, page=page)
        if not codes:
            survey.reached = ""
            break
        for start in range(0, len(codes), AT_ONCE):
            chunk = codes[start : start + AT_ONCE]
            ends = await asyncio.gather(*(namespace.ended_as(code) for code in chunk))
            for code, ended_as in zip(chunk, ends, strict=True):
                survey.saw(code, ended_as)
            beat()
        survey.reached = codes[-1]
    return survey


class ReconciliationActivities:
    """Frees what belongs to no running workflow."""

    def __init__(
        self,
        sessions: Sessions,
        stripe: StripeGateway,
        namespace: Namespace,
        ended: Ended,
        *,
        examined_at_most: int = EXAMINED_AT_MOST,
    ) -> None:
        self._examined_at_most = examined_at_most
        self._sessions = sessions
        self._freeing = Freeing(sessions, stripe, ended)
        self._namespace = namespace
        self._home = Home(sessions)

    def all(self) -> list[Callable[..., Any]]:
        return [self.release_orphans]

    @implements(RELEASE_ORPHANS)
    async def release_orphans(self, older_than_seconds: int) -> ReconciliationReport:
        """Look at everything open for longer than that; then free connectors, all of them, and only then money.

        Whose money is still to be dealt with is on a list of ours: without its holds a reservation may no longer
        look open. Reads the clock itself: it compares with rows of the real world, not with a workflow's story.
        """
        now = datetime.now(UTC)
        doubt, survey = await self._home.doubt(self._namespace), Survey()
        if doubt is None:
            survey = await survey_of(
                self._sessions,
                self._namespace,
                now - timedelta(seconds=older_than_seconds),
                behind=await self._home.surveyed_to(),
                at_most=self._examined_at_most,
                beat=_beat,
            )
            doubt = survey.doubt
        if doubt is not None:
            return await self._stop(doubt, survey)
        await self._home.witnessed(survey.reached)
        for code, ended_as in survey.gone.items():
            if await self._namespace.ended_as(code) != ended_as:
                continue  # booked again while we looked at the others
            await _unless_broken(code, self._freeing.connector(code, ended_as, now))
            _beat()
        report = ReconciliationReport(examined=survey.examined, unknown=survey.unknown)
        await self._deal_with_money(report, now)
        await self._settle_others(report, now)
        return report

    async def _deal_with_money(self, report: ReconciliationReport, now: datetime) -> None:
        """Of all that was found to be without a workflow, now or earlier, and is not done."""
        async with self._sessions() as session:
            left = await orphans.left(session, at_most=FREED_AT_MOST)
        for number, (code, found_as) in enumerate(left.items()):
            _beat(len(left) - number)
            ended_as = await self._namespace.ended_as(code)
            if ended_as is None:
                await self._freeing.let_go(code)
                continue  # booked again
            closed_as = found_as if ended_as == NOT_FOUND else ended_as
            came_to = await _unless_broken(code, self._freeing.money(code, closed_as, now))
            _note(report, code, came_to and came_to[0])
        _beat()

    async def _settle_others(self, report: ReconciliationReport, now: datetime) -> None:
        """Who charges, or has until lately, and was not settled, though nothing is held for it."""
        async with self._sessions() as session:
            codes = await lately_charging(
                session, since=now - CHARGED_WITHIN, before=now, at_most=SETTLED_AT_MOST
            )
        for code in codes:
            _beat()
            ended_as = None if _is_noted(report, code) else await self._namespace.ended_as(code)
            if ended_as is not None:
                came_to = await _unless_broken(code, self._freeing.session(code, ended_as, now))
                _note(report, code, came_to and came_to[0])

    async def _stop(self, doubt: Doubt, survey: Survey) -> ReconciliationReport:
        async with self._sessions() as session:
            left = await orphans.left(session, at_most=FREED_AT_MOST)
        identity = await self._namespace.identity()
        home = await self._home.noted(identity)
        found_bug(
            ALARM,
            f"implausible_{doubt}",
            namespace=identity.name,
            namespace_id=identity.id,
            ours=home.namespace_id,
            ours_since=home.noted_at.isoformat(),
            examined=survey.examined,
            unknown=survey.unknown,
            money_not_released=list(left),
            then="nothing was freed; look with: python -m runtime.reconcile",
        )
        return ReconciliationReport(examined=survey.examined, unknown=survey.unknown, implausible=doubt.value)


def _note(report: ReconciliationReport, code: str, freed: Freed | None) -> None:
    match freed:
        case Freed.RELEASED:
            report.released.append(code)
        case Freed.SETTLED:
            report.released.append(code)
            report.settled.append(code)
        case Freed.WAITS:
            report.waiting.append(code)
        case Freed.FAILED | None:
            report.failed.append(code)


def _is_noted(report: ReconciliationReport, code: str) -> bool:
    return any(code in codes for codes in (report.released, report.failed, report.waiting))


async def _unless_broken(code: str, work: Awaitable[Result]) -> Result | None:
    """None: it failed in a way nobody foresaw, which must not keep the others waiting."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - told and counted
        found_bug("orphan_not_freed", "orphan_broken", reservation=code, error=repr(error))
        return None


def _beat(left: int = 0) -> None:
    """`left`: of how many the money is still to be dealt with."""
    if activity.in_activity():
        activity.heartbeat(left)

"""One run of the comparison with the provider: what it has compared and found so far, kept as it goes.

An attempt goes on where the one before broke off. What was compared is kept a page at a time together with what it has
come to, so nothing is counted twice; a finding that is about to be mended is kept before, as it is none any more after.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.reconciliation.money_tally import MoneyTally
from contracts.provider_reconciliation import MoneyFinding, MoneyReconciliation, MoneyReport
from db.engine import Sessions
from db.queries.money import money_runs as query

PAGE = 100
REPORT = TypeAdapter(MoneyReport)
_FINDING = TypeAdapter(MoneyFinding)


class MoneyRun:
    """`since`, `until`: what it is of. `tally`: what it has come to."""

    def __init__(
        self,
        sessions: Sessions,
        key: str,
        tally: MoneyTally,
        since: datetime,
        done: set[str],
        mending: MoneyFinding | None,
        page: int,
    ) -> None:
        self._sessions = sessions
        self._key = key
        self._done = done
        self._lately: list[str] = []
        self._mending = mending
        self._page = page
        self._goes_on = bool(done)
        self.tally = tally
        self.since = since

    @classmethod
    async def begin(
        cls, sessions: Sessions, ask: MoneyReconciliation, now: datetime, page: int = PAGE
    ) -> Self:
        """Anew, or as the attempt before has left it."""
        key = activity.info().workflow_run_id if activity.in_activity() else None
        async with sessions.begin() as session:
            row = await query.begun(session, key or str(uuid4()), now)
            done = await query.objects_of(session, row.key)
            began_at, key = row.began_at, row.key
            until = began_at - timedelta(seconds=ask.quiet_seconds)
            if row.report is None:
                tally = MoneyTally(began_at=began_at, until_quiet=until)
            else:
                tally = MoneyTally.gone_on_with(REPORT.validate_python(row.report), until)
            mending = None if row.mending is None else _FINDING.validate_python(row.mending)
        return cls(sessions, key, tally, began_at - timedelta(days=ask.days), done, mending, page)

    @property
    def until(self) -> datetime:
        return self.tally.until_quiet

    @property
    def began_at(self) -> datetime:
        return self.tally.began_at

    def is_done(self, thing: str) -> bool:
        return thing in self._done

    async def did(self, thing: str, *, at_once: bool = False) -> None:
        """Compared, and what came of it is in the tally."""
        self._done.add(thing)
        self._lately.append(thing)
        if at_once or len(self._lately) >= self._page:
            await self._keep()

    async def mends(self, finding: MoneyFinding) -> None:
        """Before it is: once it is mended nobody finds it again."""
        await self._keep(_FINDING.dump_python(finding, mode="json"))

    def mended_before(self, thing: str) -> MoneyFinding | None:
        """What an attempt before was about to mend there, and has: it is not found any more."""
        if self._mending is None or self._mending.provider_object != thing:
            return None
        finding, self._mending = self._mending, None
        return replace(finding, repaired=True)

    async def wrote_before(self, thing: str) -> bool:
        """Has an attempt before written what it found of a dispute or payout? At the instant at which it all began."""
        if not self._goes_on:
            return False
        async with self._sessions() as session:
            return await query.changed_at(session, thing, self.began_at)

    async def keep_in(self, session: AsyncSession) -> None:
        """What it has come to, in the caller's transaction."""
        await query.keep(session, self._key, self._report(), self._before(), ())

    async def end(self, session: AsyncSession) -> None:
        await query.forget(session, self._key)

    async def _keep(self, mending: dict[str, Any] | None = None) -> None:
        async with self._sessions.begin() as session:
            await query.keep(session, self._key, self._report(), mending or self._before(), self._lately)
        self._lately = []

    def _report(self) -> dict[str, Any]:
        written: dict[str, Any] = REPORT.dump_python(self.tally.report({}), mode="json")
        return written

    def _before(self) -> dict[str, Any] | None:
        """Of an attempt before, until this one comes to it."""
        return None if self._mending is None else _FINDING.dump_python(self._mending, mode="json")

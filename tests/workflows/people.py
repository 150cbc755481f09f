"""The fake projection: what people have been told, and a way to wait for it."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from contracts.declaration import implements
from contracts.hearing import HEAR_OUT, HeardOut, HearOut
from contracts.publication import ANNOUNCE, PUBLISH, AuditRecord, Notice, Publication, ReservationView
from domain.facts.fact import code_of
from domain.facts.timeline import TimelineFact
from tests.workflows.asked import Latest
from tests.workflows.troubles import Troubles


@dataclass(slots=True)
class People:
    troubles: Troubles
    latest: dict[str, Publication] = field(default_factory=dict)
    notices: dict[str, dict[str, Notice]] = field(default_factory=dict)
    publications: int = 0
    """That came here, one told again among them."""
    audit: defaultdict[str, dict[str, AuditRecord]] = field(default_factory=lambda: defaultdict(dict))
    _asked: Latest = field(default_factory=Latest)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @implements(PUBLISH)
    async def publish(self, publication: Publication) -> None:
        await self._tell(publication)

    @implements(ANNOUNCE)
    async def announce(self, publication: Publication) -> None:
        await self._tell(publication)

    async def _tell(self, publication: Publication) -> None:
        await self.troubles.meet("publish")
        code = publication.view.code
        async with self._changed:
            self.publications += 1
            if self._asked.allows(code, publication.version):
                self._asked.is_now(code, publication.version)
                self.latest[code] = publication
            for notice in publication.notices:
                self.notices.setdefault(code, {}).setdefault(notice.key, notice)
            for record in publication.audit:
                self.audit[code].setdefault(record.key, record)
            self._changed.notify_all()

    @implements(HEAR_OUT)
    async def hear_out(self, ask: HearOut) -> HeardOut:
        """Signals of a test reach the workflow at once, but for those that the test holds back."""
        await self.troubles.meet("hear_out")
        return HeardOut(missing=0)

    async def until(self, code: str, *states: str, closed: bool = False) -> ReservationView:
        """Wait until the latest publication shows one of `states` (any, when none is given)."""

        def shown() -> bool:
            latest = self.latest.get(code)
            if latest is None or (closed and not latest.closed):
                return False
            return not states or latest.view.state in states

        async with self._changed:
            await self._changed.wait_for(shown)
        return self.latest[code].view

    async def until_told(self, code: str, kind: type[TimelineFact], **parameters: Any) -> ReservationView:
        """Wait until the published timeline has such a fact, with these parameters if any are given."""
        wanted = code_of(kind)

        def seen() -> bool:
            latest = self.latest.get(code)
            entries = latest.view.timeline if latest else ()
            return any(e.code == wanted and parameters.items() <= e.parameters.items() for e in entries)

        async with self._changed:
            await self._changed.wait_for(seen)
        return self.latest[code].view

    def told(self, code: str) -> list[str]:
        """Codes of the messages sent to the driver, in order."""
        return [notice.code for notice in self.notices.get(code, {}).values()]

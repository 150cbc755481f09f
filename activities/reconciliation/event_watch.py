"""Asks the provider for new events every half a minute: what no webhook has brought is heard all the same.

A loop of each worker; whoever comes first when it is time asks. With nothing new that is one call.
"""

import asyncio
from datetime import timedelta

import structlog
from temporalio.common import MetricMeter

from activities.failures import StripeRefused, StripeUnavailable
from activities.money.stripe_gateway import StripeGateway
from activities.reconciliation.event_feed import EventFeed, Reader
from activities.rounds import repeat
from db.delivery.inbox import NewEvent
from db.engine import Sessions
from db.queries.money import event_cursors

FED = "slotkeeper_events_fed"
BEHIND_SECONDS = "slotkeeper_events_behind_seconds"
_OVERLAP = timedelta(minutes=2)
"""What is listed later than that is found by the comparison, which goes back further."""
_AT_FIRST = timedelta(hours=1)
"""What is older when a first worker begins is the comparison's, too."""
_LONGEST_PAUSE = timedelta(minutes=5)
"""Between two attempts while the provider cannot be asked."""

log = structlog.get_logger()


class EventWatch:
    """`every`: between two looks, of whichever worker. Webhooks have the third part of it to bring an event."""

    def __init__(
        self,
        sessions: Sessions,
        stripe: StripeGateway,
        every: timedelta,
        meter: MetricMeter = MetricMeter.noop,
    ) -> None:
        self._sessions = sessions
        self._every = every
        self._failures = 0
        self._feed = EventFeed(sessions, stripe, Reader.WATCH, overlap=_OVERLAP, at_first=_AT_FIRST)
        self._fed = meter.create_counter(FED, "What no webhook had brought, and was listed by the provider")
        self._behind_s = meter.create_gauge_float(BEHIND_SECONDS, "How old the newest look at its events is")

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await repeat("event_watch", self._round, self._every, stop)

    async def _round(self) -> timedelta:
        """How long to wait for the next."""
        try:
            is_mine = await self.look()
        except (StripeUnavailable, StripeRefused) as error:
            self._failures += 1
            pause = pause_after(self._failures, self._every)
            again_s = pause.total_seconds()
            log.warning("events_not_listed", code=error.code, error=str(error), again_s=again_s)
            return pause
        self._failures = 0
        # A quarter, to take over soon where the other worker ends.
        return self._every if is_mine else self._every / 4

    async def look(self) -> bool:
        """False: another worker has looked. Raises StripeUnavailable, StripeRefused and what the database raises."""
        async with self._sessions.begin() as session:
            turn = await event_cursors.take_turn(session, Reader.WATCH, self._every, _AT_FIRST)
            place = await event_cursors.read_to(session, Reader.WATCH)
        if place is not None:
            self._behind_s.set((turn.now - place).total_seconds())
        if turn.is_mine:
            async for fed in self._feed.read(turn.now - self._every / 3):
                for fact in fed.lost:
                    self._told(fact)
        return turn.is_mine

    def _told(self, fact: NewEvent) -> None:
        self._fed.add(1, {"kind": fact.kind})
        log.warning("event_fed", kind=fact.kind, event_id=fact.event_id, key=fact.recipients[0].key)


def pause_after(failures: int, every: timedelta) -> timedelta:
    """Twice as long after each, to `_LONGEST_PAUSE`."""
    doubled: timedelta = every * 2 ** min(failures, 16)
    return max(every, min(doubled, _LONGEST_PAUSE))

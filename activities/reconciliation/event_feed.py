"""Feeds the inbox with what the provider has said and no webhook has brought, oldest first.

It reads span by span and keeps in the database how far it came, so that a run which ends early is gone on with.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from activities.beating import beat
from activities.money.stripe_events import LISTED, event_of
from activities.money.stripe_gateway import StripeGateway, VerifiedEvent
from db.delivery.inbox import NewEvent, record
from db.engine import Sessions
from db.queries.money import event_cursors
from db.queries.money.reconciliation import unknown_events
from db.tables import Source

EVENTS_KEPT = timedelta(days=29)
"""Stripe keeps them for 30 days."""
_SPAN = timedelta(hours=6)
"""Read and kept at once: as much as an attempt that dies has to read again."""
_PAGE = 100


class Reader(StrEnum):
    """Who reads, each with a place of its own."""

    RECONCILIATION = "reconciliation"
    WATCH = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """One span of time. `examined`: events of kinds that we hear; `lost`: those that never came."""

    examined: int
    lost: tuple[NewEvent, ...]


Told = Callable[[AsyncSession, Fed], Awaitable[None]]


class EventFeed:
    """`overlap`: so far behind the place where it stopped it begins again, as the provider may list an event late.

    `at_first`: so far back a reader begins that has read nothing yet.
    """

    def __init__(
        self,
        sessions: Sessions,
        stripe: StripeGateway,
        reader: Reader,
        *,
        overlap: timedelta,
        at_first: timedelta = EVENTS_KEPT,
    ) -> None:
        self._sessions = sessions
        self._stripe = stripe
        self._reader = reader
        self._overlap = overlap
        self._at_first = at_first

    async def read(self, until: datetime, told: Told | None = None) -> AsyncGenerator[Fed]:
        """All up to `until`; what was yielded is in the inbox. Raises StripeUnavailable, StripeRefused.

        `told`: hears of each span in the transaction that feeds it.
        """
        since = await self._since(until)
        while since < until:
            end = min(since + _SPAN, until)
            yield await self._feed(since, end, told)
            since = end

    async def _since(self, until: datetime) -> datetime:
        async with self._sessions() as session:
            place = await event_cursors.read_to(session, self._reader)
        if place is None:
            return until - self._at_first
        # A place that lies ahead was kept by somebody whose clock was: what it says is not read yet.
        return max(min(place, until) - self._overlap, until - EVENTS_KEPT)

    async def _feed(self, since: datetime, end: datetime, told: Told | None) -> Fed:
        examined, lost, page = 0, list[NewEvent](), list[dict[str, Any]]()
        async for event in self._stripe.listing.events(since, end, LISTED):
            beat()
            examined += 1
            page.append(event)
            if len(page) == _PAGE:
                lost += await self._lost(page)
                page = []
        lost += await self._lost(page)
        lost.reverse()  # they are listed newest first
        async with self._sessions.begin() as session:
            recorded = await record(await session.connection(), Source.STRIPE, lost)
            await event_cursors.advance(session, self._reader, end)
            fed = Fed(examined=examined, lost=tuple(one for one in lost if one.event_id in recorded))
            if told is not None:
                await told(session, fed)
        beat()
        return fed

    async def _lost(self, page: list[dict[str, Any]]) -> list[NewEvent]:
        """What of it somebody has to hear, and is not in the inbox."""
        if not page:
            return []
        async with self._sessions.begin() as session:
            await event_cursors.goes_on(session, self._reader)
            unknown = await unknown_events(session, [event["id"] for event in page])
        now = datetime.now(UTC)
        facts = (event_of(_verified(event), now) for event in page if event["id"] in unknown)
        return [fact for fact in facts if fact.recipients]


def _verified(event: dict[str, Any]) -> VerifiedEvent:
    created = datetime.fromtimestamp(event["created"], UTC)
    return VerifiedEvent(id=event["id"], type=event["type"], created=created, payload=event)

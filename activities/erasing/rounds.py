"""Erasures come to their end by a loop of the worker, wherever they broke off: the payment provider forgets the driver,
and what names them in records that no index finds is gone through page by page.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.failures import StripeKeyRefused, StripeRefused
from activities.money.stripe_customers import StripeCustomers
from activities.rounds import page_by_page, repeat
from db.engine import Sessions, create_sessions
from db.personal.sweeping import finish, sweep_page, unfinished
from db.tables import Erasure

log = structlog.get_logger(__name__)
_SWEEP = timedelta(seconds=20)


async def finish_erasures(engine: AsyncEngine, customers: StripeCustomers, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    erasures = Erasures(create_sessions(engine), customers)

    async def go_round() -> None:
        await erasures.go_on(datetime.now(UTC))

    await repeat("erasures", go_round, _SWEEP, stop)


class Erasures:
    def __init__(self, sessions: Sessions, customers: StripeCustomers) -> None:
        self._sessions = sessions
        self._customers = customers

    async def go_on(self, now: datetime) -> None:
        """With each that is not finished; one that the provider refuses keeps none of the others, and goes on in the
        next round. Raises StripeUnavailable, StripeKeyRefused: all of them do.
        """
        async with self._sessions() as session:
            numbers = await unfinished(session)
        for number in numbers:
            try:
                await self._go_on_with(number, now)
            except StripeKeyRefused:
                raise
            except StripeRefused as refusal:
                log.error("erasure_refused_by_provider", erasure=number, stripe_code=refusal.stripe_code)

    async def _go_on_with(self, number: int, now: datetime) -> None:
        await self._forgotten_by_provider(number)
        await page_by_page(self._sessions, lambda session: sweep_page(session, number))
        async with self._sessions.begin() as session:
            await finish(session, number, now)

    async def _forgotten_by_provider(self, number: int) -> None:
        """Again it finds nobody there: what is gone is not looked for."""
        async with self._sessions() as session:
            customer = await session.scalar(select(Erasure.stripe_customer).where(Erasure.id == number))
        if customer is not None:
            await self._customers.delete(customer)

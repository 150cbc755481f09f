"""Erasures come to their end by a loop of the worker, wherever they broke off: the payment provider forgets the driver,
and what names them in records that no index finds is gone through page by page.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.money.stripe_gateway import StripeGateway
from activities.rounds import repeat
from db.engine import Sessions, create_sessions
from db.personal.sweeping import finish, sweep_page, unfinished
from db.tables import Erasure

_SWEEP = timedelta(seconds=20)


async def finish_erasures(engine: AsyncEngine, stripe: StripeGateway, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    erasures = Erasures(create_sessions(engine), stripe)

    async def go_round() -> None:
        await erasures.go_on(datetime.now(UTC))

    await repeat("erasures", go_round, _SWEEP, stop)


class Erasures:
    def __init__(self, sessions: Sessions, stripe: StripeGateway) -> None:
        self._sessions = sessions
        self._stripe = stripe

    async def go_on(self, now: datetime) -> None:
        """With each that is not finished. Raises StripeUnavailable, StripeRefused: they go on in the next round."""
        async with self._sessions() as session:
            numbers = await unfinished(session)
        for number in numbers:
            await self._forgotten_by_provider(number)
            more = True
            while more:
                async with self._sessions.begin() as session:
                    more = await sweep_page(session, number)
            async with self._sessions.begin() as session:
                await finish(session, number, now)

    async def _forgotten_by_provider(self, number: int) -> None:
        """Again it finds nobody there: what is gone is not looked for."""
        async with self._sessions() as session:
            customer = await session.scalar(select(Erasure.stripe_customer).where(Erasure.id == number))
        if customer is not None:
            await self._stripe.customers.delete(customer)

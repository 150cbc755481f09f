"""What the stand-in says by events, taken in and delivered as by the api and the worker."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.money.movements import movement_books
from activities.money.stripe_events import event_of
from activities.money.stripe_gateway import VerifiedEvent
from db.delivery.inbox import record
from db.tables import OutboxDelivery, Source, Target
from delivery.relay import Relay
from domain.money.accounts import by_account
from runtime.relays import movements
from tests.activities.money.money_desk import MoneyDesk, cents


class ProviderSays:
    def __init__(self, desk: MoneyDesk) -> None:
        self._desk = desk
        engine: AsyncEngine = desk.sessions.kw["bind"]
        self._relay = Relay(engine, movements(engine, desk.stripe))

    async def events(self, *, of: str) -> list[dict[str, Any]]:
        """All that the stand-in has ever said of one object, in its order."""
        said: list[dict[str, Any]] = (await self._desk.api.dump())["events"]
        return [event for event in said if event["data"]["object"]["id"] == of]

    async def take(self, events: Sequence[dict[str, Any]]) -> None:
        """In this order; what was taken before changes nothing."""
        for event in events:
            created = datetime.fromtimestamp(event["created"], UTC)
            verified = VerifiedEvent(id=event["id"], type=event["type"], created=created, payload=event)
            async with self._desk.sessions.begin() as session:
                fact = event_of(verified, datetime.now(UTC))
                await record(await session.connection(), Source.STRIPE, [fact])

    async def deliver(self) -> list[str]:
        """Everything that waits; the outcomes of all that ever did."""
        await self._relay.deliver_all()
        async with self._desk.sessions() as session:
            mine = select(OutboxDelivery.outcome).where(OutboxDelivery.target == Target.MOVEMENTS)
            return list(await session.scalars(mine.order_by(OutboxDelivery.id)))

    async def hear(self, *, of: str) -> list[str]:
        """All that was said of one object."""
        await self.take(await self.events(of=of))
        return await self.deliver()

    async def books(self, of: str, currency: str = "EUR") -> dict[str, int]:
        """Minor units by account, of one object of the provider's."""
        async with self._desk.sessions() as session:
            return cents(by_account(await movement_books(session, of, currency)), currency)

"""What debts hear: their workflow is started or told, whatever is told twice, and what nobody knows waits."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from activities.money.debt_events import KINDS, DebtEvents
from activities.money.stripe_events import event_of
from activities.money.stripe_gateway import VerifiedEvent
from db.delivery.inbox import record
from db.engine import create_engine, create_sessions
from db.tables import OutboxDelivery, Payment, Source
from delivery.debts import DebtTarget
from delivery.relay import Relay
from tests.delivery.test_relay import Temporal

CODE = "7F3K-2QVM-X9TA"
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


async def stripe_says_paid(engine: AsyncEngine, event_id: str, step: str = "debt-link-1") -> None:
    intent = {"id": "pi_1", "metadata": {"reservation_code": CODE, "step": step}}
    payload: dict[str, Any] = json.loads(json.dumps({"data": {"object": intent}}))
    event = VerifiedEvent(id=event_id, type="payment_intent.succeeded", created=NOW, payload=payload)
    async with engine.begin() as connection:
        await record(connection, Source.STRIPE, [event_of(event, NOW)])


async def outcomes(engine: AsyncEngine) -> list[str]:
    async with create_sessions(engine)() as session:
        return list(await session.scalars(select(OutboxDelivery.outcome).order_by(OutboxDelivery.id)))


class Named(Temporal):
    namespace = "default"


class Told:
    def __init__(self) -> None:
        self.codes: list[str] = []

    async def tell(self, _client: Client, code: str) -> None:
        self.codes.append(code)


async def test_a_payment_by_hand_is_told_until_it_is_posted(engine: AsyncEngine) -> None:
    told = Told()
    client = cast(Client, Named())
    target = DebtTarget(
        engine, KINDS, DebtEvents(create_sessions(engine)).is_known, told.tell, lambda: client
    )
    relay = Relay(engine, target)
    await stripe_says_paid(engine, "evt_1")
    await stripe_says_paid(engine, "evt_1")
    await stripe_says_paid(engine, "evt_2", step="settle:remainder")
    await relay.deliver_all()
    assert (told.codes, await outcomes(engine)) == ([CODE], ["told"])

    async with create_sessions(engine).begin() as session:
        session.add(
            Payment(
                reservation_code=CODE,
                step="debt-link-1",
                currency="EUR",
                amount_minor=2380,
                status="succeeded",
                updated_at=NOW,
            )
        )
    await stripe_says_paid(engine, "evt_3")
    await relay.deliver_all()
    assert (told.codes, await outcomes(engine)) == ([CODE], ["told", "noted"])

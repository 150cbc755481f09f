"""An erasure comes to its end wherever it broke off: the provider has forgotten the driver, too."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from activities.erasing.rounds import Erasures
from activities.failures import StripeRefused, StripeUnavailable
from activities.money.stripe_customers import StripeCustomers
from activities.money.stripe_events import event_of
from activities.money.stripe_gateway import StripeGateway, VerifiedEvent
from db.delivery.inbox import record
from db.engine import Sessions, create_engine, create_sessions
from db.personal.erase import erase, lock_to_erase
from db.tables import Driver, Erasure, InboxEvent, Source
from simulator.stripe_api.server import RunningStripeApi, running_stripe_api
from tests.db.everything import NOON, WHO, plant_everything


@pytest.fixture
async def api() -> AsyncIterator[RunningStripeApi]:
    async with running_stripe_api() as api:
        yield api


@pytest.fixture
async def stripe(api: RunningStripeApi) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway(api.api_key, api.base_url, timeout_seconds=2.0, max_network_retries=0)
    yield gateway
    await gateway.aclose()


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=4)
    yield create_sessions(engine)
    await engine.dispose()


async def begun(sessions: Sessions, customer: str) -> None:
    await plant_everything(sessions)
    async with sessions.begin() as session:
        await session.execute(update(Driver).where(Driver.id == WHO).values(stripe_customer=customer))
    async with sessions.begin() as session:
        assert await erase(session, await lock_to_erase(session, WHO), NOON) is not None


async def the_one(sessions: Sessions) -> Erasure:
    async with sessions() as session:
        return (await session.scalars(select(Erasure))).one()


async def is_there(api: RunningStripeApi, customer: str) -> bool:
    return customer in [one["id"] for one in (await api.dump())["customers"] if not one.get("deleted")]


async def test_the_provider_forgets_them_and_then_we_do(
    sessions: Sessions, api: RunningStripeApi, stripe: StripeGateway
) -> None:
    customer = await stripe.create_customer(key="c")
    await begun(sessions, customer)
    before = await the_one(sessions)
    assert (before.driver_id, before.stripe_customer) == (WHO, customer)
    assert await is_there(api, customer)
    for _ in range(2):
        await Erasures(sessions, stripe.customers).go_on(NOON)
        after = await the_one(sessions)
        assert (after.driver_id, after.stripe_customer, after.said, after.objects) == (None, None, [], [])
        assert after.finished_at == NOON
        assert not await is_there(api, customer)


async def test_a_provider_that_is_away_is_asked_again(sessions: Sessions, stripe: StripeGateway) -> None:
    await begun(sessions, await stripe.create_customer(key="c"))
    away = StripeGateway("sk_test_away", "http://127.0.0.1:9", timeout_seconds=0.5, max_network_retries=0)
    with pytest.raises(StripeUnavailable):
        await Erasures(sessions, away.customers).go_on(NOON)
    await away.aclose()
    assert (await the_one(sessions)).finished_at is None
    await Erasures(sessions, stripe.customers).go_on(NOON)
    assert (await the_one(sessions)).finished_at == NOON


class _Refusing(StripeCustomers):
    """Keeps its customers, whoever asks; there is no request that Stripe refuses so."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def delete(self, customer: str) -> None:
        self.asked.append(customer)
        raise StripeRefused("no", stripe_code="customer_locked")


async def test_one_that_the_provider_refuses_keeps_no_other(
    sessions: Sessions, stripe: StripeGateway
) -> None:
    await begun(sessions, await stripe.create_customer(key="c"))
    async with sessions.begin() as session:
        session.add(Driver(id="another", blocked=False, created_at=NOON))
    async with sessions.begin() as session:
        assert await erase(session, await lock_to_erase(session, "another"), NOON) is not None
    refusing = _Refusing()
    await Erasures(sessions, refusing).go_on(NOON)
    async with sessions() as session:
        rows = (await session.scalars(select(Erasure).order_by(Erasure.id))).all()
    assert len(refusing.asked) == 1
    assert [row.finished_at for row in rows] == [None, NOON]


async def test_a_customer_that_is_gone_already_is_no_obstacle(
    sessions: Sessions, stripe: StripeGateway
) -> None:
    customer = await stripe.create_customer(key="c")
    await begun(sessions, customer)
    await stripe.customers.delete(customer)
    await Erasures(sessions, stripe.customers).go_on(NOON)
    assert (await the_one(sessions)).finished_at == NOON


async def test_what_the_provider_says_of_it_afterwards_names_nobody(
    sessions: Sessions, api: RunningStripeApi, stripe: StripeGateway
) -> None:
    customer = await stripe.create_customer(key="c")
    await begun(sessions, customer)
    await Erasures(sessions, stripe.customers).go_on(NOON)
    said = (await api.dump())["events"]
    assert "customer.deleted" in [one["type"] for one in said]
    facts = [
        event_of(VerifiedEvent(id=one["id"], type=one["type"], created=NOON, payload=one), NOON)
        for one in said
    ]
    async with sessions.begin() as session:
        assert len(await record(await session.connection(), Source.STRIPE, facts)) == len(said)
    async with sessions() as session:
        kept = await session.execute(select(InboxEvent.subject, InboxEvent.payload))
        assert [row for row in kept if customer in str(row)] == []

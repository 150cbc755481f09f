"""Who subscribes at the payment provider is a member of a tier while that is paid, however events come, or do not."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from activities.money.stripe_gateway import StripeGateway
from activities.money.stripe_subscriptions import StripeSubscriptions, SubscriptionState
from activities.money.subscriptions import Subscriptions
from api.desk.memberships import Memberships
from api.desk.principal import Principal
from db.documents import policy_to_document
from db.queries.memberships import horizons_of
from db.tables import AuditEntry, Driver, Membership, PolicyVersion
from domain.place.slots import Slot
from domain.terms.tiers import Tier
from tests.activities.holds.hold_desk import refusal_of
from tests.activities.money.money_desk import MoneyDesk, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.factories import make_booking, make_policy

DAY = timedelta(days=1)
GOLD = Tier(name="gold", horizon=60 * DAY, products=("prod_gold",))
POLICY = make_policy(tiers=(GOLD,), overlapping_per_driver=True)


class Desk(MoneyDesk):
    @property
    def book(self) -> Subscriptions:
        return Subscriptions(self.sessions, self.stripe)

    async def sells_gold(self) -> None:
        async with self.sessions.begin() as session:
            (await session.get_one(Driver, "driver-1")).stripe_customer = await self.stripe.create_customer(
                key="c"
            )
            document, since = policy_to_document(POLICY), datetime.now(UTC) - DAY
            session.add(PolicyVersion(site_id="north", version=9, valid_from=since, document=document))

    async def subscribe(self) -> str:
        async with self.sessions() as session:
            customer = (await session.get_one(Driver, "driver-1")).stripe_customer
        assert customer is not None
        sold = await self.api.subscribe(customer, "prod_gold", "price_monthly")
        return str(sold["id"])

    async def told(self, subscription: str) -> None:
        """All that the provider has ever said of it, again."""
        await ProviderSays(self).hear(of=subscription)

    async def is_gold(self, days: float, driver: str = "driver-1") -> bool:
        """For a slot that begins so many days from now."""
        start = datetime.now(UTC) + days * DAY
        async with self.sessions() as session:
            found = await horizons_of(session, POLICY, driver, "north", [start])
        return found[start] == GOLD.horizon

    async def all(self) -> list[Membership]:
        async with self.sessions() as session:
            return list(await session.scalars(select(Membership).order_by(Membership.id)))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with money_desk(database_url) as desk:
        found = Desk(desk.sessions, desk.api, desk.stripe, desk.connector)
        await found.sells_gold()
        yield found


async def books(desk: Desk, name: str, days: int, driver: str = "driver-1") -> str:
    """What refuses them; empty: nothing does."""
    now = datetime.now(UTC)
    start = now.replace(minute=0, second=0, microsecond=0) + days * DAY
    ask = replace(
        make_booking(name),
        driver_id=driver,
        account=driver,
        slot=Slot(start, start + timedelta(hours=1)),
        now=now,
    )
    decision = await HoldActivities(desk.sessions).place_hold(ask)
    return "" if decision.held is not None else refusal_of(decision)


async def test_who_pays_is_gold_and_books_further_ahead_and_a_duplicate_gives_nothing_twice(
    desk: Desk,
) -> None:
    assert await books(desk, "before", 40) == "beyond_tier_horizon"
    subscription = await desk.subscribe()
    for _ in range(2):
        await desk.told(subscription)
    assert await books(desk, "after", 40) == ""
    assert await books(desk, "another", 41, "driver-2") == "beyond_tier_horizon"
    (row,) = await desk.all()
    assert (row.site_id, row.tier, row.driver_id, row.given_by) == ("north", "gold", "driver-1", "provider")
    async with desk.sessions() as session:
        audited = list(await session.scalars(select(AuditEntry.code).where(AuditEntry.subject == "driver-1")))
    assert audited == ["membership_given"]


async def test_who_fails_to_pay_is_not_once_the_grace_is_over_and_is_again_who_pays_late(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.told(subscription)
    assert (await desk.is_gold(29), await desk.is_gold(80)) == (True, True)
    await desk.api.renew(subscription, paid=False)
    await desk.told(subscription)
    assert (await desk.is_gold(32), await desk.is_gold(34)) == (True, False)
    await desk.api.subscription_stands(subscription, "active")
    await desk.told(subscription)
    assert (await desk.is_gold(34), await desk.is_gold(100)) == (True, True)
    await desk.api.subscription_stands(subscription, "unpaid")
    await desk.told(subscription)
    assert (await desk.is_gold(0), await desk.is_gold(34)) == (False, False)


async def test_one_that_is_cancelled_is_paid_to_its_end_and_no_further(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.told(subscription)
    await desk.api.end_with_period(subscription)
    await desk.told(subscription)
    assert (await desk.is_gold(29), await desk.is_gold(31)) == (True, False)
    await desk.api.subscription_stands(subscription, "canceled")
    await desk.told(subscription)
    assert not await desk.is_gold(0.001)


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_order_twice_or_never_it_ends_as_the_provider_says(desk: Desk, seed: int) -> None:
    chance, subscription, says = random.Random(seed), await desk.subscribe(), ProviderSays(desk)
    for _ in range(5):
        match chance.choice(["renewed", "owed", "paid", "given up"]):
            case "renewed":
                await desk.api.renew(subscription)
            case "owed":
                await desk.api.renew(subscription, paid=False)
            case "paid":
                await desk.api.subscription_stands(subscription, "active")
            case _:
                await desk.api.subscription_stands(subscription, "unpaid")
        said = await says.events(of=subscription)
        some = chance.sample(said, chance.randrange(len(said) + 1))
        for event in [*some, *some[:1]]:
            await says.take([event])
            await says.deliver()
    ends = chance.choice(["active", "canceled"])
    await desk.api.subscription_stands(subscription, ends)
    await desk.book.look_at_all(datetime.now(UTC))
    if ends == "canceled":
        assert not any([await desk.is_gold(days) for days in (0.001, 33, 63, 100)])
    before = [(row.key, row.valid_until) for row in await desk.all()]
    await desk.told(subscription)
    assert await desk.book.look_at_all(datetime.now(UTC)) == 0
    assert [(row.key, row.valid_until) for row in await desk.all()] == before
    if ends == "active":
        period = await desk.stripe.subscriptions.retrieve(subscription)
        assert max(until for _, until in before if until) == period.subscription.items[0].until + 60 * DAY


class Halting(StripeSubscriptions):
    """Of a process that has heard how a subscription stands, and stands still while something happens."""

    def __init__(self, asked: StripeSubscriptions, meanwhile: Callable[[str], Awaitable[None]]) -> None:
        self._asked = asked
        self._meanwhile: Callable[[str], Awaitable[None]] | None = meanwhile

    async def retrieve(self, subscription_id: str) -> SubscriptionState:
        heard = await self._asked.retrieve(subscription_id)
        if self._meanwhile is not None:
            happens, self._meanwhile = self._meanwhile, None
            await happens(subscription_id)
        return heard


async def test_who_stood_still_makes_nobody_a_member_whose_subscription_has_ended_since(desk: Desk) -> None:
    subscription = await desk.subscribe()

    async def cancelled(subscription_id: str) -> None:
        await desk.api.subscription_stands(subscription_id, "canceled")
        await desk.told(subscription_id)

    late = StripeGateway(desk.api.api_key, desk.api.base_url, max_network_retries=0)
    late.subscriptions = Halting(late.subscriptions, cancelled)
    await Subscriptions(desk.sessions, late).look(subscription, datetime.now(UTC))
    await late.aclose()
    assert not await desk.is_gold(0.001)


async def test_what_an_operator_has_ended_stays_so_and_who_is_unknown_is_found_later(desk: Desk) -> None:
    customer = await desk.stripe.create_customer(key="stranger")
    sold = await desk.api.subscribe(customer, "prod_gold", "price_monthly")
    await desk.told(sold["id"])
    assert await desk.all() == []
    async with desk.sessions.begin() as session:
        (await session.get_one(Driver, "driver-1")).stripe_customer = customer
    assert await desk.book.look_at_all(datetime.now(UTC)) == 1
    (row,) = await desk.all()
    olga = Principal(subject="olga", scopes=frozenset({"operator"}))
    await Memberships(desk.sessions, lambda: datetime.now(UTC)).end(olga, row.id, None)
    await desk.told(sold["id"])
    assert await desk.book.look_at_all(datetime.now(UTC)) == 0
    assert not await desk.is_gold(0.001)
    await desk.api.renew(sold["id"])
    await desk.told(sold["id"])
    assert not await desk.is_gold(31)


async def test_whose_customer_is_gone_is_given_up_all_the_same(desk: Desk) -> None:
    customer = await desk.stripe.create_customer(key="known")
    async with desk.sessions.begin() as session:
        (await session.get_one(Driver, "driver-1")).stripe_customer = customer
    sold = await desk.api.subscribe(customer, "prod_gold", "price_monthly")
    await desk.told(sold["id"])
    assert await desk.is_gold(1)
    async with desk.sessions.begin() as session:
        (await session.get_one(Driver, "driver-1")).stripe_customer = "cus_new"
    await desk.api.subscription_stands(sold["id"], "canceled")
    await desk.told(sold["id"])
    assert not await desk.is_gold(1)


OLGA = Principal(subject="olga", scopes=frozenset({"operator"}))


async def ended(desk: Desk, days: int | None = None) -> None:
    """By an operator, the newest membership, from so many days on, or now."""
    rows, now = await desk.all(), datetime.now(UTC)
    at = None if days is None else now + days * DAY
    await Memberships(desk.sessions, lambda: now).end(OLGA, rows[-1].id, at)


@pytest.mark.parametrize("by_event", [True, False])
async def test_whose_it_is_corrected_to_be_is_the_member_and_nobody_else(desk: Desk, by_event: bool) -> None:
    """There and back again, each period once for each of them."""

    async def says(driver: str) -> None:
        await desk.api.correct_subscription(subscription, {"driver_id": driver})
        for _ in range(2):
            if by_event:
                await desk.told(subscription)
            else:
                await desk.book.look_at_all(datetime.now(UTC))

    subscription = await desk.subscribe()
    await desk.told(subscription)
    for right, wrong in (("driver-2", "driver-1"), ("driver-1", "driver-2"), ("driver-2", "driver-1")):
        await says(right)
        assert (await desk.is_gold(1, right), await desk.is_gold(1, wrong)) == (True, False)
    assert {row.driver_id for row in await desk.all()} == {"driver-1", "driver-2"}
    assert len(await desk.all()) == 2
    await desk.api.renew(subscription)
    await desk.told(subscription)
    assert (await desk.is_gold(31, "driver-2"), await desk.is_gold(31)) == (True, False)
    await desk.api.subscription_stands(subscription, "canceled")
    await desk.told(subscription)
    assert not await desk.is_gold(0.001, "driver-2")


async def test_who_was_ended_by_an_operator_ends_nobody_whose_it_is_instead(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.told(subscription)
    await ended(desk)
    await desk.api.correct_subscription(subscription, {"driver_id": "driver-2"})
    await desk.told(subscription)
    assert (await desk.is_gold(1, "driver-2"), await desk.is_gold(1)) == (True, False)


async def test_an_operators_date_stands_whatever_is_renewed_owed_or_paid_late(desk: Desk) -> None:
    """Not a day beyond it, and none before it while it is paid."""
    subscription = await desk.subscribe()
    await desk.told(subscription)
    await ended(desk, 45)
    assert (await desk.is_gold(44), await desk.is_gold(46)) == (True, False)
    await desk.api.renew(subscription)
    for _ in range(2):
        await desk.told(subscription)
        await desk.book.look_at_all(datetime.now(UTC))
        assert (await desk.is_gold(44), await desk.is_gold(46)) == (True, False)
    await desk.api.subscription_stands(subscription, "past_due")
    await desk.told(subscription)
    assert not await desk.is_gold(44)
    await desk.api.subscription_stands(subscription, "active")
    for _ in range(2):
        await desk.told(subscription)
        assert (await desk.is_gold(44), await desk.is_gold(46)) == (True, False)


async def test_an_operators_date_counts_though_what_is_owed_has_ended_it_sooner(desk: Desk) -> None:
    subscription = await desk.subscribe()
    await desk.told(subscription)
    await desk.api.renew(subscription, paid=False)
    await desk.told(subscription)
    assert (await desk.is_gold(32), await desk.is_gold(34)) == (True, False)
    await ended(desk, 40)
    assert (await desk.is_gold(32), await desk.is_gold(34)) == (True, False)
    await desk.told(subscription)
    assert (await desk.is_gold(32), await desk.is_gold(34)) == (True, False)
    await desk.api.subscription_stands(subscription, "active")
    await desk.told(subscription)
    assert (await desk.is_gold(39), await desk.is_gold(41)) == (True, False)

"""A fee whose booking was given up while it was being taken: whoever comes late posts nothing, and it goes back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.failures import PaymentStillMoving
from activities.holds.activities import HoldActivities
from activities.money.dashboard_refunds import DashboardRefunds
from activities.money.payment_intents import IntentState, NewIntent
from activities.money.payment_records import PaymentRecords
from activities.money.payment_steps import payment_key
from activities.money.stripe_gateway import StripeGateway
from contracts.holds import GiveUpBooking
from contracts.money import Authorisation
from db.engine import create_engine
from db.tables import LedgerEntry, LedgerTransaction
from delivery.relay import Relay
from delivery.reservations import ReservationTarget
from domain.money.amount import Money
from domain.reservation.code import reservation_code
from domain.reservation.lifecycle import State
from runtime.relays import payment_events
from simulator.stripe_api.faults import FaultKind
from simulator.stripe_api.server import RunningStripeApi
from tests.activities.money.money_desk import CODE, NOW, SLOT, VISA, MoneyDesk, money_desk
from tests.activities.money.provider_says import ProviderSays
from tests.activities.money.test_fees import FEE, with_fee
from tests.activities.money.test_stripe_events import Reservations

INTENTS = "/v1/payment_intents"
GIVEN_BACK = {"captured": FEE, "refunded": FEE, "authorized": 0}


class Halting(StripeGateway):
    """Of a process that has heard how an intent is, and stands still with that while something happens."""

    def __init__(self, api: RunningStripeApi, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(api.api_key, api.base_url, max_network_retries=0)
        self._meanwhile = meanwhile

    async def retrieve(self, intent_id: str) -> IntentState:
        heard = await super().retrieve(intent_id)
        await self._meanwhile()
        return heard


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


async def given_up(desk: MoneyDesk, code: str = CODE) -> None:
    await HoldActivities(desk.sessions).give_up_booking(GiveUpBooking(code=code, now=NOW, version=7))
    await desk.void(code=code)


async def refused(taken: Awaitable[Authorisation]) -> str | None:
    with pytest.raises(ApplicationError) as refusal:
        await taken
    return refusal.value.type


async def test_who_stood_still_with_the_answer_posts_no_fee_that_was_given_back(desk: MoneyDesk) -> None:
    asked = await desk.take_fee(card=None, version=3)
    assert asked.payment_intent_id
    await desk.api.pay(asked.payment_intent_id)

    halting = Halting(desk.api, lambda: given_up(desk))
    late = MoneyDesk(desk.sessions, desk.api, halting, desk.connector)
    assert await refused(late.take_fee(card=None, version=3)) == "superseded"
    await halting.aclose()
    row = (await desk.rows())["fee"]
    assert (row.status, row.captured_minor, row.refunded_minor) == ("succeeded", FEE, FEE)
    assert (await desk.ledger(), await desk.totals()) == ({}, GIVEN_BACK)
    assert (await desk.check()).agrees


async def test_who_stood_still_posts_no_fee_that_the_reconciler_gave_back(desk: MoneyDesk) -> None:
    """It asks for no reservation, so that nothing keeps the attempt out but what it wrote."""
    asked = await desk.take_fee(card=None, version=3)
    assert asked.payment_intent_id
    await desk.api.pay(asked.payment_intent_id)

    async def voided() -> None:
        await desk.void()

    halting = Halting(desk.api, voided)
    late = MoneyDesk(desk.sessions, desk.api, halting, desk.connector)
    await late.take_fee(card=None, version=3)
    await halting.aclose()
    assert (await desk.ledger(), await desk.totals()) == ({}, GIVEN_BACK)
    async with desk.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(LedgerTransaction)) == 0
    assert (await desk.check()).agrees


async def test_an_older_answer_takes_nothing_back_of_what_was_given_back(desk: MoneyDesk) -> None:
    """Only a refund that has failed does, by what it was of."""
    asked = await desk.take_fee()
    assert asked.payment_intent_id
    older = await desk.stripe.retrieve(asked.payment_intent_id)
    await desk.settle(State.CANCELLED, terms=with_fee(), cancelled_at=SLOT.start)
    await PaymentRecords(desk.sessions, desk.stripe).keep(CODE, "fee", older, NOW)
    assert (await desk.rows())["fee"].refunded_minor == FEE - 200
    (refund,) = (await desk.api.dump())["refunds"]
    await desk.api.fail_refund(refund["id"], "expired_or_canceled_card")
    await DashboardRefunds(desk.sessions, desk.stripe).look(CODE, NOW)
    assert (await desk.rows())["fee"].refunded_minor == 0


@pytest.mark.parametrize("voided_first", [True, False])
async def test_a_request_that_is_under_way_when_the_booking_is_given_up_leaves_nothing(
    desk: MoneyDesk, voided_first: bool
) -> None:
    await desk.api.fail_next(FaultKind.HOLD, path=INTENTS)
    late = asyncio.create_task(desk.take_fee(version=3))
    await desk.api.wait_until_held()
    await HoldActivities(desk.sessions).give_up_booking(GiveUpBooking(code=CODE, now=NOW, version=7))
    if voided_first:
        await desk.void()
    await desk.api.release_held()
    assert await refused(late) == "superseded"
    await desk.void()
    assert (await desk.ledger(), await desk.totals()) == ({}, GIVEN_BACK)
    assert (await desk.check()).agrees


async def test_who_found_nothing_closes_no_step_that_was_told_of_since(desk: MoneyDesk) -> None:
    asked = await desk.take_fee()
    with pytest.raises(PaymentStillMoving):
        await PaymentRecords(desk.sessions, desk.stripe).close_unmade(CODE, "fee", NOW)
    row = (await desk.rows())["fee"]
    assert (row.status, row.payment_intent_id) == ("succeeded", asked.payment_intent_id)


@pytest.mark.parametrize("away", [False, True])
async def test_a_fee_that_is_heard_of_after_its_booking_was_given_up_goes_back(
    desk: MoneyDesk, database_url: str, away: bool
) -> None:
    """Its worker died while it asked; when it was voided, the provider knew nothing of it yet."""
    code = reservation_code("test", str(uuid4()))
    await desk.api.fail_next(FaultKind.STATUS, path=INTENTS)
    with pytest.raises(ApplicationError):
        await desk.take_fee(code=code)
    await given_up(desk, code)
    row = (await desk.rows(code))["fee"]
    assert (row.status, row.payment_intent_id) == ("canceled", None)
    made = await late_fee(desk, code)
    says, reservations = ProviderSays(desk), Reservations()
    engine = create_engine(database_url, pool_size=1)
    target = ReservationTarget(
        engine, payment_events(engine, desk.stripe), lambda: cast(Client, reservations)
    )
    relay = Relay(engine, target, longest_pause=timedelta(0))
    if away:
        await desk.api.fail_next(FaultKind.STATUS, path="/v1/refunds")
    told = await says.events(of=made.id)
    for _ in range(3):
        await says.take(told)
        await relay.deliver_all()
    await engine.dispose()
    row = (await desk.rows(code))["fee"]
    assert (row.payment_intent_id, row.status, row.refunded_minor) == (made.id, "succeeded", FEE)
    assert (await desk.totals(), await desk.ledger(code)) == (GIVEN_BACK, {})
    assert (await desk.check(code)).agrees


async def late_fee(desk: MoneyDesk, code: str) -> IntentState:
    """The request of the one that has died arrives at last."""
    new = NewIntent(code=code, step="fee", amount=Money(FEE, "EUR"), capture=True, payment_method=VISA)
    made = await desk.stripe.create_intent(new, key=f"{payment_key(code, 'fee')}:late")
    assert isinstance(made, IntentState)
    return made


@pytest.mark.parametrize("kept", [True, False])
async def test_a_fee_is_its_drivers_from_the_beginning_to_the_end(desk: MoneyDesk, kept: bool) -> None:
    """It is taken before there is a projection that says whose; of a booking that is given up there is never one."""
    await desk.take_fee()
    async with desk.sessions() as session:
        whose = list(await session.scalars(select(LedgerTransaction.driver_id)))
    assert whose == ["driver-1"]
    if kept:
        await desk.settle(State.CANCELLED, terms=with_fee(), cancelled_at=SLOT.start)
    else:
        await desk.void()
    async with desk.sessions() as session:
        mine = (
            select(LedgerEntry.account, func.sum(LedgerEntry.amount_minor))
            .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
            .where(LedgerTransaction.driver_id == "driver-1")
            .group_by(LedgerEntry.account)
        )
        books = {account: int(minor) for account, minor in await session.execute(mine) if minor}
    assert books == await desk.ledger()

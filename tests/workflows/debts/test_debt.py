"""A debt over weeks, in virtual time: real activities, a real Postgres and the stand-in for Stripe."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.holds.activities import HoldActivities
from activities.money.debt_records import standing_of
from activities.money.debts import DebtActivities
from contracts.debts import DebtStanding, PaymentAsked
from contracts.names import DEBT_WORKFLOW, RESERVATIONS_QUEUE, MessageName, debt_workflow_id
from db.queries.debts import DebtFilter, debt_of, page
from db.tables import Driver
from domain.money.amount import Money
from domain.place.slots import Slot
from tests.activities.money.money_desk import CODE, VISA, MoneyDesk, money_desk
from tests.factories import make_booking, make_policy, make_terms
from tests.workflows.visit import LOOKS
from workflows.client.debts import DebtClient, tell_debt
from workflows.client.failures import Refused
from workflows.debts.workflow import DebtWorkflow
from workflows.engine.sandbox import runner

NO_DEPOSIT = make_terms(policy=make_policy(deposit=Money(0, "EUR")))
BROKE = "pm_card_chargeDeclinedInsufficientFunds"
Handle = WorkflowHandle[object, DebtStanding]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as money:
        yield money


@asynccontextmanager
async def collecting(
    env: WorkflowEnvironment, desk: MoneyDesk, card: str = BROKE, queue: str = ""
) -> AsyncIterator[Handle]:
    """The workflow of 23.80 EUR that `card` did not pay a moment ago."""
    await desk.charged(40_000)
    now = datetime.now(UTC)
    receipt = await desk.settle(terms=NO_DEPOSIT, payment_method=card, now=now)
    assert receipt.outstanding == Money(2380, "EUR")
    own = f"debts-{uuid.uuid4().hex}"
    debts = DebtActivities(desk.sessions, desk.stripe)
    async with Worker(
        env.client,
        task_queue=queue or own,
        workflows=[DebtWorkflow],
        activities=debts.all(),
        workflow_runner=runner(),
        max_cached_workflows=0,
        max_concurrent_workflow_tasks=1,
    ):
        handle: Handle = await _client(env).start_workflow(
            DEBT_WORKFLOW, CODE, id=debt_workflow_id(own), task_queue=queue or own, result_type=DebtStanding
        )
        yield handle


def _client(env: WorkflowEnvironment) -> Client:
    return env.client


async def new_card(desk: MoneyDesk) -> None:
    """The driver's bank has sent one, and they have saved it."""
    customer = await desk.stripe.create_customer(key="customer")
    async with desk.sessions.begin() as session:
        await session.execute(update(Driver).values(stripe_customer=customer))
    async with httpx.AsyncClient(base_url=desk.api.base_url, auth=(desk.api.api_key, "")) as http:
        attached = await http.post(f"/v1/payment_methods/{VISA}/attach", data={"customer": customer})
    assert attached.is_success, attached.text


async def until(desk: MoneyDesk, so: Callable[[DebtStanding], bool]) -> DebtStanding:
    """The debt, once it stands so."""
    for _ in range(500):
        async with desk.sessions() as session:
            found = standing_of(CODE, await debt_of(session, CODE))
        if so(found):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"still {found}")


async def refused(desk: MoneyDesk, name: str) -> str:
    """What a booking of the same driver is answered now; empty: it is accepted."""
    now = datetime.now(UTC)
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    slot = Slot(start, start + timedelta(hours=1))
    booking = make_booking(name, driver_id="driver-1", slot=slot, now=now)
    answer = await HoldActivities(desk.sessions).place_hold(booking)
    return answer.refusal.code if answer.refusal else ""


async def listed(desk: MoneyDesk) -> list[tuple[str, int]]:
    async with desk.sessions() as session:
        found = await page(session, DebtFilter(driver_id="driver-1", state="open"), None, 10)
    return [(debt.reservation_code, debt.outstanding_minor) for debt in found]


async def test_k8_8_it_is_collected_at_the_third_attempt_listed_and_bars_the_next_booking_until_then(
    temporal_env: WorkflowEnvironment, desk: MoneyDesk
) -> None:
    async with collecting(temporal_env, desk) as handle:
        await temporal_env.fast_forward(handle, timedelta(days=1))
        await until(desk, lambda debt: debt.attempts == 1)
        await temporal_env.fast_forward(handle, timedelta(days=3))
        assert (await until(desk, lambda debt: debt.attempts == 2)).outstanding == Money(2380, "EUR")
        assert (await listed(desk), await refused(desk, "before")) == ([(CODE, 2380)], "debts_open")
        await new_card(desk)
        await temporal_env.fast_forward(handle, timedelta(days=5))
        paid = await handle.result()
    assert (paid.state, paid.outstanding, paid.attempts) == ("paid", Money(0, "EUR"), 3)
    assert (await listed(desk), await refused(desk, "after")) == ([], "")
    assert (await desk.check()).agrees


async def test_what_the_bank_wants_the_driver_for_is_paid_by_hand(
    temporal_env: WorkflowEnvironment, desk: MoneyDesk
) -> None:
    async with collecting(temporal_env, desk, "pm_card_authenticationRequired") as handle:
        asked = await handle.execute_update(MessageName.PAY, result_type=PaymentAsked)
        assert asked.amount == Money(2380, "EUR")
        await desk.stripe.confirm(asked.payment_intent_id, VISA, key="app")
        await handle.signal(MessageName.DEBT_CHANGED)
        paid = await handle.result()
    assert (paid.state, paid.attempts) == ("paid", 0)


async def details(handle: WorkflowHandle[Any, Any]) -> str:
    """What the workflow shows of itself. A look is lost with the task that it came with, so there are several."""
    for _ in range(LOOKS - 1):
        with suppress(WorkflowQueryFailedError):
            return str(await handle.query(MessageName.DETAILS))
    return str(await handle.query(MessageName.DETAILS))


async def test_what_nobody_pays_is_put_before_a_person(
    temporal_env: WorkflowEnvironment, desk: MoneyDesk
) -> None:
    async with collecting(temporal_env, desk, "pm_card_authenticationRequired") as handle:
        assert (await until(desk, lambda debt: True)).waits_for == "driver"
        await temporal_env.fast_forward(handle, timedelta(days=30))
        await until(desk, lambda debt: debt.waits_for == "operator")
        assert "bank" in await details(handle)
        await handle.terminate()


async def test_a_debt_that_is_no_more_is_refused(temporal_env: WorkflowEnvironment, desk: MoneyDesk) -> None:
    async with collecting(temporal_env, desk) as handle:
        asked = await handle.execute_update(MessageName.PAY, result_type=PaymentAsked)
        await desk.stripe.confirm(asked.payment_intent_id, VISA, key="app")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(MessageName.PAY, result_type=PaymentAsked)
        assert isinstance(refused.value.cause, ApplicationError)
        with suppress(RPCError):  # the refused update has seen it, too, and it may be over by that
            await handle.signal(MessageName.DEBT_CHANGED)
        assert (await handle.result()).state == "paid"


async def test_whoever_tells_or_pays_starts_it_and_meets_the_one_that_runs(
    temporal_env: WorkflowEnvironment, desk: MoneyDesk
) -> None:
    async with collecting(temporal_env, desk, "pm_card_authenticationRequired", RESERVATIONS_QUEUE):
        client, patience = DebtClient(temporal_env.client), timedelta(seconds=10)
        asked = await client.pay(CODE, patience=patience)
        assert await client.pay(CODE, patience=patience) == asked
        await tell_debt(temporal_env.client, CODE)
        await desk.stripe.confirm(asked.payment_intent_id, VISA, key="app")
        await tell_debt(temporal_env.client, CODE)
        await until(desk, lambda debt: debt.state == "paid")
        with pytest.raises(Refused) as refused:
            await client.pay(CODE, patience=patience)
        assert refused.value.code == "debt_closed"

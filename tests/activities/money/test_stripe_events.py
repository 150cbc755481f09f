"""Stored webhook events reach the reservation's workflow, whatever order they come in and whoever delivers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.money.stripe_events import BATCH, SIGNAL, StripeEventRelay
from contracts.money import PaymentEvent
from db.tables import StripeEvent
from domain.reservation.code import reservation_code, workflow_id
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import NOW, MoneyDesk, money_desk

CAPTURABLE = "payment_intent.amount_capturable_updated"


@workflow.defn(sandboxed=False)
class Listener:
    """Stands where a reservation stands: keeps the payment events it is told, ends after `wanted`."""

    def __init__(self) -> None:
        self.heard: list[PaymentEvent] = []

    @workflow.run
    async def run(self, wanted: int) -> list[PaymentEvent]:
        await workflow.wait_condition(lambda: len(self.heard) >= wanted)
        return self.heard

    @workflow.signal(name=SIGNAL)
    async def payment_event(self, event: PaymentEvent) -> None:
        self.heard.append(event)


class _BrokenClient(Client):
    """Fails as told."""

    def __init__(self, client: Client, failure: Exception) -> None:
        super().__init__(client.service_client)
        self.asked = asyncio.Event()
        self._failure = failure

    def get_workflow_handle(self, *args: Any, **kwargs: Any) -> Any:
        self.asked.set()
        raise self._failure


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


@pytest.fixture
async def queue(temporal_env: WorkflowEnvironment) -> AsyncIterator[str]:
    name = f"listeners-{uuid4()}"
    async with Worker(temporal_env.client, task_queue=name, workflows=[Listener]):
        yield name


@pytest.fixture
def code() -> str:
    """A reservation of this test alone: the Temporal server is shared."""
    return reservation_code("test", str(uuid4()))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (CAPTURABLE, "authorised"),
        ("payment_intent.payment_failed", "failed"),
        ("payment_intent.canceled", "canceled"),
    ],
)
async def test_what_a_reservation_waits_for_is_signalled(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, queue: str, code: str, kind: str, status: str
) -> None:
    listener = await _listen(temporal_env.client, queue, code)
    await _store(desk, kind, code)
    assert await _relay(desk, temporal_env).deliver_batch() == 1
    (event,) = await listener.result()
    assert (event.status, event.payment_intent_id, event.event_id) == (status, "pi_1", "evt_1")
    assert await _outcomes(desk) == {"evt_1": "signalled"}


@pytest.mark.parametrize(
    "payload",
    [
        {"data": {"object": {"id": "pi_1", "metadata": {}}}},
        {"data": {"object": {"id": 7, "metadata": {"reservation_code": "X", "step": "deposit"}}}},
        {"data": {"object": []}},
        {"data": None},
        {},
    ],
)
async def test_events_of_nobody_are_noted(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, payload: dict[str, Any]
) -> None:
    await _store(desk, CAPTURABLE, "", payload=payload)
    await _relay(desk, temporal_env).deliver_batch()
    assert await _outcomes(desk) == {"evt_1": "noted"}


@pytest.mark.parametrize(
    ("kind", "step"), [("charge.refunded", "deposit"), ("payment_intent.payment_failed", "settle:remainder")]
)
async def test_what_no_reservation_waits_for_is_noted(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str, kind: str, step: str
) -> None:
    await _store(desk, kind, code, step=step)
    await _relay(desk, temporal_env).deliver_batch()
    assert await _outcomes(desk) == {"evt_1": "noted"}


@pytest.mark.parametrize("stranger", ["7F3K-2QVM-X9TA", "x" * 5000, "\n"])
async def test_a_reservation_without_a_workflow_is_said_so(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, stranger: str
) -> None:
    await _store(desk, CAPTURABLE, stranger)
    await _relay(desk, temporal_env).deliver_batch()
    assert await _outcomes(desk) == {"evt_1": "no_workflow"}


async def test_several_relays_deliver_each_event_once(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, queue: str, code: str
) -> None:
    listener = await _listen(temporal_env.client, queue, code, wanted=60)
    for number in range(60):
        await _store(desk, CAPTURABLE, code, event_id=f"evt_{number}")
    stop = asyncio.Event()
    relays = [asyncio.create_task(_relay(desk, temporal_env).run(stop)) for _ in range(3)]
    heard = await listener.result()
    stop.set()
    await asyncio.gather(*relays)
    assert sorted(event.event_id for event in heard) == sorted(f"evt_{n}" for n in range(60))
    assert set((await _outcomes(desk)).values()) == {"signalled"}


async def test_an_intent_whose_id_was_lost_is_adopted_and_an_old_event_changes_nothing(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    await desk.api.fail_next(FaultKind.CUT, path="/v1/payment_intents")
    with pytest.raises(Exception, match="stripe_unavailable"):
        await desk.authorise(code=code)
    (intent,) = (await desk.api.dump())["payment_intents"]
    await _store(desk, CAPTURABLE, code, payload={"data": {"object": intent}})
    await _relay(desk, temporal_env).deliver_batch()
    row = (await desk.rows(code))["deposit"]
    assert (row.payment_intent_id, row.status) == (intent["id"], "requires_capture")
    await desk.void(code=code)
    await _store(desk, CAPTURABLE, code, payload={"data": {"object": intent}}, event_id="evt_2")
    await _relay(desk, temporal_env).deliver_batch()
    assert (await desk.rows(code))["deposit"].status == "canceled"


@pytest.mark.parametrize("odd", ["declined", ["declined"], 7])
async def test_an_unreadable_event_is_put_aside_and_the_others_go_on(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, queue: str, code: str, odd: object
) -> None:
    listener = await _listen(temporal_env.client, queue, code)
    metadata = {"reservation_code": code, "step": "deposit"}
    intent = {"id": "pi_1", "metadata": metadata, "last_payment_error": odd}
    await _store(desk, "payment_intent.payment_failed", code, payload={"data": {"object": intent}})
    await _store(desk, CAPTURABLE, code, event_id="evt_2")
    await _relay(desk, temporal_env).deliver_batch()
    assert [event.event_id for event in await listener.result()] == ["evt_2"]
    assert await _outcomes(desk) == {"evt_1": "unreadable", "evt_2": "signalled"}


async def test_an_event_that_cannot_be_told_waits_and_blocks_nobody(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    for number in range(BATCH + 5):
        await _store(desk, CAPTURABLE, code, event_id=f"evt_{number:02}")
    await _store(desk, "charge.refunded", code, event_id="evt_last")
    failing = RPCError("no", RPCStatusCode.INTERNAL, b"")
    relay = StripeEventRelay(desk.sessions, _BrokenClient(temporal_env.client, failing))
    assert await relay.deliver_batch() == BATCH
    async with desk.sessions() as session:
        first = await session.get_one(StripeEvent, "evt_00")
    assert first.handled_at is None
    assert (first.attempts, first.not_before is not None) == (1, True)
    await relay.deliver_batch()
    assert await _outcomes(desk) == {"evt_last": "noted"}


async def test_what_waited_while_temporal_was_away_is_told_and_not_taken_for_known(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, queue: str, code: str
) -> None:
    listener = await _listen(temporal_env.client, queue, code)
    await desk.api.fail_next(FaultKind.CUT, path="/v1/payment_intents")
    with pytest.raises(Exception, match="stripe_unavailable"):
        await desk.authorise(code=code)
    (intent,) = (await desk.api.dump())["payment_intents"]
    await _store(desk, CAPTURABLE, code, payload={"data": {"object": intent}})
    away = await Client.connect("127.0.0.1:9", lazy=True)
    await StripeEventRelay(desk.sessions, away).deliver_batch()
    assert await _outcomes(desk) == {}
    await _due_now(desk)
    await _relay(desk, temporal_env).deliver_batch()
    assert [event.status for event in await listener.result()] == ["authorised"]


async def test_a_surprise_puts_the_event_off_and_never_ends_the_relay(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    await _store(desk, CAPTURABLE, code)
    await _store(desk, "charge.refunded", code, event_id="evt_2")
    broken = _BrokenClient(temporal_env.client, AttributeError("nobody foresaw this"))
    assert await StripeEventRelay(desk.sessions, broken).deliver_batch() == 2
    assert await _outcomes(desk) == {"evt_2": "noted"}
    await _due_now(desk)
    stop = asyncio.Event()
    broken.asked.clear()
    running = asyncio.create_task(StripeEventRelay(desk.sessions, broken, poll_seconds=0.01).run(stop))
    await broken.asked.wait()
    assert not running.done()
    stop.set()
    await running


async def _due_now(desk: MoneyDesk) -> None:
    """The pause is over."""
    async with desk.sessions.begin() as session:
        await session.execute(update(StripeEvent).values(not_before=None))


def _relay(desk: MoneyDesk, temporal_env: WorkflowEnvironment) -> StripeEventRelay:
    return StripeEventRelay(desk.sessions, temporal_env.client, poll_seconds=0.05)


async def _listen(
    client: Client, queue: str, code: str, *, wanted: int = 1
) -> WorkflowHandle[Listener, list[PaymentEvent]]:
    return await client.start_workflow(Listener.run, wanted, id=workflow_id(code), task_queue=queue)


async def _store(
    desk: MoneyDesk,
    kind: str,
    code: str,
    *,
    step: str = "deposit",
    event_id: str = "evt_1",
    payload: dict[str, Any] | None = None,
) -> None:
    intent = {"id": "pi_1", "metadata": {"reservation_code": code, "step": step}}
    async with desk.sessions.begin() as session:
        session.add(
            StripeEvent(
                id=event_id,
                type=kind,
                payload={"data": {"object": intent}} if payload is None else payload,
                created_at=NOW,
                received_at=datetime.now(UTC),
            )
        )


async def _outcomes(desk: MoneyDesk) -> dict[str, str]:
    async with desk.sessions() as session:
        events = await session.scalars(select(StripeEvent).where(StripeEvent.handled_at.is_not(None)))
        return {event.id: event.outcome for event in events}

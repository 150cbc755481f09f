"""Events reach the workflow, in order and once told, whatever is down in between; commands come back by queue."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import workflow
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.reconciliation.home import Home
from contracts.chargers import Connection
from contracts.names import gateway_queue
from db.engine import create_sessions
from db.tables import OutboxDelivery
from domain.charging.commands import CommandOutcome, CommandReply, ReserveNow
from domain.charging.events import ChargerEvent
from domain.reservation.code import reservation_code, workflow_id
from ocpp_gateway.metrics import GatewayMetrics
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import running_gateway
from runtime.readiness.findings import another_namespace
from simulator.charge_point import VirtualChargePoint
from tests.api.namespace import bare_namespace, own_namespace
from tests.api.stage import publish, view_of
from tests.factories import PASSWORD
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.records import Records
from workflows.client.namespace import NamespaceMemory


@workflow.defn(sandboxed=False)
class Recorder:
    """Stands where the reservation workflow stands: hears its signal, sends one command when asked."""

    def __init__(self) -> None:
        self._heard: list[ChargerEvent] = []
        self._done = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._done)

    @workflow.signal
    def charger_event(self, event: ChargerEvent) -> None:
        self._heard.append(event)

    @workflow.signal
    def close(self) -> None:
        self._done = True

    @workflow.query
    def heard(self) -> list[ChargerEvent]:
        return self._heard

    @workflow.update
    async def reserve(self, queue: str, connection: Connection, command: ReserveNow) -> CommandReply:
        reply: CommandReply = await workflow.execute_activity(
            "reserve_now",
            args=[connection, command],
            task_queue=queue,
            result_type=CommandReply,
            start_to_close_timeout=timedelta(seconds=10),
        )
        return reply


@pytest.fixture
async def queue(temporal_env: WorkflowEnvironment) -> AsyncIterator[str]:
    name = f"recorder-{uuid.uuid4()}"
    async with Worker(temporal_env.client, task_queue=name, workflows=[Recorder]):
        yield name


async def drive(url: str, number: int = 1) -> VirtualChargePoint:
    """A charger on which Alice starts to charge."""
    charger = VirtualChargePoint(
        identity=CHARGER, version="1.6", url=url, password=PASSWORD, connectors=2, reconnect=False
    )
    await charger.start()
    await charger.plug_in(number)
    assert await charger.swipe(number, ALICE)
    return charger


async def test_events_wait_for_temporal_and_then_arrive_in_order(
    temporal_env: WorkflowEnvironment, queue: str, records: Records, database_url: str
) -> None:
    client, reachable = temporal_env.client, asyncio.Event()

    async def connect() -> Client:
        if not reachable.is_set():
            raise RuntimeError("not yet")
        return client

    code = reservation_code("relay", str(uuid.uuid4()))
    handle = await client.start_workflow(Recorder.run, id=workflow_id(code), task_queue=queue)
    await records.hold("alice", code=code)
    options = GatewayOptions(instance=str(uuid.uuid4()), sweep_s=0.1)
    async with running_gateway(database_url, connect=connect, options=options) as gateway:
        charger = await drive(gateway.url)
        waiting = await records.told(code)
        assert waiting
        assert {told.outcome for told in waiting} == {""}
        reachable.set()
        await records.eventually(lambda: all_delivered(records, code))
        await charger.stop()
    heard = await handle.query(Recorder.heard)
    told = await records.told(code)
    assert [event.kind for event in heard] == [t.kind for t in told][: len(heard)]
    assert len({event.event_id for event in heard}) == len(heard)
    (started,) = [event for event in heard if event.kind == "transaction_started"]
    assert started.matches_driver is True
    await handle.signal(Recorder.close)


async def all_delivered(records: Records, code: str) -> bool:
    return all(told.outcome for told in await records.told(code))


async def test_what_one_gateway_left_behind_another_delivers(
    temporal_env: WorkflowEnvironment, queue: str, records: Records, database_url: str
) -> None:
    code = reservation_code("relay", str(uuid.uuid4()))
    handle = await temporal_env.client.start_workflow(Recorder.run, id=workflow_id(code), task_queue=queue)
    await records.hold("alice", code=code)
    async with running_gateway(database_url, options=GatewayOptions(instance="cut-off")) as alone:
        await (await drive(alone.url)).stop()
    options = GatewayOptions(instance=str(uuid.uuid4()), sweep_s=0.1)
    async with running_gateway(database_url, client=temporal_env.client, options=options):
        await records.eventually(lambda: all_delivered(records, code))
    assert "transaction_started" in [event.kind for event in await handle.query(Recorder.heard)]
    await handle.signal(Recorder.close)


async def test_a_closed_or_missing_workflow_is_noted_and_not_tried_for_ever(
    temporal_env: WorkflowEnvironment, records: Records, database_url: str
) -> None:
    """What was shown of it says that it was begun; something is held for it until the reconciler comes."""
    code = reservation_code("relay", str(uuid.uuid4()))
    await records.hold("alice", code=code)
    await publish(create_sessions(records.engine), view_of(code))
    options = GatewayOptions(instance=str(uuid.uuid4()), sweep_s=0.1)
    async with running_gateway(database_url, client=temporal_env.client, options=options) as gateway:
        charger = await drive(gateway.url)
        await records.eventually(lambda: all_delivered(records, code))
        assert {told.outcome for told in await records.told(code)} == {"no_workflow"}
        await charger.stop()


async def test_in_another_namespace_events_wait_and_readiness_tells_it(
    temporal_env: WorkflowEnvironment, queue: str, records: Records, database_url: str, engine: AsyncEngine
) -> None:
    ours, other = temporal_env.client, await bare_namespace(temporal_env, f"other-{uuid.uuid4().hex}")
    await Home(create_sessions(engine)).accept(await NamespaceMemory(ours).identity())
    code = reservation_code("relay", str(uuid.uuid4()))
    handle = await ours.start_workflow(Recorder.run, id=workflow_id(code), task_queue=queue)
    await records.hold("alice", code=code)
    options = GatewayOptions(instance=str(uuid.uuid4()), sweep_s=0.1)
    async with running_gateway(database_url, client=other, options=options) as misled:
        charger = await drive(misled.url)
        await records.eventually(lambda: tried(records, code))
        report = await misled.readiness.report()
        assert report.ready, "chargers are served"
        assert another_namespace(other.namespace) in [replace(f, blocking=True) for f in report.degraded]
        await charger.stop()
    assert {told.outcome for told in await records.told(code)} == {""}
    async with running_gateway(database_url, client=ours, options=options) as gateway:
        await records.eventually(lambda: all_delivered(records, code))
        assert "another_namespace" not in [f.code for f in (await gateway.readiness.report()).degraded]
    assert "transaction_started" in [event.kind for event in await handle.query(Recorder.heard)]
    await handle.signal(Recorder.close)


async def tried(records: Records, code: str) -> bool:
    async with records.engine.connect() as connection:
        attempts = select(func.max(OutboxDelivery.attempts)).where(OutboxDelivery.key == code)
        return bool(await connection.scalar(attempts))


async def test_lag_and_backlog_can_be_read(
    temporal_env: WorkflowEnvironment, records: Records, database_url: str
) -> None:
    code = reservation_code("relay", str(uuid.uuid4()))
    await records.hold("alice", code=code)
    await publish(create_sessions(records.engine), view_of(code))
    options = GatewayOptions(instance=str(uuid.uuid4()), sweep_s=0.1)
    async with running_gateway(database_url, client=temporal_env.client, options=options) as gateway:
        charger = await drive(gateway.url)
        await records.eventually(lambda: all_delivered(records, code))
        told = len(await records.told(code))

        async def counted() -> bool:
            return figure(gateway.metrics, "deliveries_total") == told

        await records.eventually(counted)
        assert (figure(gateway.metrics, "delivery_lag_seconds_sum") or 0) > 0
        assert figure(gateway.metrics, "relay_undelivered") is not None
        assert figure(gateway.metrics, "relay_oldest_seconds") is not None
        assert figure(gateway.metrics, "relay_read_age_seconds") is not None
        await charger.stop()


def figure(metrics: GatewayMetrics, name: str) -> float | None:
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            if sample.name == f"slotkeeper_gateway_{name}" and sample.value == sample.value:  # NaN: not known
                return float(sample.value)
    return None


async def test_a_client_is_shown_to_nobody_before_its_namespace_is_seen(
    temporal_env: WorkflowEnvironment, records: Records, database_url: str
) -> None:
    namespace, asked = f"late-{uuid.uuid4().hex[:8]}", asyncio.Event()

    async def connect() -> Client:
        asked.set()
        return await _client_of(temporal_env, namespace)

    options = GatewayOptions(instance=str(uuid.uuid4()), sweep_s=0.1)
    async with running_gateway(database_url, connect=connect, options=options) as gateway:
        async with asyncio.timeout(15):
            await asked.wait()
        assert gateway.temporal.client is None
        await own_namespace(temporal_env, namespace)

        async def shown() -> bool:
            return gateway.temporal.client is not None

        await records.eventually(shown)


async def _client_of(temporal_env: WorkflowEnvironment, namespace: str) -> Client:
    service = temporal_env.client.service_client
    return await Client.connect(service.config.target_host, namespace=namespace)


async def test_a_workflows_command_reaches_the_charger_over_the_instances_queue(
    temporal_env: WorkflowEnvironment, queue: str, records: Records, database_url: str
) -> None:
    instance = str(uuid.uuid4())
    handle = await temporal_env.client.start_workflow(
        Recorder.run, id=f"recorder-{uuid.uuid4()}", task_queue=queue
    )
    command = ReserveNow(
        connector_number=1,
        hold_id=11,
        id_tag=ALICE,
        parent_id_tag=None,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )
    options = GatewayOptions(instance=instance, call_timeout_s=2)
    async with running_gateway(database_url, client=temporal_env.client, options=options) as gateway:
        charger = VirtualChargePoint(
            identity=CHARGER, version="2.0.1", url=gateway.url, password=PASSWORD, connectors=2
        )
        await charger.start()
        connection = Connection(charger_id=CHARGER, epoch=(await records.charger()).epoch)
        reply = await handle.execute_update(
            Recorder.reserve, args=[gateway_queue(instance), connection, command]
        )
        assert reply.outcome is CommandOutcome.ACCEPTED
        assert charger.connector(1).hold is not None
        await charger.stop()
    await handle.signal(Recorder.close)

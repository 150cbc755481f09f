"""Several gateways on one database: who owns a charger, what becomes of commands on the move, and of the dead."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, update
from temporalio import workflow
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.chargers.routing import RoutingActivities
from db.engine import create_sessions
from db.tables import Charger, TroubleRow
from domain.charging.commands import CommandOutcome, CommandReply, RemoteStart, ReserveNow
from domain.charging.tokens import TokenKind
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import Gateway, running_gateway
from tests.ocpp_gateway.conftest import ALICE, CHARGER
from tests.ocpp_gateway.duties.messages import start
from tests.ocpp_gateway.records import CODE, OTHER_CODE, Records
from tests.ocpp_gateway.robustness.gateway_process import gateway_process
from tests.ocpp_gateway.robustness.raw_charger import RawCharger, call, heartbeat
from workflows.engine.step import StepUnderWay
from workflows.reservation.chargers import Chargers
from workflows.reservation.record import Record

MINUTE = timedelta(minutes=1)


class _Anywhere:
    zone = "UTC"


@workflow.defn(sandboxed=False)
class Commander:
    """Sends commands the way reservations do: to the instance that the charger's route names."""

    def __init__(self) -> None:
        self._done = False
        self._commands = Chargers(cast(Record, _Anywhere()), StepUnderWay())

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._done and workflow.all_handlers_finished())

    @workflow.signal
    def close(self) -> None:
        self._done = True

    @workflow.update
    async def start(self, charger_id: str, command: RemoteStart) -> CommandReply:
        return await self._commands.remote_start(charger_id, command)

    @workflow.update
    async def reserve(self, charger_id: str, command: ReserveNow) -> CommandReply:
        route = await self._commands.route(charger_id)
        return await self._commands.reserve_now(charger_id, command, route=route)


@pytest.fixture
async def commander(
    temporal_env: WorkflowEnvironment, records: Records
) -> AsyncIterator[WorkflowHandle[Any, Any]]:
    queue = f"commander-{uuid.uuid4()}"
    routing = RoutingActivities(create_sessions(records.engine))
    client = temporal_env.client
    async with Worker(client, task_queue=queue, workflows=[Commander], activities=[routing.resolve_route]):
        handle = await client.start_workflow(Commander.run, id=queue, task_queue=queue)
        yield handle
        await handle.signal(Commander.close)
        await handle.result()


@pytest.fixture
async def pair(
    temporal_env: WorkflowEnvironment, records: Records, database_url: str
) -> AsyncIterator[tuple[Gateway, Gateway]]:
    first, second = (
        running_gateway(
            database_url,
            client=temporal_env.client,
            options=GatewayOptions(instance=str(uuid.uuid4()), flush_s=0.2, call_timeout_s=20.0),
        )
        for _ in range(2)
    )
    async with first as one, second as other:
        yield one, other


async def at(gateway: Gateway) -> RawCharger:
    """The charger, connected there and ready for commands."""
    charger = await RawCharger.connect(gateway.url, CHARGER)
    charger.takes_calls = True
    await charger.ask(heartbeat("up"))
    return charger


async def asked(charger: RawCharger) -> list[Any]:
    async with asyncio.timeout(20):
        return await charger.calls.get()


def reserve(hold_id: int) -> ReserveNow:
    return ReserveNow(
        connector_number=1,
        hold_id=hold_id,
        id_tag=ALICE,
        parent_id_tag=None,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )


START = RemoteStart(connector_number=1, id_tag=ALICE, remote_start_id=5, token_kind=TokenKind.RFID)


async def test_a_command_goes_to_the_instance_that_owns_the_socket(
    pair: tuple[Gateway, Gateway], commander: WorkflowHandle[Any, Any]
) -> None:
    for number, gateway in enumerate(pair):
        charger = await at(gateway)
        sent = asyncio.create_task(
            commander.execute_update(Commander.reserve, args=[CHARGER, reserve(number + 1)])
        )
        message = await asked(charger)
        assert (message[2], message[3]["reservationId"]) == ("ReserveNow", number + 1)
        charger.say(f'[3,"{message[1]}",{{"status":"Accepted"}}]')
        assert (await sent).outcome is CommandOutcome.ACCEPTED
        await charger.leave()


async def test_a_start_on_the_move_is_not_sent_twice(
    pair: tuple[Gateway, Gateway], commander: WorkflowHandle[Any, Any], records: Records
) -> None:
    one, other = pair
    old = await at(one)
    sent = asyncio.create_task(commander.execute_update(Commander.start, args=[CHARGER, START]))
    message = await asked(old)
    new = await at(other)
    assert await old.close_code() == 1000
    reply = await sent
    assert reply.outcome is CommandOutcome.NO_RESPONSE
    new.say(f'[3,"{message[1]}",{{"status":"Accepted"}}]')  # the answer to the old connection's call
    await new.ask(heartbeat("after"))
    assert new.calls.empty()
    charger = await records.charger()
    connection = other.connections.get(CHARGER)
    assert connection is not None
    assert (charger.epoch, one.connections.get(CHARGER)) == (connection.epoch, None)
    await old.leave()
    await new.leave()


async def test_a_hold_on_the_move_is_pushed_again_under_its_own_number(
    pair: tuple[Gateway, Gateway], commander: WorkflowHandle[Any, Any]
) -> None:
    one, other = pair
    old = await at(one)
    command = reserve(7)
    sent = asyncio.create_task(commander.execute_update(Commander.reserve, args=[CHARGER, command]))
    before = await asked(old)
    new = await at(other)
    assert (await sent).outcome is CommandOutcome.NO_RESPONSE
    again = asyncio.create_task(commander.execute_update(Commander.reserve, args=[CHARGER, command]))
    message = await asked(new)
    assert message[3]["reservationId"] == before[3]["reservationId"] == 7
    assert message[1] != before[1]
    # The old answer comes late and says something else: it is nobody's.
    new.say(f'[3,"{before[1]}",{{"status":"Faulted"}}]')
    new.say(f'[3,"{message[1]}",{{"status":"Accepted"}}]')
    assert (await again).outcome is CommandOutcome.ACCEPTED
    await old.leave()
    await new.leave()


async def test_a_connection_whose_lease_was_given_up_is_closed(gateway: Gateway, records: Records) -> None:
    charger = await RawCharger.connect(gateway.url, CHARGER)
    await charger.ask(heartbeat("up"))
    async with records.engine.begin() as database:
        await database.execute(update(Charger).where(Charger.id == CHARGER).values(gateway_instance=None))
    assert await charger.close_code() == 1000
    again = await RawCharger.connect(gateway.url, CHARGER)
    await again.ask(heartbeat("up"))
    assert (await records.charger()).gateway_instance == "gw-1"
    await charger.leave()
    await again.leave()


async def test_the_leases_of_a_dead_instance_are_inherited(
    records: Records, database_url: str, tmp_path: Path
) -> None:
    await records.hold("alice")
    options = GatewayOptions(instance="heir", flush_s=0.2, lease_expiry_s=2.0)
    async with running_gateway(database_url, options=options) as heir:
        mine = await RawCharger.connect(heir.url, "NORTH-2")
        await mine.ask(heartbeat("up"))
        async with gateway_process(database_url, tmp_path, instance="mortal") as mortal:
            orphan = await RawCharger.connect(mortal.url, CHARGER)
            await orphan.ask(heartbeat("up"))
            assert (await records.charger()).gateway_instance == "mortal"
            await mortal.kill()

        async def told() -> bool:
            return (await records.kinds())[-1] == "charger_offline"

        await records.eventually(told, timeout_s=20)
        assert (await records.charger()).gateway_instance is None
        assert (await records.charger("NORTH-2")).gateway_instance == "heir"
        assert (await records.kinds()).count("charger_offline") == 1
        back = await RawCharger.connect(heir.url, CHARGER)
        await back.ask(heartbeat("up"))
        assert (await records.charger()).gateway_instance == "heir"
        for charger in (mine, orphan, back):
            await charger.leave()


@pytest.mark.parametrize("instance", ["heir", "mortal"])
async def test_what_a_charger_did_while_no_gateway_ran_is_of_that_time(
    instance: str, records: Records, database_url: str
) -> None:
    """Whoever notices that a gateway has died, itself begun again or another one, has not seen its chargers."""
    hour = timedelta(hours=1)
    await records.hold("alice", starts_in=-2 * hour, lasts=hour)
    await records.hold("bob", code=OTHER_CODE, starts_in=-hour / 2, lasts=2 * hour)
    await records.lease(instance, epoch=5)
    await records.was_away(since=3 * hour)
    died = (await records.charger()).last_seen_at
    assert died is not None
    options = GatewayOptions(instance="heir", flush_s=0.2, lease_expiry_s=2.0)
    async with running_gateway(database_url, options=options) as gateway:

        async def given_back() -> bool:
            return (await records.charger()).gateway_instance is None

        await records.eventually(given_back)
        async with records.engine.connect() as connection:
            silences = select(TroubleRow.__table__).where(TroubleRow.charger_id == CHARGER)
            (silence,) = await connection.execute(silences)
        assert (silence.cause, silence.began_at) == ("silent", died)
        assert silence.noticed_at > died + 2 * hour
        charger = await RawCharger.connect(gateway.url, CHARGER)
        began, ended = (died + minutes * MINUTE for minutes in (75, 105))
        begun = start(timestamp=began.isoformat())
        answer = (await charger.ask(call("begun", "StartTransaction", begun)))[2]
        stop = {"transactionId": answer["transactionId"], "meterStop": 9000, "timestamp": ended.isoformat()}
        await charger.ask(call("ended", "StopTransaction", stop))
        (session,) = await records.sessions()
        assert (session.started_at, session.ended_at) == (began, ended)
        assert (session.reservation_code, session.authorised) == (CODE, True)
        await charger.leave()

"""Temporal's server and the worker are killed while a charger reports: every event that was answered is heard."""

import sys
import uuid
from pathlib import Path

import pytest

from domain.reservation.code import reservation_code, workflow_id
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import running_gateway
from runtime.embedded.process import ManagedProcess
from runtime.embedded.temporal_server import EmbeddedTemporal
from runtime.temporal import connect
from simulator.charge_point import VirtualChargePoint
from tests.factories import PASSWORD
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.recorder_worker import QUEUE, ProcessRecorder

EVENTS = 40
KILLS = {10: "temporal", 20: "worker", 30: "both"}


class Processes:
    """The Temporal server and the worker, to be killed and begun again."""

    def __init__(self, server: ManagedProcess, worker: ManagedProcess) -> None:
        self._named = {"temporal": [server], "worker": [worker], "both": [server, worker]}

    async def kill(self, whom: str) -> None:
        for process in self._named[whom]:
            await process.kill()

    async def revive(self) -> None:
        for process in self._named["both"]:
            if not process.running:
                await process.start()


async def report_faults(charger: VirtualChargePoint, processes: Processes) -> None:
    """EVENTS edges of one connector, with KILLS among them."""
    for number in range(EVENTS):
        if number in KILLS:
            await processes.kill(KILLS[number])
        if number - 5 in KILLS:
            await processes.revive()
        status, error = ("Faulted", "GroundFailure") if number % 2 else ("Unavailable", "NoError")
        edge = {"connectorId": 1, "status": status, "errorCode": error}
        await charger.call("StatusNotification", edge)


@pytest.mark.timeout(180)
async def test_what_was_answered_is_heard_in_order_whoever_was_killed(
    records: Records, database_url: str, tmp_path: Path
) -> None:
    code = reservation_code("kills", str(uuid.uuid4()))
    await records.hold("alice", code=code)
    async with EmbeddedTemporal(tmp_path) as temporal:
        argv = [sys.executable, "-m", "tests.ocpp_gateway.robustness.recorder_worker", temporal.address]
        worker = ManagedProcess("recorder", argv, log_file=tmp_path / "worker.log")
        await worker.start()
        client = await connect(temporal.address, "default")
        handle = await client.start_workflow(ProcessRecorder.run, id=workflow_id(code), task_queue=QUEUE)

        async def delivered() -> bool:
            return all(entry.outcome == "signalled" for entry in await records.told(code))

        try:
            options = GatewayOptions(instance=str(uuid.uuid4()), sweep_s=0.1)
            async with running_gateway(database_url, client=client, options=options) as gateway:
                charger = VirtualChargePoint(
                    identity=CHARGER, version="1.6", url=gateway.url, password=PASSWORD, connectors=2
                )
                await charger.start()
                await report_faults(charger, Processes(temporal.process, worker))
                await records.eventually(delivered, timeout_s=90)
                heard = await handle.query(ProcessRecorder.heard)
                expected = [(entry.kind, entry.status) for entry in await records.told(code)]
                once = {event.event_id: (event.kind, event.status) for event in heard}
                assert list(once.values()) == expected
                assert len(expected) >= EVENTS
                await charger.stop()
        finally:
            await worker.terminate()

"""A worker that may be killed: runs the workflow that stands where a reservation stands, and writes down signals."""

import asyncio
import sys

from temporalio import workflow
from temporalio.worker import Worker

from domain.charging.events import ChargerEvent
from runtime.temporal import connect

QUEUE = "recorder"


@workflow.defn(sandboxed=False, name="ProcessRecorder")
class ProcessRecorder:
    def __init__(self) -> None:
        self._heard: list[ChargerEvent] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.signal
    def charger_event(self, event: ChargerEvent) -> None:
        self._heard.append(event)

    @workflow.query
    def heard(self) -> list[ChargerEvent]:
        return self._heard


async def main(address: str) -> None:
    client = await connect(address, "default")
    await Worker(client, task_queue=QUEUE, workflows=[ProcessRecorder]).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

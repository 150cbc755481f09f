"""A relay that may be killed: `python -m tests.delivery.relay_process DATABASE TEMPORAL ROUTE [before|after N]`.

With a point it kills itself with its N-th delivery in hand, before the target hears of it or before it is settled.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta

from db.delivery.outbox import Delivery
from db.engine import create_engine
from db.tables import Target as TargetName
from delivery.relay import Relay
from delivery.target import Target
from runtime.temporal import connect
from tests.delivery.routes import ROUTES

PATIENCE = timedelta(seconds=2)
"""So long its claims outlive it."""


class Fatal:
    def __init__(self, target: Target, point: str, number: int) -> None:
        self._target = target
        self._point = point
        self._left = number

    @property
    def name(self) -> TargetName:
        return self._target.name

    @property
    def ready(self) -> bool:
        return self._target.ready

    async def deliver(self, delivery: Delivery) -> str:
        self._left -= 1
        last = self._left == 0
        if last and self._point == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        outcome = await self._target.deliver(delivery)
        if last and self._point == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome


async def main(database_url: str, address: str, route: str, point: str = "", number: str = "0") -> None:
    engine = create_engine(database_url, pool_size=2)
    target = ROUTES[route].target(engine, await connect(address, "default"))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Relay(engine, Fatal(target, point, int(number)), sweep_s=0.05, patience=PATIENCE).run(stop)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

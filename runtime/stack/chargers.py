"""The virtual chargers of `make up`: always connected, with a car waiting at every bay where nobody lends a hand."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from simulator.charge_point import Message, VirtualChargePoint
from simulator.charge_point.past import PastVisit, live_through, named_by_past
from simulator.charge_point.times import SetTime
from simulator.forecourt.bays import Forecourt
from simulator.scenarios.place import ChargerPlan

_STARTS = frozenset({"RemoteStartTransaction", "RequestStartTransaction"})
_STOPS = frozenset({"RemoteStopTransaction", "RequestStopTransaction"})
_DRIVER_WALKS_S = 5.0
"""Long enough for somebody at the forecourt's page to be first."""
_METER_S = 5.0
_ONLY = 1
"""Connector of each of them."""
_ENERGY_STEP_WH = 200


class UpChargers:
    """`async with` connects them in the background; they come back by themselves when the gateway does.

    `pages`: where the product's are. `cards`: that people have, to be shown at a reader. `past`: by charger, what it
    lived through offline, before it is connected for the first time.
    """

    def __init__(
        self,
        plans: tuple[ChargerPlan, ...],
        gateway_url: str,
        *,
        pages: str = "",
        cards: tuple[str, ...] = (),
        past: Mapping[str, Sequence[PastVisit]] | None = None,
    ) -> None:
        self._cars = [_WaitingCar(plan, gateway_url) for plan in plans]
        self.forecourt = Forecourt([car.charger for car in self._cars], pages=pages, cards=cards)
        for car in self._cars:
            car.forecourt = self.forecourt
        self._past = past or {}
        self._starting: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        for car in self._cars:
            await live_through(car.charger, car.time, self._past.get(car.charger.identity, ()))
        self._starting = [asyncio.create_task(car.charger.start()) for car in self._cars]
        return self

    async def past_is_told(self) -> None:
        """Who lived through something has said so. What is told of the past while its driver stands there again could
        be taken for the present: first the one, then the other.
        """
        lived = [car.charger for car in self._cars if self._past.get(car.charger.identity)]
        await asyncio.gather(*(charger.told() for charger in lived))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(car.stop() for car in self._cars), return_exceptions=True)


class _WaitingCar:
    """Plugs in after a remote start was asked for, leaves after a remote stop; where somebody has plugged in, not."""

    forecourt: Forecourt

    def __init__(self, plan: ChargerPlan, gateway_url: str) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.time = SetTime()
        self.charger = VirtualChargePoint(
            identity=plan.id,
            version=plan.version,
            url=gateway_url,
            password=plan.password,
            connectors=plan.connectors,
            power_w=150_000,
            meter_interval_s=_METER_S,
            energy_step_wh=_ENERGY_STEP_WH,
            keep_log=False,
            on_message=self._heard,
            time=self.time,
            transaction_id=named_by_past(plan.id, self.time),
        )

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.charger.stop()

    def _heard(self, message: Message) -> None:
        if (message.direction, message.kind) != ("in", "call"):
            return
        if message.action in _STARTS:
            number = message.payload.get("connectorId") or message.payload.get("evseId") or 1
            self._aside(self._plug_in(int(number)))
        elif message.action in _STOPS:
            self._aside(self._leave())

    async def _plug_in(self, connector: int) -> None:
        await asyncio.sleep(_DRIVER_WALKS_S)
        if not self.forecourt.is_by_hand(self.charger.identity, connector):
            await self.charger.plug_in(connector)

    async def _leave(self) -> None:
        await asyncio.sleep(_DRIVER_WALKS_S)
        if not self.forecourt.is_by_hand(self.charger.identity, _ONLY):
            await self.charger.unplug(_ONLY)

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

"""At the bay: a driver goes where the app says, as often as it says something new, until charged or it is over."""

import asyncio
import contextlib
import random
from datetime import UTC, datetime

from chaos.beliefs import Told, Trip
from chaos.people.caller import Caller
from chaos.people.world import World
from domain.reservation.lifecycle import FINAL, State
from simulator.charge_point import VirtualChargePoint
from simulator.scenarios.place import seconds

_BAYS_TRIED, _SWIPES = 3, 4
_QUEUES_S, _LONGEST_WAIT_S = 4.0, 100.0
_DEED_S, _SWIPE_S = 5.0, 12.0
_LOOKS_EVERY_S, _LOOKS_FOR_PAYMENT = 1.5, 40
_BEGINS_S, _BEGINS_UNBIDDEN_S = 8.0, 2.0
"""For the transaction to start: after the driver was let in, and if not."""
_OVER = frozenset(str(state) for state in FINAL)
_STEPS_WH = (500, 2000, 7000)
_LEAVES_EARLY, _STOPS_BY_APP, _STOPS_BY_CARD, _BY_APP_IF_MOVED = 0.2, 0.6, 0.4, 0.5


async def come(world: World, caller: Caller, trip: Trip, dice: random.Random) -> None:
    """Returns when the driver has left for good."""
    by_app = trip.plan == "app" or (trip.plan == "reschedule" and dice.random() < _BY_APP_IF_MOVED)
    overstay_s = dice.uniform(3, 8) if trip.plan == "overstay" else 0.0
    for _ in range(_BAYS_TRIED):
        told = await (caller.look(trip) if trip.plan == "impatient" else _paid(caller, trip))
        if told is None or told.state in _OVER or not told.charger_id:
            return
        wait_s = (told.start - datetime.now(UTC)).total_seconds() + dice.uniform(-1.5, 4)
        await asyncio.sleep(min(max(0.5, wait_s), _LONGEST_WAIT_S))
        told = await caller.look(trip)
        if told is None or not told.charger_id or told.state in _OVER - {str(State.NO_SHOW)}:
            return
        visit = _Visit(world, caller, trip, dice, told)
        if await visit.succeeds(by_app=by_app, overstay_s=overstay_s):
            return


async def _paid(caller: Caller, trip: Trip) -> Told | None:
    """What the app shows once the deposit is paid, or nobody waits for it any longer."""
    told = await caller.look(trip)
    for _ in range(_LOOKS_FOR_PAYMENT):
        if told is None or told.state != State.AWAITING_PAYMENT:
            break
        await asyncio.sleep(_LOOKS_EVERY_S)
        told = await caller.look(trip)
    return told


class _Visit:
    def __init__(self, world: World, caller: Caller, trip: Trip, dice: random.Random, told: Told) -> None:
        self._world = world
        self._caller = caller
        self._trip = trip
        self._dice = dice
        self._told = told

    @property
    def _charger(self) -> VirtualChargePoint:
        return self._world.bays.chargers[self._told.charger_id]

    async def succeeds(self, *, by_app: bool, overstay_s: float) -> bool:
        """Whether the car was charged here. One car fits into the bay; others wait a moment for it."""
        bay = self._world.bays.taken[self._told.charger_id]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_QUEUES_S):
                await bay.acquire()
            try:
                let_in = await (self._with_app() if by_app else self._with_card())
                return await self._charges(let_in, by_app=by_app, overstay_s=overstay_s)
            finally:
                bay.release()
        return False

    async def _with_app(self) -> bool:
        checked_in = await self._caller.act(self._trip, "check-in")
        await self._world.bays.deed(self._charger.plug_in(1), _DEED_S)
        return checked_in and await self._caller.act(self._trip, "start")

    async def _with_card(self) -> bool:
        bays, let_in = self._world.bays, False
        for _ in range(_SWIPES):
            let_in = bool(await bays.deed(self._charger.swipe(1, self._trip.card), _SWIPE_S))
            if let_in:
                break
            await asyncio.sleep(1.5)
        await bays.deed(self._charger.plug_in(1), _DEED_S)
        return let_in

    async def _charges(self, let_in: bool, *, by_app: bool, overstay_s: float) -> bool:
        bays, charger = self._world.bays, self._charger
        patience = _BEGINS_S if let_in else _BEGINS_UNBIDDEN_S
        try:
            await charger.wait_for(lambda one: one.connector(1).transaction is not None, patience)
        except TimeoutError:
            await bays.deed(charger.unplug(1), _DEED_S)
            return False
        end = await self._take_energy(overstay_s)
        await self._stop(by_app=by_app)
        if overstay_s:
            await asyncio.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()) + overstay_s)
        await bays.deed(charger.unplug(1), _DEED_S)
        return True

    async def _take_energy(self, overstay_s: float) -> datetime:
        """Until shortly before the end of the slot, which is returned."""
        charger, end = self._charger, self._told.end
        if self._trip.plan == "extend":
            wanted = end + seconds(self._dice.uniform(3, 10))
            if await self._caller.act(self._trip, "extend", {"end": wanted.isoformat()}):
                end = wanted
        while datetime.now(UTC) < end - seconds(2) and charger.connector(1).transaction is not None:
            await asyncio.sleep(self._dice.uniform(0.8, 2))
            await self._world.bays.deed(charger.charge(1, self._dice.choice(_STEPS_WH)), _DEED_S)
            if not overstay_s and self._dice.random() < _LEAVES_EARLY:
                break
        return end

    async def _stop(self, *, by_app: bool) -> None:
        if by_app and self._dice.random() < _STOPS_BY_APP:
            await self._caller.act(self._trip, "stop")
        elif not by_app and self._dice.random() < _STOPS_BY_CARD:
            await self._world.bays.deed(self._charger.stop_by_card(1, self._trip.card), _DEED_S)

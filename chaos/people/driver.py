"""A driver: books, pays, changes their mind or comes. One trip after the other until the storm is over."""

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from chaos.beliefs import Trip
from chaos.people.caller import Caller
from chaos.people.visit import come
from chaos.people.world import World
from chaos.town import Person
from simulator.scenarios.place import CURRENCY, LATE_CANCELLATION_FEE, Place, seconds

PLANS = {
    "card": 5.0,
    "impatient": 1.0,
    "app": 4.0,
    "cancel": 1.0,
    "late_cancel": 1.0,
    "reschedule": 1.5,
    "extend": 1.0,
    "no_show": 1.0,
    "overstay": 2.0,
}
"""What drivers mean to do, and how often. The impatient present their card although the deposit is not paid yet."""
_CHANGES_IN_TIME = frozenset({"cancel", "reschedule"})
_METHODS = {
    "pm_card_visa": 8.0,
    "pm_card_authenticationRequired": 2.0,
    "": 1.0,
    "pm_card_chargeDeclined": 0.5,
}
"""Ways to pay; without any, the app asks for one."""
_PAYS, _CHALLENGE_SUCCEEDS, _ASKS_AGAIN, _SAYS_ON_MY_WAY = 0.85, 0.8, 0.3, 0.2
_LAST_END_AFTER_S = 45.0
"""After the storm: the calm that follows is not to be long."""
_SHORTEST_S = 8.0


class Driver:
    """`dice`: this driver's own, so that what others meet does not change their choices."""

    def __init__(self, world: World, person: Person, token: str, dice: random.Random) -> None:
        self._world = world
        self._person = person
        self._dice = dice
        self._caller = Caller(world, person, token, dice)

    async def live(self) -> None:
        while time.monotonic() < self._world.until:
            try:
                await self._trip()
            except Exception as error:  # noqa: BLE001 - a fault of the harness must be seen, not end it
                self._world.beliefs.own_faults.append(f"{self._person.id}: {error!r}")
            await asyncio.sleep(self._dice.uniform(0.5, 3))

    async def _trip(self) -> None:
        place = self._dice.choice(self._world.town.places)
        plan = _drawn(self._dice, self._world.plans)
        slot = self._slot(place, plan)
        if slot is None:
            return
        trip, answer = await self._book(place, plan, slot)
        if trip is None:
            return
        if answer["outcome"] == "payment_required":
            await self._pay(
                answer, has_method="payment_method" in self._world.beliefs.bookings[trip.key].body
            )
        await self._carry_out(trip, place)

    def _slot(self, place: Place, plan: str) -> tuple[datetime, datetime] | None:
        """None when it would end too long after the storm."""
        pace = self._world.town.paces[place.id]
        bounds = pace.starts_in_if_changed if plan in _CHANGES_IN_TIME else pace.starts_in
        starts_in, lasts = self._dice.uniform(*bounds), self._dice.uniform(*pace.lasts)
        left = self._world.until - time.monotonic() + _LAST_END_AFTER_S - starts_in
        if left < min(_SHORTEST_S, lasts):
            return None
        start = datetime.now(UTC) + seconds(starts_in)
        return start, start + seconds(min(lasts, left))

    async def _book(
        self, place: Place, plan: str, slot: tuple[datetime, datetime]
    ) -> tuple[Trip | None, dict[str, Any]]:
        """The trip and the answer; no trip when there is no reservation, or nobody said."""
        body: dict[str, Any] = {"site_id": place.id} | _times(*slot)
        if method := _drawn(self._dice, _METHODS):
            body["payment_method"] = method
        booking, answer = await self._caller.book(body)
        if answer is None or answer.status != 201:
            return None, {}
        if self._dice.random() < _ASKS_AGAIN:
            await self._caller.book(body, booking.key)
        trip = Trip(
            code=answer.document["reservation"]["code"],
            key=booking.key,
            driver=self._person.id,
            card=self._person.card,
            plan=plan,
            site=place.id,
            opens_before_s=place.policy.early_start.total_seconds(),
        )
        self._world.beliefs.trips[trip.code] = trip
        return trip, answer.document

    async def _pay(self, answer: dict[str, Any], *, has_method: bool) -> None:
        """In the app of the bank, or with a card typed in; some never do."""
        pays, succeeds = self._dice.random() < _PAYS, self._dice.random() < _CHALLENGE_SUCCEEDS
        if not pays:
            return
        intent = str(answer["client_secret"]).split("_secret", 1)[0]
        with contextlib.suppress(httpx.HTTPError):  # the provider is away, or it is too late
            if has_method:
                await self._world.stripe.finish_action(intent, succeed=succeeds)
            else:
                await self._world.stripe.pay(intent)

    async def _carry_out(self, trip: Trip, place: Place) -> None:
        match trip.plan:
            case "cancel":
                await self._caller.act(trip, "cancel", {"reason": "plans changed"})
            case "late_cancel":
                await asyncio.sleep(self._dice.uniform(0.5, 3))
                await self._caller.act(trip, "cancel", {"reason": "too late"})
            case "no_show":
                await self._caller.look(trip)
            case "reschedule":
                await self._reschedule(trip, place)
                await self._come(trip)
            case _:
                await self._come(trip)

    async def _reschedule(self, trip: Trip, place: Place) -> None:
        told = await self._caller.look(trip)
        if told is None:
            return
        start = told.start + seconds(self._dice.uniform(-3, 6))
        end = start + (told.end - told.start)
        late = {"minor": LATE_CANCELLATION_FEE, "currency": CURRENCY}
        await self._caller.act(trip, "reschedule", _times(start, end) | {"accepted_cost": late})

    async def _come(self, trip: Trip) -> None:
        if self._dice.random() < _SAYS_ON_MY_WAY:
            told = await self._caller.look(trip)
            if told is not None:
                eta = told.start + seconds(self._dice.uniform(1, 10))
                await self._caller.act(trip, "on-my-way", {"eta": eta.isoformat()})
        await come(self._world, self._caller, trip, self._dice)


def _drawn(dice: random.Random, weights: Mapping[str, float]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _times(start: datetime, end: datetime) -> dict[str, Any]:
    return {"start": start.isoformat(), "end": end.isoformat()}

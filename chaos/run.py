"""One run: a stack of its own, people and chargers, the storm, the calm after it, and the audit."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chaos.audit.evidence import Evidence, Violation
from chaos.audit.invariants import violations
from chaos.audit.postgres import overlaps, unsettled
from chaos.audit.reading import read_evidence
from chaos.beliefs import Beliefs, Booking
from chaos.breaking.chargers import Chargers
from chaos.breaking.processes import Processes
from chaos.breaking.provider import Provider
from chaos.breaking.storm import TARGETS, Breakable, Storm
from chaos.breaking.wires import Wire
from chaos.people.app import App
from chaos.people.bays import Bays
from chaos.people.caller import Caller
from chaos.people.driver import PLANS, Driver
from chaos.people.operator import Operator
from chaos.people.world import World
from chaos.town import Person, Town, town
from runtime.stack.plan import Detour, StackPlan, free_ports
from runtime.stack.stack import Stack
from simulator.stripe_api.control_client import StripeApiControl

Say = Callable[[str], None]
_COPIES = {"api": 2, "worker": 2, "gateway": 2}
_PAUSE_S = (0.0, 5.0)
_LOOK_EVERY_S, _TELL_EVERY_S = 0.5, 10.0
_MEND_S, _STRAGGLERS_S = 60.0, 60.0
_LONGEST_TRIP_S = 240.0
_ASKED_AGAIN, _ASKING_AT_ONCE = 60, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`chargers`: of each of two sites. `settle_s`: how long what is under way may take after the storm.

    `blows`: a minute. `without`: plans of drivers that are left out.
    """

    folder: Path
    seed: int = 1
    minutes: float = 5.0
    targets: tuple[str, ...] = TARGETS
    drivers: int = 18
    chargers: int = 5
    blows: float = 18.0
    settle_s: float = 180.0
    without: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run came to. `settled_s` None: something was still on its way when patience ended."""

    options: Options
    processes: Processes
    storm: Storm
    provider: Provider
    chargers: Chargers
    operator: Operator
    beliefs: Beliefs
    not_back: list[str] = field(default_factory=list)
    settled_s: float | None = None
    left: int = 0
    looks: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    violations: list[Violation] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """No violation; no process ended by itself or stayed away; nothing still on its way."""
        return not (self.violations or self.not_back or self.processes.own_ends or self.settled_s is None)


async def run(options: Options, say: Say) -> Outcome:
    """Raises EmbeddedServerFailed when the stack does not start."""
    place = town(chargers=options.chargers, drivers=options.drivers)
    async with _running(options, place, say) as scene:
        await scene.rage()
        await scene.mend()
        await scene.settle()
        return await scene.audit()


class _Scene:
    """Everything that lives during one run."""

    def __init__(self, options: Options, say: Say, stack: Stack, world: World, wires: list[Wire]) -> None:
        self._options = options
        self._say = say
        self._stack = stack
        self._world = world
        self._overlaps: list[str] = []
        dice = self._dice("pauses")
        processes = Processes(stack, lambda: dice.uniform(*_PAUSE_S))
        provider = Provider(world.stripe, self._dice("provider"))
        chargers = Chargers(world.bays, self._dice("chargers"))
        copies = {
            kind: [name for name, copy in stack.copies.items() if copy.kind == kind] for kind in _COPIES
        }
        breakable = Breakable(
            copies=copies | {"temporal": ["temporal"], "postgres": ["postgres"]},
            processes=processes,
            wires=wires,
            provider=provider,
            chargers=chargers,
        )
        self._outcome = Outcome(
            options=options,
            processes=processes,
            storm=Storm(breakable, options.targets, self._dice("storm"), blows=options.blows),
            provider=provider,
            chargers=chargers,
            operator=Operator(world, stack.issuer.operator(), self._dice("operator")),
            beliefs=world.beliefs,
        )

    def _dice(self, name: str) -> random.Random:
        """All chance comes from the one seed; each has dice of its own, so that none disturbs another."""
        return random.Random(f"{self._options.seed} {name}")

    def _caller(self, person: Person) -> Caller:
        token = self._stack.issuer.driver(person.id)
        return Caller(self._world, person, token, self._dice(f"again {person.id}"))

    async def rage(self) -> None:
        world, outcome = self._world, self._outcome
        outcome.processes.keep()
        drivers = [
            Driver(world, person, self._stack.issuer.driver(person.id), self._dice(person.id))
            for person in world.town.people
        ]
        aside = [asyncio.create_task(self._watch_holds()), asyncio.create_task(self._tell())]
        try:
            async with asyncio.timeout(self._options.minutes * 60 + _LONGEST_TRIP_S):
                await asyncio.gather(
                    outcome.storm.rage(world.until),
                    outcome.operator.live(),
                    self._mended_after_the_storm(),
                    *(driver.live() for driver in drivers),
                )
        except TimeoutError:
            world.beliefs.own_faults.append("somebody's trip took too long; everybody was sent home")
        for task in aside:
            task.cancel()
        await asyncio.gather(*aside, return_exceptions=True)

    async def _mended_after_the_storm(self) -> None:
        """Drivers who are still on their way then find everything whole."""
        await asyncio.sleep(max(0.0, self._world.until - time.monotonic()))
        await self._outcome.storm.ends()
        self._say("the storm is over; drivers on their way go home")

    async def mend(self) -> None:
        """Everything is whole again: processes, provider, chargers. What the chargers still had to say is said."""
        outcome = self._outcome
        outcome.not_back = await outcome.processes.wait_until_all_answer(_MEND_S)
        with contextlib.suppress(httpx.HTTPError):  # then it is named as not back
            await outcome.provider.mend()
        await outcome.chargers.mend()
        end = time.monotonic() + _MEND_S
        while self._world.bays.unanswered and time.monotonic() < end:  # noqa: ASYNC110 - frames, not events
            await asyncio.sleep(_LOOK_EVERY_S)
        self._say("everything is mended; what is under way may end")

    async def settle(self) -> None:
        """Until nothing is on its way; what waits for a person is resolved, and counted."""
        outcome, began = self._outcome, time.monotonic()
        while time.monotonic() - began < self._options.settle_s:
            waiting = await outcome.operator.resolve_what_waits()
            outcome.left = await unsettled(self._stack.sessions)
            if not waiting and not outcome.left:
                outcome.settled_s = round(time.monotonic() - began, 1)
                break
            await asyncio.sleep(1)
        await self._ask_again()

    async def _ask_again(self) -> None:
        """Bookings that were never answered, and some that were: the key must still meet its answer."""
        bookings = list(self._world.beliefs.bookings.values())
        open_ones = [one for one in bookings if not one.outcomes]
        answered = [one for one in bookings if one.outcomes]
        chosen = self._dice("again").sample(answered, min(_ASKED_AGAIN, len(answered)))
        people = {person.id: self._caller(person) for person in self._world.town.people}
        room = asyncio.Semaphore(_ASKING_AT_ONCE)

        async def ask(booking: Booking) -> None:
            async with room:
                _, answer = await people[booking.driver].book(booking.body, booking.key)
            booking.answered_in_the_calm = answer is not None

        await asyncio.gather(*(ask(booking) for booking in (*open_ones, *chosen)))

    async def audit(self) -> Outcome:
        self._say("auditing")
        outcome = self._outcome
        outcome.evidence = await read_evidence(
            self._stack, self._world.stripe, self._world.beliefs, self._overlaps
        )
        outcome.violations = violations(outcome.evidence)
        await outcome.processes.leave()
        return outcome

    async def _watch_holds(self) -> None:
        while True:
            with contextlib.suppress(DBAPIError, PoolTimeout):  # it is away at times
                self._overlaps += await overlaps(self._stack.sessions)
                self._outcome.looks += 1
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(_TELL_EVERY_S)
            kills, trips = self._outcome.processes.kills.total(), len(self._world.beliefs.trips)
            left_s = max(0, round(self._world.until - time.monotonic()))
            self._say(f"{kills} kills, {trips} reservations; {left_s} s to go")


@asynccontextmanager
async def _running(options: Options, place: Town, say: Say) -> AsyncIterator[_Scene]:
    """Stack, wires, chargers and the app; all of it is gone afterwards."""
    dice, ports = random.Random(f"{options.seed} wires"), free_ports()
    postgres, temporal = (
        Wire("postgres", (ports.postgres,), dice),
        Wire("temporal", (ports.temporal,), dice),
    )
    plan = StackPlan(
        folder=options.folder,
        ports=ports,
        keep=True,
        ui=False,
        copies=_COPIES,
        detour=Detour(postgres=postgres.port, temporal=temporal.port),
    )
    plan.logs.mkdir(parents=True, exist_ok=True)
    beliefs = Beliefs()
    async with AsyncExitStack() as cleanup:
        for wire in (postgres, temporal):
            await _opened(wire, cleanup)
        stack = await cleanup.enter_async_context(Stack(plan, place.seed(), say=say))
        api, gateway = _wire_to(stack, "api", dice), _wire_to(stack, "gateway", dice)
        for wire in (api, gateway):
            await _opened(wire, cleanup)
        app = App(f"http://127.0.0.1:{api.port}", beliefs)
        cleanup.push_async_callback(app.aclose)
        await app.learn()
        stripe = StripeApiControl(stack.stripe_url)
        cleanup.push_async_callback(stripe.aclose)
        bays = Bays(place.chargers, f"ws://127.0.0.1:{gateway.port}/ocpp", beliefs)
        cleanup.push_async_callback(bays.stop)
        await bays.start()
        say("everything runs; the storm begins")
        until = time.monotonic() + options.minutes * 60
        plans = {plan: weight for plan, weight in PLANS.items() if plan not in options.without}
        world = World(
            town=place, app=app, bays=bays, stripe=stripe, beliefs=beliefs, until=until, plans=plans
        )
        yield _Scene(options, say, stack, world, [postgres, temporal, api, gateway])


def _wire_to(stack: Stack, kind: str, dice: random.Random) -> Wire:
    return Wire(kind, [copy.port for copy in stack.copies.values() if copy.kind == kind], dice)


async def _opened(wire: Wire, cleanup: AsyncExitStack) -> None:
    await wire.open()
    cleanup.push_async_callback(wire.close)

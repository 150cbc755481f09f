"""Runs stories on a running stack, all or some side by side, and collects how they came out."""

import asyncio
import time
import traceback
from typing import Any

import httpx
from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from runtime.demo.progress import Progress
from runtime.demo.report import Outcome
from runtime.stack.stack import Stack
from simulator.scenarios.bay import Bay, connect, disconnect
from simulator.scenarios.caller import Caller, Refused
from simulator.scenarios.evidence import Books, books
from simulator.scenarios.expectation import Unmet
from simulator.scenarios.stage import Scenario, Stage
from simulator.scenarios.trip import Notes, Trip
from simulator.scenarios.world import World
from simulator.stripe_api.control_client import StripeApiControl

_HTTP_TIMEOUT_S = 15.0
_COMPARING_S = 30.0


class Performance:
    """`limit`: seconds that a story may take. `at_once`: how many are told side by side; None: all.

    With fewer than all, a story that harms the worker is told after the others, so that none waits for it.
    """

    def __init__(
        self,
        scenarios: tuple[Scenario, ...],
        stack: Stack,
        progress: Progress,
        *,
        limit: float,
        at_once: int | None = None,
    ) -> None:
        self._scenarios = scenarios
        self._stack = stack
        self._progress = progress
        self._limit = limit
        self._in_turns = at_once is not None and at_once < len(scenarios)
        self._turns = asyncio.Semaphore(at_once or max(1, len(scenarios)))
        self._harmless_left = sum(not scenario.harms_the_worker for scenario in scenarios)
        self._harmless_done = asyncio.Event()
        self._last: dict[str, str] = {}

    async def run(self) -> tuple[list[Outcome], Books]:
        """Connect all chargers, tell all stories, disconnect; how they came out, and the books.

        Never raises for what a story does.
        """
        if not self._harmless_left:
            self._harmless_done.set()
        stripe = StripeApiControl(self._stack.stripe_url)
        async with httpx.AsyncClient(
            base_url=self._stack.api_url, timeout=_HTTP_TIMEOUT_S, trust_env=False
        ) as http:
            world = World(
                http=http,
                gateway_url=self._stack.gateway_url,
                mailbox_url=self._stack.mailbox_url,
                stripe=stripe,
                sessions=self._stack.sessions,
                token_of=self._stack.issuer.driver,
                operator_token_of=lambda name, role: self._stack.issuer.operator(name, role=role),
                settle_follow_ups=self._stack.run_reconciler,
                kill_worker=self._stack.kill_worker,
                start_worker=self._stack.start_worker,
                others_done=self._others_done,
            )
            try:
                return await self._all(world), await books(
                    world.sessions, stripe, await self._compared(world)
                )
            finally:
                await stripe.aclose()

    async def _all(self, world: World) -> list[Outcome]:
        bays = {
            plan.id: Bay(plan, world.gateway_url, pace=scenario.pace)
            for scenario in self._scenarios
            for place in scenario.places
            for plan in place.chargers
        }
        chargers = "1 charger" if len(bays) == 1 else f"{len(bays)} chargers"
        self._progress.stack(f"connecting {chargers}")
        try:
            async with asyncio.timeout(self._limit):
                await connect(list(bays.values()))
            self._progress.stack(f"{chargers} connected")
            return await asyncio.gather(*(self._in_turn(s, world, bays) for s in self._scenarios))
        finally:
            await disconnect(list(bays.values()))

    async def _compared(self, world: World) -> dict[str, Any] | None:
        """What the comparison of our books with the provider's has found; None when it did not come to its end."""
        await world.stripe.webhooks_settled()
        try:
            async with asyncio.timeout(_COMPARING_S):
                await self._stack.compare_money()
        except (TimeoutError, WorkflowFailureError, RPCError):
            return None
        operator = Caller(world.http, world.operator_token_of("bookkeeper", "finance"))
        answer: dict[str, Any] | None = (await operator.get("/v1/operations/reconciliation"))["report"]
        return answer

    async def _in_turn(self, scenario: Scenario, world: World, bays: dict[str, Bay]) -> Outcome:
        if self._in_turns and scenario.harms_the_worker:
            await self._harmless_done.wait()
        if not self._in_turns:
            await asyncio.sleep(scenario.begins_in * scenario.pace)
        async with self._turns:
            outcome = await self._one(scenario, world, bays)
        if not scenario.harms_the_worker:
            self._harmless_left -= 1
            if not self._harmless_left:
                self._harmless_done.set()
        return outcome

    async def _one(self, scenario: Scenario, world: World, bays: dict[str, Bay]) -> Outcome:
        began = time.monotonic()
        stage = Stage(scenario, world, bays, lambda text: self._said(scenario, text))
        error: BaseException | None = None
        trace = ""
        try:
            async with asyncio.timeout(self._limit):
                await scenario.tell(stage)
        except TimeoutError:
            error = Unmet(f"the story to end within {self._limit:g} s", "still running")
        except (Unmet, Refused) as unmet:
            error = unmet
            trace = _place_of(unmet)
        except Exception as unexpected:  # noqa: BLE001 - the report shows whatever a story raised
            error = unexpected
            trace = traceback.format_exc()
        seconds = time.monotonic() - began
        self._progress.outcome(scenario, passed=error is None, seconds=seconds)
        return Outcome(
            scenario=scenario,
            seconds=seconds,
            error=error,
            last=self._last.get(scenario.id, "not begun"),
            trace=trace,
            waits=tuple(stage.waits),
            notes=tuple([note for trip in stage.trips if (note := await _notes(trip)) is not None]),
        )

    def _said(self, scenario: Scenario, text: str) -> None:
        self._last[scenario.id] = text
        self._progress.story(scenario, text)

    async def _others_done(self) -> None:
        await self._harmless_done.wait()


async def _notes(trip: Trip) -> Notes | None:
    """None when the reservation cannot be read: the story's failure tells why."""
    try:
        return await trip.notes()
    except (Unmet, Refused, httpx.HTTPError):
        return None


def _place_of(error: BaseException) -> str:
    """The line of the story at which the expectation stood."""
    frames = traceback.extract_tb(error.__traceback__)
    story = next((frame for frame in frames if "/scenarios/" in frame.filename), None)
    return f"{story.filename}:{story.lineno}: {story.line}" if story else ""

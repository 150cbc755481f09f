"""The main loop: an inbox of facts and the next deadline, one step at a time, then what changed is shown.

Handlers only put facts into the inbox, so they never interleave with steps (docs/decisions/0002). A request waits until
its step has been shown. What a step does and what a failure means is the story's, which the loop knows by its face.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from temporalio import workflow

from domain.errors import ActionFailed, DomainError, IllegalTransition
from domain.facts.refused_for_now import NotDoneJustNow
from workflows.engine.effects import StepFailed
from workflows.engine.step import StepUnderWay
from workflows.engine.timers import Awaited, Timers

Fact = TypeVar("Fact")
FactOfStory = TypeVar("FactOfStory", contravariant=True)


class Story(Protocol[FactOfStory, Awaited]):
    """What the loop runs. Steps raise DomainError for a refusal, StepFailed when the world failed for good."""

    @property
    def over(self) -> bool:
        """Nothing is left to do."""
        ...

    def deadlines(self) -> Sequence[Awaited]:
        """Soonest first."""
        ...

    def background(self) -> Coroutine[Any, Any, None] | None:
        """Work to be done beside the loop; asked for whenever none is under way."""
        ...

    async def take(self, fact: FactOfStory) -> None: ...

    async def hear_out(self, deadline: Awaited) -> bool:
        """Wait for facts that happened before it and are still on their way. False: it need not wait for any."""
        ...

    async def deadline_passed(self, deadline: Awaited) -> None: ...

    def refused(self, refusal: DomainError) -> None:
        """A rule refused a step that nobody waits for."""
        ...

    def too_late(self) -> DomainError:
        """What a request gets that the end of the story overtook."""
        ...

    def failed(self, failure: StepFailed) -> None:
        """A step that nobody waits for failed for good: the workflow goes on, an operator is called."""
        ...

    async def show(self) -> None:
        """Publish what has changed; never raises."""
        ...


@dataclass(slots=True, eq=False)
class Request(Generic[Fact]):
    """A fact that somebody waits for: `done` once its step has been shown, with `error` when it was refused."""

    fact: Fact
    error: DomainError | None = None
    done: bool = False


class Loop(Generic[Fact, Awaited]):
    def __init__(
        self, story: Story[Fact, Awaited], under_way: StepUnderWay, summary: Callable[[Awaited], str]
    ) -> None:
        """`summary` of each timer is what Temporal shows to operators."""
        self._story = story
        self._under_way = under_way
        self._timers = Timers(summary)
        self._inbox: deque[Fact | Request[Fact]] = deque()
        self._beside: asyncio.Task[None] | None = None
        self._heard_out: Awaited | None = None

    def tell(self, fact: Fact) -> None:
        """Nobody waits for what comes of it."""
        self._inbox.append(fact)

    async def ask(self, fact: Fact) -> None:
        """Returns once the step is done and shown. Raises the DomainError that refused it."""
        request = Request(fact)
        self._inbox.append(request)
        await workflow.wait_condition(lambda: request.done)
        if request.error is not None:
            raise request.error

    async def run(self) -> None:
        """Until the story is over; then who still waits is refused."""
        while not self._story.over:
            request = await self._step()
            await self._story.show()
            if request is not None:
                request.done = True
        await self._story.show()  # what ended beside the last step
        for left in self._inbox:
            if isinstance(left, Request):
                left.error = self._story.too_late()
                left.done = True

    async def _step(self) -> Request[Fact] | None:
        """One fact, or one deadline. Returns the request to answer once its effects have been shown."""
        self._timers.aim(self._story.deadlines())
        if self._beside is None and (work := self._story.background()) is not None:
            self._beside = asyncio.create_task(work)
        await workflow.wait_condition(
            lambda: bool(self._inbox) or self._timers.due() is not None or self._beside_done()
        )
        self._under_way.begins(comes_again=True)
        if self._beside is not None and self._beside_done():
            work_done, self._beside = self._beside, None
            work_done.result()
        elif self._inbox:
            return await self._work_off(self._inbox.popleft())
        elif (due := self._timers.due()) is not None:
            await self._on_deadline(due)
        return None

    async def _on_deadline(self, due: Awaited) -> None:
        try:
            if due != self._heard_out and await self._story.hear_out(due):
                self._heard_out = due  # facts that have come meanwhile are worked off first, and may move it
                return
        except StepFailed as failure:
            self._story.failed(failure)
            return
        self._timers.struck()
        await self._unasked(self._story.deadline_passed(due))

    def _beside_done(self) -> bool:
        return self._beside is not None and self._beside.done()

    async def _work_off(self, what: Fact | Request[Fact]) -> Request[Fact] | None:
        if not isinstance(what, Request):
            await self._unasked(self._story.take(what))
            return None
        self._under_way.begins(comes_again=False)
        try:
            await self._story.take(what.fact)
        except DomainError as refusal:
            what.error = refusal
        except StepFailed:
            what.error = ActionFailed(NotDoneJustNow())
        return what

    async def _unasked(self, step: Coroutine[Any, Any, None]) -> None:
        try:
            await step
        except IllegalTransition:
            raise  # nobody asked for the impossible: a bug, and the task is tried again by the next version
        except DomainError as refusal:
            self._story.refused(refusal)
        except StepFailed as failure:
            self._story.failed(failure)


async def uninterrupted(life: Coroutine[Any, Any, None], cancelled: Callable[[str], None]) -> None:
    """Run to the end. Cancellation of the workflow is told to `cancelled`, with its reason, and interrupts nothing."""
    living = asyncio.create_task(life)
    while not living.done():
        try:
            await asyncio.shield(living)
        except asyncio.CancelledError:
            cancelled(workflow.cancellation_reason() or "")
    living.result()

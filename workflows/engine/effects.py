"""The one place where a workflow changes the world: every activity is called here, by its declaration.

A local activity is one event, without a detour through the server, but done only when the workflow task is: a task that
is lost after it runs again, may meet newer facts and take another path, and what the first attempt did stays. So
`carry_out` looks at the kind of effect and at the step: what is not sure to be right whatever becomes of the task is
asked of a worker, six events, and in the history before it begins. From then on the step is decided.

Within the task there is one attempt, and a short one (`WITHIN_TASK`): a task that takes seconds is renewed by the SDK,
and a chain of renewed tasks is another thing on replay than it was (other times, other lengths). What that attempt does
not bring about is asked of a worker, with the options of the call.

`by_worker` is for what may take long. `at_once` goes to one process's queue, at most once. Whatever the outside world
fails for good leaves as StepFailed. Why, with what went wrong: docs/decisions/0014-two-kinds-of-effects.md.
"""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, TimeoutType

from contracts.declaration import SUPERSEDED, Activity, Ask, Kind, Versioned
from workflows.engine.options import CallOptions, CommandOptions, LocalOptions
from workflows.engine.step import StepUnderWay

Answer = TypeVar("Answer")


WITHIN_TASK = LocalOptions(
    start_to_close_timeout=timedelta(seconds=2),
    schedule_to_close_timeout=timedelta(seconds=2),
    retry_policy=RetryPolicy(maximum_attempts=1),
)
"""The SDK renews a task after eight seconds; more than three such things in one task are rare, and hardly ever slow."""


class StepFailed(Exception):
    """`final`: no retry helps. `superseded`: by what was asked later. `never_started`: nobody has taken the step up, so
    nothing has happened."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.final = isinstance(cause, ApplicationError) and cause.non_retryable
        self.superseded = isinstance(cause, ApplicationError) and cause.type == SUPERSEDED
        self.never_started = isinstance(cause, TimeoutError) and cause.type is TimeoutType.SCHEDULE_TO_START


async def carry_out(
    activity: Activity[Ask, Answer], ask: Ask, step: StepUnderWay, options: LocalOptions, *, summary: str
) -> Answer:
    """Within the workflow task if nothing can come of its loss. Raises StepFailed."""
    match activity.kind:
        case Kind.READS:
            within_task = True
        case Kind.CONVERGENT:
            within_task = step.is_sure
        case Kind.DECIDED:
            within_task = step.is_decided
    if within_task:
        try:
            return await _within_task(activity, _versioned(ask, step.version), summary=summary)
        except StepFailed as failure:
            # Clocks of workers may make an attempt look older than a lost one; what a worker is asked is never older.
            if failure.final and not failure.superseded:
                raise
    # Scheduled when the task completes, which is an event: what was done within the task came before.
    return await by_worker(activity, _versioned(ask, step.version + 1), step, options, summary=summary)


async def by_worker(
    activity: Activity[Ask, Answer],
    ask: Ask,
    step: StepUnderWay,
    options: CallOptions | LocalOptions,
    *,
    summary: str,
) -> Answer:
    """Raises StepFailed."""
    work = workflow.execute_activity(  # noqa: TID251 - here only
        activity.name, ask, result_type=activity.gives, summary=summary, **options
    )
    return await _stepped(step.asks_a_worker(work))


async def at_once(
    name: str,
    arguments: list[Any],
    gives: type[Answer],
    step: StepUnderWay,
    options: CommandOptions,
    *,
    queue: str,
    summary: str,
) -> Answer:
    """Raises StepFailed; with `never_started` nothing has happened."""
    work = workflow.execute_activity(  # noqa: TID251 - here only
        name, args=arguments, result_type=gives, task_queue=queue, summary=summary, **options
    )
    return await _stepped(step.asks_a_worker(work))


async def _within_task(activity: Activity[Ask, Answer], ask: Ask, *, summary: str) -> Answer:
    work = workflow.execute_local_activity(  # noqa: TID251 - here only
        activity.name, ask, result_type=activity.gives, summary=summary, **WITHIN_TASK
    )
    return await _stepped(work)


async def _stepped(work: Awaitable[Answer]) -> Answer:
    """A failed local activity raises its cause bare, a failed activity wraps it: callers need not know which it was."""
    try:
        return await work
    except ActivityError as error:
        raise StepFailed(error.cause or error) from error
    except (ApplicationError, TimeoutError) as error:
        raise StepFailed(error) from error


def _versioned(ask: Ask, version: int) -> Ask:
    return replace(ask, version=version) if isinstance(ask, Versioned) else ask

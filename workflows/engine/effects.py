"""The one place where a workflow changes the world: every activity is called here, by its declaration.

`within_task` is a local activity: one event, no detour through the server, done when the workflow task is. `by_worker`
is an ordinary one: six events, durable before it begins, for what may take long. `at_once` goes to one process's queue,
at most once. Whatever the outside world fails for good leaves as StepFailed.
"""

from collections.abc import Awaitable
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, TimeoutType

from contracts.declaration import Activity, Ask
from workflows.engine.options import CallOptions, CommandOptions, LocalOptions

Answer = TypeVar("Answer")


class StepFailed(Exception):
    """`final`: no retry helps. `never_started`: nobody has taken the step up, so nothing has happened."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.final = isinstance(cause, ApplicationError) and cause.non_retryable
        self.never_started = isinstance(cause, TimeoutError) and cause.type is TimeoutType.SCHEDULE_TO_START


async def within_task(
    activity: Activity[Ask, Answer], ask: Ask, options: LocalOptions, *, summary: str
) -> Answer:
    """Raises StepFailed."""
    return await _stepped(
        workflow.execute_local_activity(
            activity.name, ask, result_type=activity.gives, summary=summary, **options
        )
    )


async def by_worker(
    activity: Activity[Ask, Answer], ask: Ask, options: CallOptions, *, summary: str
) -> Answer:
    """Raises StepFailed."""
    return await _stepped(
        workflow.execute_activity(activity.name, ask, result_type=activity.gives, summary=summary, **options)
    )


async def at_once(
    name: str, arguments: list[Any], gives: type[Answer], options: CommandOptions, *, queue: str, summary: str
) -> Answer:
    """Raises StepFailed; with `never_started` nothing has happened."""
    return await _stepped(
        workflow.execute_activity(
            name, args=arguments, result_type=gives, task_queue=queue, summary=summary, **options
        )
    )


async def _stepped(work: Awaitable[Answer]) -> Answer:
    """A failed local activity raises its cause bare, a failed activity wraps it: callers need not know which it was."""
    try:
        return await work
    except ActivityError as error:
        raise StepFailed(error.cause or error) from error
    except (ApplicationError, TimeoutError) as error:
        raise StepFailed(error) from error

"""One error for a step that the outside world failed for good, however it was carried out.

A failed local activity raises its cause bare, a failed activity wraps it in ActivityError: callers here need
not know which of the two a step is.
"""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, TimeoutType

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class StepFailed(Exception):
    """`final`: no retry helps. `never_started`: nobody has taken the step up, so nothing has happened."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.final = isinstance(cause, ApplicationError) and cause.non_retryable
        self.never_started = isinstance(cause, TimeoutError) and cause.type is TimeoutType.SCHEDULE_TO_START


def step(
    method: Callable[Parameters, Coroutine[Any, Any, Result]],
) -> Callable[Parameters, Coroutine[Any, Any, Result]]:
    """Failures of the activity in `method` leave it as StepFailed."""

    @functools.wraps(method)
    async def stepping(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return await method(*args, **kwargs)
        except ActivityError as error:
            raise StepFailed(error.cause or error) from error
        except (ApplicationError, TimeoutError) as error:
            raise StepFailed(error) from error

    return stepping
